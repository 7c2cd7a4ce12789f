"""What is known of the world's plates and phones: data that the rules are handed, like a clock.

Both change by decree and not by release; the rules say what follows from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import TypeAlias

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
# A number in E.164 form as its country's numbering plan writes it; empty when no country has it.
NumberingPlan: TypeAlias = Callable[[str], str]


def any_plan(number: str) -> str:
    """The numbering plan of a world of which nothing is known."""
    return number


@value(frozen=True, slots=True)
class Known:
    """The known plate formats and numbering plans."""

    plates: PlateFormats = field(default_factory=lambda: MappingProxyType({}))
    phone: NumberingPlan = any_plan


NOTHING_KNOWN = Known()
