"""The command that continues a log, with its decider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kezek.domain.recovery.resume import ContinueLog, decide_continue
from kezek.domain.rule import CommandRule

RULES: Mapping[type[Any], CommandRule] = {ContinueLog: CommandRule(decide_continue)}
