"""Which line is next: those that somebody looks at first, then all of them in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kezek.app.checkpoint.checkpoint import Network, ServedLine

# Lines asked at one look: a large network is gone through over many looks, so that none holds up the
# loop that answers requests.
LINES_A_LOOK = 64


class Rota:
    """One round over the network's lines, which goes on where it stopped."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._at = 0

    def next(
        self, watched: Iterable[str], wants: Callable[[ServedLine], bool]
    ) -> ServedLine | None:
        """The first of the watched lines that wants it, in the order given; failing that, the next of
        the round; None when none of those looked at does.
        """
        for line in watched:
            served = self._network.of_line(line)
            if served is not None and wants(served):
                return served
        lines = list(self._network.served().values())
        for _ in range(min(len(lines), LINES_A_LOOK)):
            served = lines[self._at % len(lines)]
            self._at = (self._at + 1) % len(lines)
            if wants(served):
                return served
        return None
