"""How a kernel is compiled: once, kept on disk, without Python's lock, and with every digit kept.

    @kernel
    def longest(waits): ...

Floating-point shortcuts stay off: they reorder sums, and a seed would no longer give the same digits on
another machine.  The two that `swift` allows change no digit: nobody asks for a nan or for the sign of a
zero, so that `min` and `max` become one instruction each.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit
from numba.np import linalg

from kezek.planning.cache import cache_folder

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

# Where the kernels of this process are kept, by module.
FOLDERS: dict[str, Path] = {}


def _no_blas() -> None:
    raise ImportError("kernels multiply no matrices")


# With its first kernel the compiler would import scipy's linear algebra, in case one multiplies
# matrices. None does, and it is a fifth of the time from the start of a process to its first result.
linalg.ensure_blas = _no_blas


def kernel(function: Kernel) -> Kernel:
    """Compile at the first call, or load what was compiled before."""
    return _kept(function)


def swift(function: Kernel) -> Kernel:
    """The same for loops over `min` and `max` of numbers that are never nan."""
    return _kept(function, fastmath={"nnan", "nsz"})


def borrower(function: Kernel) -> Kernel:
    """The same for kernels that make no array and return none: what they are lent is not counted.

    Counting who uses an array costs more than what most of these do, and they pass on dozens.
    """
    return _kept(function, _nrt=False)


def _kept(function: Kernel, **options: Any) -> Kernel:
    module = function.__module__
    if module not in FOLDERS:
        FOLDERS[module] = cache_folder(module)
    # The compiler asks for the folder while it declares a function; it has no other way to be told.
    config.CACHE_DIR = str(FOLDERS[module])  # type: ignore[attr-defined]  # its settings are made at run time
    # With numpy's model a division asks for no zero first: a loop may divide several at once.
    declare = njit(cache=True, nogil=True, error_model="numpy", **options)
    return cast("Kernel", declare(function))


def inlined(function: Kernel) -> Kernel:
    """The same for parts of one kernel: written apart to be read, compiled into whoever calls them.

    A call hands over every array's address, size and strides; that takes longer than what a part does.
    """
    return _kept(function, _nrt=False, inline="always")
