"""From validated files to one command that loads the network."""

from __future__ import annotations

from collections.abc import Sequence

from kezek.app.network import ZONE_BY_COUNTRY, CheckpointRow
from kezek.domain.account.actor import Actor
from kezek.domain.checkpoint.board_day import BoardDay, by_checkpoint, plan_days
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line
from kezek.domain.kernel.instant import Instant, to_datetime
from kezek.domain.network.load import LinePlan, LoadNetwork

# The board is CarGoRuqsat's, so its posts obey its regulation.
BOARD_AUTHORITY = BOARD_REGULATION = "kz"
BOARD_BASIS = "board"


def checkpoint_of(row: CheckpointRow) -> Checkpoint:
    """The row of a file as the domain knows it."""
    return Checkpoint(
        id=row.id,
        country=row.country,
        zone=row.zone,
        name_en=row.name_en,
        name_ru=row.name_ru,
        name_kk=row.name_kk,
        neighbour=row.neighbour,
        opposite_en=row.opposite_en,
        opposite_ru=row.opposite_ru,
        region=row.region,
        opening_hours=row.opening_hours,
        lanes=row.lanes,
        lat=row.lat,
        lon=row.lon,
        coord_of=row.coord_of,
        coord_confidence=row.coord_confidence,
        e_queue=row.e_queue,
        source=row.source,
        confidence=row.confidence,
        notes=row.notes,
    )


def line_of(checkpoint: CheckpointRow, authority: str, regulation: str, basis: str) -> Line:
    """The line that leads out of the country at a post."""
    zone = ZONE_BY_COUNTRY[checkpoint.country]
    return Line(
        id=f"{checkpoint.id}.exit",
        checkpoint=checkpoint.id,
        direction="exit",
        authority=authority,
        regulation=regulation,
        zone=zone,
        basis=basis,
        cursor=0,
    )


def load_command(
    key: str,
    actor: Actor,
    checkpoints: Sequence[CheckpointRow],
    board: Sequence[BoardDay],
    *,
    seen_at: Instant,
    source: str,
) -> LoadNetwork:
    """One command for all posts, and for the lines of those that the board shows open.

    `seen_at` is the moment of the board: on that day only the hours to come hold free places.
    """
    by_id = {row.id: row for row in checkpoints}
    lines: list[LinePlan] = []
    for post, days in sorted(by_checkpoint(board).items()):
        seen = to_datetime(seen_at, by_id[post].zone)
        plans = plan_days(days, seen_on=seen.date(), seen_hour=seen.hour)
        if plans is not None:
            line = line_of(by_id[post], BOARD_AUTHORITY, BOARD_REGULATION, BOARD_BASIS)
            lines.append(LinePlan(line, plans))
    return LoadNetwork(
        key, actor, tuple(checkpoint_of(row) for row in checkpoints), tuple(lines), source
    )
