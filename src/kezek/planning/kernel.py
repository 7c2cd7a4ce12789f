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
from numba.np import linalg

from kezek.planning.cache import cache_folder

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

CACHE = cache_folder()
config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]  # its settings are made at run time


def _no_blas() -> None:
    raise ImportError("kernels multiply no matrices")


# With its first kernel the compiler would import scipy's linear algebra, in case one multiplies
# matrices. None does, and it is a fifth of the time from the start of a process to its first result.
linalg.ensure_blas = _no_blas

# With numpy's model a division asks for no zero first, so that a loop may divide several at once.
_kept = partial(njit, cache=True, nogil=True, error_model="numpy")


def kernel(function: Kernel) -> Kernel:
    """Compile at the first call, or load what was compiled before."""
    return cast("Kernel", _kept(function))


def swift(function: Kernel) -> Kernel:
    """The same for loops over `min` and `max` of numbers that are never nan."""
    return cast("Kernel", _kept(function, fastmath={"nnan", "nsz"}))


def borrower(function: Kernel) -> Kernel:
    """The same for kernels that make no array and return none: what they are lent is not counted.

    Counting who uses an array costs more than what most of these do, and they pass on dozens.
    """
    return cast("Kernel", _kept(function, _nrt=False))
