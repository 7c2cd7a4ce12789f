"""How a class joins the cycle: at once, or in the next round, as the regulation says.

A truck of a `next_round` class that finds none of its class waiting joins in the next round: it can be
called once the cycle has passed its beginning.  A truck that comes while some of its class wait stands
behind them and lets pass only the rounds that they let pass.  It gains nothing when one of them leaves
the line.  Waiting means arrived, not called, and with a window that has begun.  A missed call is not a
new arrival: its round still counts.  Where nobody else waits, the cycle passes its beginning at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Instant
from kezek.domain.regulation.regulation import ClassRule, Joins, Regulation
from kezek.domain.turn.order import QueueEntry, Turn, key_of, line_up
from kezek.domain.turn.waiting import present, waiting

# A booking number behind all others of the same instant.
_LAST = 2**53


def round_to_pass(entries: Sequence[QueueEntry], rule: ClassRule, in_round: int) -> int | None:
    """The round that a turn of the class lets pass if it joins the line now; None for none."""
    if rule.joins is Joins.AT_ONCE:
        return None
    first = next((e.turn for e in entries if e.open and e.turn.vehicle_class == rule.name), None)
    if first is None or first.joined_round is None:
        return in_round
    return first.joined_round


def joined_round(
    facts: Facts, line: Line, regulation: Regulation, rule: ClassRule, now: Instant
) -> int | None:
    """`round_to_pass` for the present line."""
    # The whole line is read only where the answer depends on it.
    if rule.joins is Joins.AT_ONCE:
        return None
    entries = waiting(present(facts, line), line, regulation, now)
    return round_to_pass(entries, rule, line.round)


def place_if_joined(
    entries: Sequence[QueueEntry], line: Line, regulation: Regulation, rule: ClassRule, now: Instant
) -> int:
    """The place, counted from 1, of a truck without a window that joined the line now."""
    lets_pass = round_to_pass(entries, rule, line.round)
    key = key_of(_LAST, start=None, arrived_at=now, joined_at=None)
    turns = [*(e.turn for e in entries), Turn(_LAST, rule.name, key, lets_pass)]
    line_now = line_up(turns, regulation.interleave, line.cursor, now, in_round=line.round)
    return next(e.place for e in line_now if e.turn.number == _LAST)
