"""A link that fails as links do: cut, slow, half-open, flapping.  Our own TCP proxy."""

from __future__ import annotations

import socket
import threading

from tests.storage.postgres.connection.proxy import Proxy

PIECE = 600


class Link(Proxy):
    """Between somebody who asks and somebody who answers, whose port may change."""

    def __init__(self, port: int = 0) -> None:
        self._refusing = False
        self._slow = 0.0
        self._mute: frozenset[bool] = frozenset()
        self._healed = threading.Event()
        super().__init__(port)

    def lead_to(self, port: int) -> None:
        self.to = ("127.0.0.1", port)

    def refuse(self) -> None:
        """Cut: what is open ends, nothing new begins."""
        self._refusing = True
        self.cut()

    def slow(self, seconds: float) -> None:
        """Every small piece takes so long, in both directions."""
        self._healed.clear()
        self._slow = seconds

    def mute(self, *, asked: bool, answered: bool) -> None:
        """Half-open: both ends believe in the link, and nothing arrives in the ways named."""
        self._mute = frozenset(way for way, on in ((True, asked), (False, answered)) if on)

    def heal(self) -> None:
        """As good as new; what was swallowed is gone, so its connections end."""
        swallowed, self._mute = bool(self._mute), frozenset()
        self._refusing, self._slow = False, 0.0
        self._healed.set()
        if swallowed:
            self.cut()

    def _lets_in(self) -> bool:
        return not self._refusing and self.to[1] != 0

    def _carry(self, some: bytes, sink: socket.socket, *, asked: bool) -> None:
        while some:
            piece, some = (some[:PIECE], some[PIECE:]) if self._slow else (some, b"")
            if self._slow:
                self._healed.wait(self._slow)
            if asked not in self._mute:
                sink.sendall(piece)
