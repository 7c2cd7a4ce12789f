"""Results on disk: a file is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def keep(path: Path, body: bytes) -> None:
    """Write a file so that nobody ever sees a part of it; OSError when the disk says no."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
