"""The socket beside a database through which `kezek user` reaches the server that has it open.

One line of JSON is asked and one answered.  Nothing but the acts of `account_act` is offered, and only
to the user of the server and to root, who may become that user anyway: the file's mode says so, and the
kernel's word about who has connected.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from kezek.cli.account.account_act import Act, AnyAct
from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed, failed
from kezek.settings import Settings

if TYPE_CHECKING:
    from kezek.app.application import Application

log = logging.getLogger("kezek.socket")

LINE_BYTES_MAX = 16_384
READ_SECONDS = 5.0
# What hangs at the desk is answered by the server's stop at the latest.
ANSWER_SECONDS = 60.0
AT_ONCE_MAX = 4
_CREDENTIALS = struct.Struct("3i")  # process, user, group


def socket_of(settings: Settings) -> Path | None:
    """Where the server of a database listens for its operator; None where no server is alone with it.

    On PostgreSQL a command opens the database beside the servers and needs none of them.
    """
    kind, _, path = settings.store_url.partition(":")
    if kind != "sqlite":
        return None
    file = Path(path).expanduser().resolve()
    return file.with_name(file.name + "-socket")


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for the path that fits a socket's address, which the system bounds at 108 bytes."""
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{path.name}"
    finally:
        os.close(handle)


def peer_of(line: socket.socket) -> int:
    """The user who has connected, by the kernel's word."""
    # A copy of the handle: what a loop shows as a socket need not answer everything.
    with socket.socket(fileno=os.dup(line.fileno())) as copy:
        told = copy.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _process, user, _group = _CREDENTIALS.unpack(told)
    return int(user)


def may_ask(user: int) -> bool:
    """Whether a user is the server's own, or root."""
    return user in (os.geteuid(), 0)


def ask_server(settings: Settings, act: Act) -> Any:
    """The answer of the server that has the database open.

    NoServer when none listens; Failed when it says no, or when it does not answer.
    """
    path = socket_of(settings)
    if path is None or not path.is_socket():
        raise NoServer
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(ANSWER_SECONDS)
        try:
            with _short(path) as name:
                line.connect(name)
        except (ConnectionRefusedError, FileNotFoundError):
            # What a killed server has left.
            raise NoServer from None
        except PermissionError:
            raise Failed(
                ExitCode.WORLD,
                "socket_forbidden",
                f"{path} belongs to the user of the server: run this command as that user, such as "
                "`sudo -u kezek kezek user …`",
            ) from None
        try:
            line.sendall(msgspec.json.encode(act) + b"\n")
            with line.makefile("rb") as stream:
                told = stream.readline()
            document = msgspec.json.decode(told)
        except (OSError, msgspec.DecodeError) as fault:
            raise Failed(
                ExitCode.WORLD,
                "server_silent",
                "the server closed the line before it answered: see with `kezek user list` whether it "
                "was done, then ask again",
            ) from fault
    problem = document.get("problem")
    if problem is None:
        return document["answer"]
    raise Failed(ExitCode(problem["exit"]), problem["code"], problem["sentence"], problem["facts"])


class NoServer(Exception):
    """No server listens beside the database."""


@asynccontextmanager
async def offered(application: Application) -> AsyncIterator[None]:
    """Offer the acts beside the server for as long as this is open.

    A folder that cannot hold a socket is said in the log and stops no server.
    """
    path = socket_of(application.settings)
    if path is None:
        yield
        return
    try:
        opened = _bound(path)
    except OSError as fault:
        log.warning("accounts cannot be administered beside this server: %s", fault.strerror)
        yield
        return
    served = _Served(application)
    server = await asyncio.start_unix_server(served.answer, sock=opened, limit=LINE_BYTES_MAX)
    try:
        yield
    finally:
        server.close()
        with contextlib.suppress(OSError):
            path.unlink()


def _bound(path: Path) -> socket.socket:
    # Whoever has the database's lock is its one server, so what is there is what a killed one has left.
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with _short(path) as name:
            made.bind(name)
        made.listen(AT_ONCE_MAX)
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    finally:
        os.umask(before)
    return made


class _Served:
    """The server's side: one line asked, one answered, a few at a time."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._room = asyncio.Semaphore(AT_ONCE_MAX)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._room, asyncio.timeout(READ_SECONDS + ANSWER_SECONDS):
                if may_ask(peer_of(writer.get_extra_info("socket"))):
                    document = await self._document(reader)
                    writer.write(msgspec.json.encode(document) + b"\n")
                    await writer.drain()
        except (OSError, TimeoutError) as fault:
            log.info("the operator's line was closed: %s", type(fault).__name__)
        finally:
            writer.close()

    async def _document(self, reader: asyncio.StreamReader) -> dict[str, Any]:
        try:
            async with asyncio.timeout(READ_SECONDS):
                asked = await reader.readuntil(b"\n")
            act = msgspec.json.decode(asked, type=AnyAct)
        except (
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            msgspec.DecodeError,
            TimeoutError,
        ):
            return _problem(
                Failed(
                    ExitCode.USAGE,
                    "malformed",
                    "the server does not know this command: use the `kezek` of the server's release",
                )
            )
        try:
            return {"answer": await asyncio.to_thread(act.run, self._application)}
        except Failed as refused:
            return _problem(refused)
        except Exception as fault:
            # The outermost edge of this line: the server goes on, and the operator is told.
            told = failed(fault)
            if told.exit_code == ExitCode.OURS:
                log.exception("an account could not be administered")
            return _problem(told)


def _problem(told: Failed) -> dict[str, Any]:
    return {
        "problem": {
            "exit": told.exit_code,
            "code": told.code,
            "sentence": told.message,
            "facts": told.facts,
        }
    }
