"""Moments as an argument or an option gives them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kezek.domain.kernel.instant import Instant

MOMENT = "a moment like 2026-06-13T17:23+05:00"


def moment_of(text: str, param: str, *, zone: str = "", shape: str = MOMENT) -> Instant:
    """The instant of an ISO date and time; without an offset it is the zone's, if there is one.

    Anything else is a usage error that shows the shape it should have.
    """
    from kezek.domain.kernel.instant import from_datetime, of_local

    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not {shape}.", param_hint=param) from None
    if when.tzinfo is None and not zone:
        raise click.BadParameter(
            f"{text!r} does not say its offset, such as +05:00.", param_hint=param
        )
    at = from_datetime(when) if when.tzinfo else of_local(when, zone)
    if at is None:
        sentence = f"{text!r} does not exist in {zone}: clocks are put forward over it that day."
        raise click.BadParameter(sentence, param_hint=param)
    return at
