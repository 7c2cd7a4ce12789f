"""What the doctor looks at in the rows of an installation: against the log, and against each other."""

from __future__ import annotations

from collections.abc import Iterator

from kezek.app.port import StoreFault
from kezek.cli.installation.finding import DoctorFinding
from kezek.settings import Settings

_TOLD_MAX = 10


def rows(settings: Settings) -> Iterator[DoctorFinding]:
    """What the boards show against the log, where the database can be read at all."""
    from kezek.maintenance import rows_by_log

    try:
        verdict = rows_by_log(settings)
    except StoreFault:
        # The finding about the database says what is wrong with it.
        return
    if verdict.holds:
        yield DoctorFinding(
            "rows", "ok", f"bookings and lines are what the log says ({verdict.seen:,} rows)"
        )
        return
    advice = (
        "Keep the file as it is, look who has changed it by hand, and restore the last backup:"
        " docs/verify.md."
    )
    told = f"{verdict.broken:,} differ from the log: {'; '.join(verdict.first)}"
    yield DoctorFinding("rows", "wrong", told, advice)


def trucks(settings: Settings) -> Iterator[DoctorFinding]:
    """Live bookings that look like one truck, made by a release that read no plates."""
    from kezek.maintenance import booked_twice

    try:
        found = booked_twice(settings)
    except StoreFault:
        return
    if not found:
        yield DoctorFinding("trucks", "ok", "no two live bookings look like one truck")
        return
    told = "; ".join(" and ".join(map(str, numbers)) for numbers in found[:_TOLD_MAX])
    more = f"; and {len(found) - _TOLD_MAX} more" if len(found) > _TOLD_MAX else ""
    advice = (
        "They keep their places. Look at the papers when they arrive and release the false one."
    )
    yield DoctorFinding(
        "trucks", "attention", f"live bookings that look like one truck: {told}{more}", advice
    )


def consumers(settings: Settings) -> Iterator[DoctorFinding]:
    """Who is told every event of the log, and whether they come on."""
    from kezek.maintenance import consumers_of

    try:
        found = consumers_of(settings)
    except StoreFault:
        return
    for one in found:
        told = f"{one.name} stands at position {one.position:,}"
        if one.unread < 0:
            yield DoctorFinding(
                "feed",
                "wrong",
                f"{told}, {-one.unread:,} beyond the end of the log",
                f"Stop the server and set it back: kezek feed set {one.name} POSITION",
            )
        elif one.still:
            yield DoctorFinding(
                "feed",
                "attention",
                f"{told}, {one.unread:,} events are unread, the oldest for {one.age:,.0f} s",
                "Start the server where none runs; else its log says what keeps the consumer.",
            )
        else:
            yield DoctorFinding("feed", "ok", f"{told}, {one.unread:,} events are unread")
