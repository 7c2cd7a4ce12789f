"""The machine's clock as a server sees it, which the rig sets at will (libfaketime)."""

from __future__ import annotations

from pathlib import Path

FOLDERS = ("/usr/lib", "/usr/lib64", "/usr/local/lib")
LIBRARY = "libfaketimeMT.so.1"
SHARED = Path("/dev/shm")
# Seconds after which a program sees that its clock was set.
SEEN_WITHIN = 1


class Missing(RuntimeError):
    """Something that the rig needs is not there."""


class Clock:
    """Real time plus an offset in a file; what counts since the start of the machine is left alone."""

    def __init__(self, file: Path) -> None:
        found = [path for start in FOLDERS for path in sorted(Path(start).rglob(LIBRARY))]
        if not found:
            raise Missing(
                f"{LIBRARY} is missing: install it with  apt-get install -y faketime  or leave the "
                "clock's faults out with --faults"
            )
        self._file = file
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            # At every look it would cost more than the product itself.
            "FAKETIME_CACHE_DURATION": str(SEEN_WITHIN),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, seconds: int) -> None:
        """Real time and so many seconds; running programs see it at once."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self._file)

    def forget(self, pid: int) -> None:
        """Remove what the library leaves behind of a killed process."""
        for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
            (SHARED / name).unlink(missing_ok=True)
