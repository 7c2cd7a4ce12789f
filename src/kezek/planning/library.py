"""LightGBM, an extra: the product runs without it, and `NotInstalled` says how to install it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The library releases Python's lock while it computes; each tree is grown by one thread.
THREADS = 2
# The same input gives the same trees on every machine, in silence.
STEADY: Mapping[str, Any] = {
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "feature_pre_filter": False,
    "verbose": -1,
}


class NotInstalled(Exception):
    """The learning library is missing, or the system's library that it is linked against."""

    permanent = True

    def __init__(self, fault: Exception) -> None:
        super().__init__(
            "forecasts of histories need LightGBM, which is not here: install it with"
            " \"make install\" in the project's folder, and the system's libgomp1 with"
            f' "apt-get install -y libgomp1" ({fault})'
        )


def lightgbm() -> Any:
    """The library; raises `NotInstalled`."""
    try:
        import lightgbm as library  # noqa: PLC0415 - an extra: most installations run without it
    except (ImportError, OSError) as fault:
        raise NotInstalled(fault) from None
    return library
