"""What the server writes about itself, on standard error: lines for people, or one JSON object a line.

Neither form repeats the words of an exception that is not ours: a driver's or a library's may quote
what somebody typed.
"""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TypeAlias

import msgspec

from kezek.app.port import Fault
from kezek.settings import SettingRefused, Settings

FORMS = ("lines", "json")
# What a record carries besides its sentence; everything else of a record stays where it is.
FIELDS = "fields"

_Failure: TypeAlias = (
    "tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]"
)
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start_logging(settings: Settings) -> None:
    """Warnings and worse; as JSON also a line for every request."""
    if settings.log not in FORMS:
        raise SettingRefused(f"KEZEK_LOG takes {' or '.join(FORMS)}, not {settings.log!r}.")
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine() if settings.log == "json" else Line(_FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.captureWarnings(capture=True)


class Line(logging.Formatter):
    """A line, and below it where an exception came from."""

    def formatException(self, ei: _Failure) -> str:  # noqa: N802 - the library's name
        return "\n".join(told(ei[1]))


class JsonLine(Line):
    """One object: `at`, `level`, `logger`, `process`, `event`, what the record carries, `fault`."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "event": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["fault"] = told(record.exc_info[1])
        return msgspec.json.encode(line).decode()


def told(failure: BaseException | None) -> list[str]:
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
