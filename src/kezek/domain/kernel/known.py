"""Known plate formats and numbering plans: data that is handed to the rules, as the time is.

Both change by decree and not by release.
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


# The known formats by country (ISO 3166-1 alpha-2); countries without a known format are absent.
PlateFormats: TypeAlias = Mapping[str, PlateFormat]


class NumberingPlan(Protocol):
    """Writes a number in E.164 form by its country's numbering plan; empty for an invalid number."""

    def __call__(self, number: str, country: str = "", /) -> str:
        """`number` has a plus if it is dialled from abroad.  Without a plus it is the digits of an
        assigned number, or, with a `country`, the digits that are dialled inside it.
        """
        ...


def any_plan(number: str, country: str = "", /) -> str:
    """A numbering plan that knows no country and accepts every number with or without a plus."""
    return "" if country else f"+{number.removeprefix('+')}"


@value(frozen=True, slots=True)
class KnownFormats:
    """The known plate formats and numbering plans."""

    plates: PlateFormats = field(default_factory=lambda: MappingProxyType({}))
    phone: NumberingPlan = any_plan


NOTHING_KNOWN = KnownFormats()
