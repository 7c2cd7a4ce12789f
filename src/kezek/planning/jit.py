"""Decorators that compile kernels: cached on disk, without Python's lock, with reproducible digits.

    @kernel
    def longest(waits): ...

Fast-math options stay off: they reorder sums, and a seed would no longer give the same digits on another
machine.  The two options of `swift` change no digit: with no nan and no signed zero, `min` and `max` are
one instruction each.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit
from numba.np import linalg

from kezek.planning.cache import cache_folder

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

# The cache folders of this process, by module.
FOLDERS: dict[str, Path] = {}


def _no_blas() -> None:
    raise ImportError("kernels multiply no matrices")


# The compiler imports scipy's linear algebra with its first kernel, in case one multiplies matrices.
# None does, and the import takes a fifth of the time from start to the first result.
linalg.ensure_blas = _no_blas


def kernel(function: Kernel) -> Kernel:
    """Compile at the first call, or load the compiled kernel."""
    return _kept(function)


def swift(function: Kernel) -> Kernel:
    """As `kernel`, for loops over `min` and `max` of numbers that are never nan."""
    return _kept(function, fastmath={"nnan", "nsz"})


def borrower(function: Kernel) -> Kernel:
    """As `kernel`, without reference counts, for kernels that make no array and return none.

    Counting references to their many arrays costs more than the work of most such kernels.
    """
    return _kept(function, _nrt=False)


def _kept(function: Kernel, **options: Any) -> Kernel:
    module = function.__module__
    if module not in FOLDERS:
        FOLDERS[module] = cache_folder(module)
    # The compiler reads the folder from its settings while it declares a function.
    config.CACHE_DIR = str(FOLDERS[module])  # type: ignore[attr-defined]  # its settings are made at run time
    # With numpy's error model a division does not check for zero, so that loops can be vectorised.
    declare = njit(cache=True, nogil=True, error_model="numpy", **options)
    return cast("Kernel", declare(function))


def inlined(function: Kernel) -> Kernel:
    """As `borrower`, for parts of a kernel, which are compiled into their callers.

    A call would pass the address, size and strides of every array, which takes longer than the part.
    """
    return _kept(function, _nrt=False, inline="always")
