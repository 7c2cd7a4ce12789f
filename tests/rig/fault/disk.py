"""A small disk of the rig's own, which can be filled to the last byte."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from tests.rig.fault.clock import Missing

PIECE = 1 << 20


class Disk:
    """A file system in memory, mounted on a folder of its own."""

    def __init__(self, megabytes: int) -> None:
        # Where every user may pass: the database server is another one than we.
        self.folder = folder = Path(tempfile.mkdtemp(prefix="kezek-disk-"))
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs"]
        ran = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False)
        if ran.returncode:
            folder.rmdir()
            raise Missing(
                f"a small disk could not be mounted ({ran.stderr.strip()}): be root, or leave the "
                "disk's faults out with --faults"
            )
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("ab", buffering=0) as file:
            for piece in (PIECE, 4096):
                try:
                    while file.write(b"\0" * piece) == piece:
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def remove(self) -> None:
        """Unmount it, with everything on it."""
        os.sync()
        subprocess.run(["umount", "-l", str(self.folder)], check=False, capture_output=True)
        self.folder.rmdir()
