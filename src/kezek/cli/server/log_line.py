"""What the server writes about itself, on standard error: lines for people, or one JSON object a line.

Neither form repeats the words of an exception or of a line that is not ours: a driver's or a library's
may quote what somebody typed.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TypeAlias

import msgspec

from kezek.api.server.middleware import FIELDS, REQUEST
from kezek.app.port import Fault
from kezek.cli.server.log_code import FOREIGN, code_of
from kezek.settings import Settings

_Failure: TypeAlias = (
    "tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]"
)
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# A sentence of Python's own up to where it may name a value; a warning's up to its kind.
_PYTHON = frozenset({"asyncio", "py.warnings"})
_HARMLESS = re.compile(r"^(?:\S+:\d+: \w+|[^(<:'\"\n=%]*)")

log = logging.getLogger("kezek")


def start_logging(settings: Settings) -> None:
    """Warnings and worse; as JSON also a line for every request.

    What Python itself would print of a thread that ended goes the same way.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine() if settings.log == "json" else LogLine(_FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("kezek.request").setLevel(
        logging.INFO if settings.log == "json" else logging.WARNING
    )
    logging.captureWarnings(capture=True)
    threading.excepthook = _thread_ended
    sys.unraisablehook = _not_cleared


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    log.critical("a thread ended by a mistake of ours", exc_info=ended.exc_value)


def _not_cleared(left: sys.UnraisableHookArgs) -> None:
    log.error("something could not be cleared away", exc_info=left.exc_value)


def said(record: logging.LogRecord) -> str:
    """Our own sentence whole, Python's as far as it holds no value, the place of a library's."""
    if code_of(str(record.msg)) != FOREIGN:
        return record.getMessage()
    if record.name not in _PYTHON:
        return f"said at {record.module}:{record.lineno}"
    found = _HARMLESS.match(str(record.msg))
    return found[0].strip() if found else ""


class LogLine(logging.Formatter):
    """A line, and below it where an exception came from."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        record.message = said(record)
        return super().formatMessage(record)

    def formatException(self, ei: _Failure) -> str:  # noqa: N802 - the library's name
        return "\n".join(trace_lines(ei[1]))


class JsonLine(LogLine):
    """One object: `at`, `level`, `logger`, `process`, `code`, `event`, `request` while one is under way,
    what the record carries, `fault`.
    """

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "code": code_of(str(record.msg)),
            "event": said(record),
            **getattr(record, FIELDS, {}),
        }
        if REQUEST.get():
            line["request"] = REQUEST.get()
        if record.exc_info:
            line["fault"] = trace_lines(record.exc_info[1])
        return msgspec.json.encode(line).decode()


def trace_lines(failure: BaseException | None) -> list[str]:
    """An exception and what led to it: its kind, its sentence when it is ours, where it was raised."""
    lines: list[str] = []
    while failure is not None and len(lines) < 100:
        said = f": {failure}" if isinstance(failure, Fault) else ""
        lines.append(f"{type(failure).__name__}{said}")
        frames = traceback.extract_tb(failure.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        hidden = failure.__suppress_context__
        failure = failure.__cause__ or (None if hidden else failure.__context__)
    return lines
