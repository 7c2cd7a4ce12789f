"""How a kernel is compiled: once, kept on disk, without Python's lock, and with every digit kept.

    @kernel
    def longest(waits): ...

Floating-point shortcuts stay off: they reorder sums, and a seed would no longer give the same digits on
another machine.  The two that `swift` allows change no digit: nobody asks for a nan or for the sign of a
zero, so that `min` and `max` become one instruction each.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

from numba import config, njit

from kezek.planning.cache import cache_folder

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

CACHE = cache_folder()
config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]  # its settings are made at run time

# With numpy's model a division asks for no zero first, so that a loop may divide several at once.
_kept = partial(njit, cache=True, nogil=True, error_model="numpy")


def kernel(function: Kernel) -> Kernel:
    """Compile at the first call, or load what was compiled before."""
    return cast("Kernel", _kept(function))


def swift(function: Kernel) -> Kernel:
    """The same for loops over `min` and `max` of numbers that are never nan."""
    return cast("Kernel", _kept(function, fastmath={"nnan", "nsz"}))
