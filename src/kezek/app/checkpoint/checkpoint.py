"""The network as read: checkpoints with their lines, kept in memory until they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kezek.app.checkpoint.place_name import PostNames, names_by_post
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.port import Store
from kezek.domain.checkpoint.checkpoint import EXIT, Checkpoint, Line
from kezek.domain.checkpoint.place_name import PlaceName
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.regulation.regulation import Regulation, Regulations


@dataclass(frozen=True, slots=True)
class Post:
    """A checkpoint with its names, and the line that leads out of the country if one runs."""

    checkpoint: Checkpoint
    names: PostNames
    line: Line | None
    regulation: Regulation | None


class Network:
    """All posts; read anew after a load or a new line."""

    _CHANGING = frozenset({EventKind.NETWORK_LOADED, EventKind.LINE_OPENED})

    def __init__(self, store: Store, rules: Regulations, watch: ChangeFeed) -> None:
        self._store, self._rules = store, rules
        self._version = 0
        self._kept: tuple[int, dict[str, Post]] | None = None
        watch.hook(self._forget)

    def _forget(self, events: Sequence[Logged]) -> None:
        if any(event.kind in self._CHANGING for event in events):
            self._version += 1

    def posts(self) -> dict[str, Post]:
        """Every post by checkpoint id, in the order of ids."""
        # The version is read before the rows: news in between make the next call read again.
        version, kept = self._version, self._kept
        if kept is None or kept[0] != version:
            reader = self._store.reader
            lines = {line.checkpoint: line for line in reader.all(Line) if line.direction == EXIT}
            checkpoints = list(reader.all(Checkpoint))
            names = names_by_post(checkpoints, reader.all(PlaceName))
            posts = {c.id: self._post(c, names[c.id], lines.get(c.id)) for c in checkpoints}
            self._kept = kept = (version, posts)
        return kept[1]

    def _post(self, checkpoint: Checkpoint, names: PostNames, line: Line | None) -> Post:
        return Post(checkpoint, names, line, self._rules[line.regulation] if line else None)

    def lines(self) -> list[str]:
        """Every line that runs."""
        return [post.line.id for post in self.posts().values() if post.line is not None]

    def post(self, checkpoint: str) -> Post | None:
        """One post by its id."""
        return self.posts().get(checkpoint)

    def of_line(self, line: str) -> Post | None:
        """The post of a line id such as `kz_dostyk.exit`."""
        post = self.posts().get(line.rpartition(".")[0])
        return post if post and post.line and post.line.id == line else None
