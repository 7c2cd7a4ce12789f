"""From validated files to one command that loads the network."""

from __future__ import annotations

from collections.abc import Sequence

from kezek.app.checkpoint.name_file import merged
from kezek.app.checkpoint.network import ListedCheckpoint
from kezek.domain.account.actor import Actor
from kezek.domain.checkpoint.board_day import BoardDay, by_checkpoint, days_of_board
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line, new_line
from kezek.domain.checkpoint.place_name import PlaceName
from kezek.domain.kernel.instant import Instant, to_datetime
from kezek.domain.network.load import LineDays, LoadNetwork
from kezek.domain.regulation.regulation import Regulation

# The board is CarGoRuqsat's, so its posts obey its regulation.
BOARD_AUTHORITY = BOARD_REGULATION = "kz"
BOARD_BASIS = "board"
OUR_BASIS = "ours"


def load_command(
    key: str,
    actor: Actor,
    listed: Sequence[ListedCheckpoint],
    board: Sequence[BoardDay],
    *,
    names: Sequence[PlaceName] = (),
    seen_at: Instant,
    source: str,
) -> LoadNetwork:
    """One command for all posts, and for the lines of those that the board shows open.

    `seen_at` is the moment of the board: on that day only the hours to come hold free places.  `names`
    come from a table of their own and go before those of the rows.
    """
    checkpoints = tuple(row.checkpoint for row in listed)
    by_id = {post.id: post for post in checkpoints}
    lines: list[LineDays] = []
    for name, days in sorted(by_checkpoint(board).items()):
        post = by_id[name]
        seen = to_datetime(seen_at, post.zone)
        places = days_of_board(days, seen_on=seen.date(), seen_hour=seen.hour)
        if places is not None:
            line = new_line(
                post, authority=BOARD_AUTHORITY, regulation=BOARD_REGULATION, basis=BOARD_BASIS
            )
            lines.append(LineDays(line, places))
    everything = merged(names, [name for row in listed for name in row.names])
    return LoadNetwork(key, actor, checkpoints, everything, tuple(lines), source)


def own_line(checkpoint: Checkpoint, rules: Regulation, direction: str, name: str = "") -> Line:
    """A line at a checkpoint for which no board is known: its capacity is ours."""
    return new_line(
        checkpoint,
        authority=rules.authority,
        regulation=rules.id,
        basis=OUR_BASIS,
        direction=direction,
        name=name,
    )


def by_post(board: Sequence[BoardDay]) -> dict[str, tuple[BoardDay, ...]]:
    """A board's days of each post, in order of date."""
    return by_checkpoint(board)
