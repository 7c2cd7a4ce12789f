"""Where a rehearsal's store may lie, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.rehearsal.rehearsal import Ground, Memory

GROUNDS: Mapping[str, Callable[[], Ground]] = {"memory": Memory}
