"""The newest steps, read from the names of their files without loading Alembic.

A step's file is `NNNN_word.py`, that of a contracting one `NNNN_contract_word.py`.  A test compares the
names with the steps' own numbers and phases.
"""

from __future__ import annotations

import re
from pathlib import Path

_NAMES = (
    re.fullmatch(r"(\d{4})_(contract_)?\w+\.py", path.name)
    for path in (Path(__file__).parent / "versions").iterdir()
)
_STEPS = [(name[1], bool(name[2])) for name in _NAMES if name]
assert len(dict(_STEPS)) == len(_STEPS), "two steps of the schema have one number"

# The step to which a start brings a database.
HEAD: str = max(number for number, contracts in _STEPS if not contracts)
# The contracting steps behind it, which only `kezek migrate --contract` takes.
CONTRACTS: tuple[str, ...] = tuple(
    sorted(number for number, contracts in _STEPS if contracts and number > HEAD)
)
