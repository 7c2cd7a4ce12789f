"""`python -m kezek` is `kezek`."""

from __future__ import annotations

from kezek.cli import main

if __name__ == "__main__":
    main(prog_name="kezek")
