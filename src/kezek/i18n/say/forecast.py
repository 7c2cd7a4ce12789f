"""How a wait to come is said: how it was made, how good such ranges were, and spans in few letters."""

from __future__ import annotations

from kezek.app.forecast.accuracy import Accuracy
from kezek.app.forecast.likely import Bounds, PaceBasis, ShownAccuracy, TwinBasis
from kezek.domain.kernel.instant import MINUTE, to_datetime
from kezek.i18n import names
from kezek.i18n.catalogue import Words
from kezek.i18n.mark import translatable
from kezek.i18n.times import hour as hour_text
from kezek.i18n.times import number as written

SHORT_MINUTES_MAX = 100

_SIMULATED = translatable(
    "Method: %(runs)s simulations of this line from %(hour)s. In 8 of 10 "
    "cases the time is within the range."
)
_CORRECTED = translatable("Corrected for past errors in all lines.")
_BY_PACE = translatable(
    "Method: %(ahead)s trucks ahead ÷ pace of the last %(hours)s hours (%(crossed)s crossed)."
)
_UNMEASURED = translatable("We have not yet measured how accurate this is here.")
_SMALL = translatable(
    "Likely wait: from the beginning of the first free hour until the call, for hours within "
    "the next day; 8 of 10 lie in the range. Waiting, now: trucks whose booked hour runs; "
    "the others came early."
)


def method(basis: TwinBasis | PaceBasis, say: Words, zone: str) -> str:
    """How a range was made, and by the pace why nothing better can be told."""
    if isinstance(basis, TwinBasis):
        runs, made = written(basis.replications, say.lang), to_datetime(basis.as_of, zone)
        said = say.say(_SIMULATED, runs=runs, hour=hour_text(made))
        return f"{said} {say.gettext(_CORRECTED)}" if basis.corrected else said
    said = say.say(
        _BY_PACE,
        ahead=written(basis.ahead, say.lang),
        hours=written(basis.hours, say.lang),
        crossed=written(basis.crossed, say.lang),
    )
    return f"{said} {names.no_basis(basis.no_basis, say.lang)}".rstrip()


def accuracy(good: Accuracy | None, say: Words) -> str:
    """How good such ranges were; nothing is claimed of what was not measured."""
    if good is None:
        return say.gettext(_UNMEASURED)
    error = written(round(good.error), say.lang)
    return say.count(
        "In the last 30 days %(num)s of 10 trucks was within the range. Typical "
        "error: %(minutes)s min.",
        "In the last 30 days %(num)s of 10 trucks were within the range. Typical "
        "error: %(minutes)s min.",
        round(10 * good.inside80),
        minutes=error,
    )


def board_waits(good: ShownAccuracy | None, say: Words) -> str:
    """What the board's small figures are, and how good they were; empty where there are none."""
    if good is None:
        return ""
    said = say.gettext(_SMALL)
    if good.inside80 is None:
        return f"{said} {say.gettext(_UNMEASURED)}"
    told = say.count(
        "In the last 30 days %(num)s of 10 trucks was called within the range.",
        "In the last 30 days %(num)s of 10 trucks were called within the range.",
        round(10 * good.inside80),
    )
    return f"{said} {told}"


def span_range(spans: Bounds, say: Words) -> str:
    """A range of spans in few letters; one that begins at nothing says only how long at most."""
    low, high = spans.low // MINUTE, spans.high // MINUTE
    if not low:
        return say.say("up to %(time)s", time=span(high, say))
    if high <= SHORT_MINUTES_MAX:
        return say.say("%(low)s–%(high)s min", low=low, high=high)
    # Half hours, away from the middle.
    low, high = low // 30, -(-high // 30)
    if not low:
        return say.say("up to %(time)s", time=span(30 * high, say))
    hours = {"low": written(low / 2, say.lang), "high": written(high / 2, say.lang)}
    return say.say("%(low)s–%(high)s h", **hours)


def span(minutes: int, say: Words) -> str:
    """A span of minutes as the templates write it: 40 min, 2 h, 2 h 05."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return say.count("%(num)s min", "%(num)s min", minutes)
    if not rest:
        return say.say("%(hours)s h", hours=hours)
    return say.say("%(hours)s h %(minutes)s", hours=hours, minutes=f"{rest:02}")
