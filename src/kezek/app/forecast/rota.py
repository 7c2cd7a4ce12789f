"""The order of background work over the lines: watched ones first, then all in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kezek.app.checkpoint.checkpoint import Network, ServedLine

# Lines checked in one step.  A large network takes many steps, so that none blocks the event loop.
LINES_A_LOOK = 64


class Rota:
    """A round over the network's lines that goes on where it stopped."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._at = 0

    def next(
        self, watched: Iterable[str], wants: Callable[[ServedLine], bool]
    ) -> ServedLine | None:
        """The first watched line that wants the work, in the given order, else the next such line of
        the round; None when none of the checked lines does.
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
