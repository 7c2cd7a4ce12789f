"""`python -m kezek` is `kezek`."""

from __future__ import annotations

from kezek.cli import main

main(prog_name="kezek")
