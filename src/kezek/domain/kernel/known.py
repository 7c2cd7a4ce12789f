"""What is known of the world's plates and phones: data that the rules are handed, like a clock.

Both change by decree and not by release; the rules say what follows from them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Protocol, TypeAlias

from kezek.domain.kernel.value import value

# One set of possible characters for each place of a plate.
Shape: TypeAlias = tuple[frozenset[str], ...]


@value(frozen=True, slots=True)
class PlateFormat:
    """All known formats of a country: one pattern for a whole plate, and the same as shapes."""

    pattern: re.Pattern[str]
    shapes: tuple[Shape, ...]


# The known formats by country (ISO 3166-1 alpha-2); a country of which none is known is absent.
PlateFormats: TypeAlias = Mapping[str, PlateFormat]


class NumberingPlan(Protocol):
    """A number in E.164 form as its country's numbering plan writes it; empty when it is none."""

    def __call__(self, number: str, country: str = "", /) -> str:
        """With a plus a number that may be dialled from abroad; without one the digits of a number that
        is given out, or with a `country` those that are dialled inside it.
        """
        ...


def any_plan(number: str, country: str = "", /) -> str:
    """The numbering plan of a world of which nothing is known."""
    return "" if country else f"+{number.removeprefix('+')}"


@value(frozen=True, slots=True)
class KnownFormats:
    """The known plate formats and numbering plans."""

    plates: PlateFormats = field(default_factory=lambda: MappingProxyType({}))
    phone: NumberingPlan = any_plan


NOTHING_KNOWN = KnownFormats()
