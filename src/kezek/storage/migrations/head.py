"""The newest steps, known by the names of their files without loading the tools for schemas.

A step's file is `NNNN_word.py`, that of a contracting one `NNNN_contract_word.py`; a test holds the
names to what the steps say of themselves.
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

# To here a start leads a database.
HEAD: str = max(number for number, contracts in _STEPS if not contracts)
# The contracting steps behind it, which only `kezek migrate --contract` takes.
CONTRACTS: tuple[str, ...] = tuple(
    sorted(number for number, contracts in _STEPS if contracts and number > HEAD)
)
