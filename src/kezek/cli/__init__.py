"""The command line: one module per command group.

Modules load what they need when a command runs, so that `kezek --help` answers at once.
"""

from kezek.cli.command_line import main

__all__ = ["main"]
