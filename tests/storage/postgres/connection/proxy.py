"""A wire between a store and its server that a test can cut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress


class Proxy:
    """Forwards every byte; `cut` closes all that is open, `deaf_after` keeps answers back."""

    def __init__(self, port: int) -> None:
        self.to = ("127.0.0.1", port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._open: list[socket.socket] = []
        # Once a client has said this, the server hears it, and the client hears nothing any more.
        self.deaf_after = b""
        self._deaf = False
        self._dead: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.to) if self._lets_in() else None
            except OSError:
                server = None
            if server is None:
                client.close()
                continue
            self._open += [client, server]
            self._start(lambda a=client, b=server: self._pump(a, b, asked=True))
            self._start(lambda a=server, b=client: self._pump(a, b, asked=False))

    def _start(self, do: Callable[[], None]) -> None:
        threading.Thread(target=do, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, *, asked: bool) -> None:
        try:
            while some := source.recv(65_536):
                if asked and self.deaf_after and self.deaf_after in some:
                    self.deaf_after, self._deaf = b"", True
                    # Long enough for the server to hear the rest and to do it.
                    threading.Timer(0.4, self.cut).start()
                if source in self._dead:
                    continue
                if asked or not self._deaf:
                    self._carry(some, sink, asked=asked)
        except OSError:
            pass
        for end in (source, sink):
            # Closing alone says nothing to the other side while a thread still reads from the end.
            _shut(end)
            end.close()
            with suppress(ValueError):
                self._open.remove(end)

    def _carry(self, some: bytes, sink: socket.socket, *, asked: bool) -> None:
        """Hand on what came; `asked` is the way to the server."""
        sink.sendall(some)

    def _lets_in(self) -> bool:
        """Whether a new connection is taken on."""
        return True

    def silence(self) -> None:
        """Lose what the open connections say, either way, and tell nobody; new ones are carried."""
        self._dead |= set(self._open)

    def cut(self) -> None:
        """Close every connection; new ones can be made."""
        gone, self._open = self._open, []
        self._deaf = False
        for end in gone:
            _shut(end)

    def close(self) -> None:
        self._server.close()
        self.cut()


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
