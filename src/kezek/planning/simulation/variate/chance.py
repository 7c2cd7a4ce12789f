"""Streams and variates: random numbers that depend on nothing but their names.

A stream is the state of a generator, `uint64[4]`, named by three whole numbers (seed, station,
replication).  `stream` makes it, and every variate advances it.  Each station of each replication has
its own stream, so its variates do not depend on the number of threads, on their order, or on how many
variates another station takes.

- The generator is xoshiro256++ (Blackman and Vigna, 2021), period 2**256 - 1.
- Its first state is four outputs of splitmix64 (Steele, Lea and Flood, 2014) from a key into which the
  three names are mixed one after the other.  Two streams overlap with about the probability that two
  random numbers of 256 bits are equal.
- A uniform has 52 bits and lies at the middle of its cell: never 0, never 1, and 1 - u is as exact as u.
- Logarithms are computed here, not by the system's library, so that exponential variates have the same
  digits on every machine.

Variates are written in blocks into an array of the caller.  Durations are seconds.

>>> import numpy as np
>>> out = np.empty(3)
>>> uniforms(stream(7, 0, 0), out)
>>> out.round(6).tolist()
[0.326932, 0.928724, 0.384197]
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kezek.planning.array import Floats
from kezek.planning.jit import kernel

Stream = npt.NDArray[np.uint64]

# The number of variates in a block, which fits into the first cache of the processor.
BLOCK = 1024


@kernel
def stream(seed: int, station: int, replication: int) -> Stream:
    """The generator's first state for three names, each from 0 to 2**63 - 1: uint64[4]."""
    key = np.uint64(0)
    for name in (seed, station, replication):
        key = _mixed((key ^ np.uint64(name)) + np.uint64(0x9E3779B97F4A7C15))
    state = np.empty(4, np.uint64)
    for place in range(4):
        key += np.uint64(0x9E3779B97F4A7C15)
        state[place] = _mixed(key)
    return state


@kernel
def _mixed(key: np.uint64) -> np.uint64:
    """The output function of splitmix64: a bijection in which every bit depends on every bit."""
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))


@kernel
def uniforms(state: Stream, out: Floats) -> None:
    """Fill `out` with uniforms between 0 and 1, both excluded."""
    a, b, c, d = state[0], state[1], state[2], state[3]
    for i in range(out.shape[0]):
        total = a + d
        total = ((total << np.uint64(23)) | (total >> np.uint64(41))) + a
        out[i] = (np.float64(total >> np.uint64(12)) + 0.5) * 2.0**-52
        shifted = b << np.uint64(17)
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = (d << np.uint64(45)) | (d >> np.uint64(19))
    state[0], state[1], state[2], state[3] = a, b, c, d


@kernel
def uniform(state: Stream) -> float:
    """One uniform between 0 and 1, both excluded: the next of `uniforms`."""
    total = state[0] + state[3]
    total = ((total << np.uint64(23)) | (total >> np.uint64(41))) + state[0]
    shifted = state[1] << np.uint64(17)
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = (state[3] << np.uint64(45)) | (state[3] >> np.uint64(19))
    return (np.float64(total >> np.uint64(12)) + 0.5) * 2.0**-52


@kernel
def exponentials(state: Stream, mean_s: float, out: Floats) -> None:
    """Fill `out` with exponential variates: -mean log u, by inversion, one uniform each."""
    uniforms(state, out)
    _logarithms(out, -mean_s)


@kernel
def _logarithms(out: Floats, scale: float) -> None:
    """Replace positive numbers by `scale` times their natural logarithm, within 1e-15 of it.

    x = 2**k z with z between the roots of 1/2 and 2, and log z = 2 artanh s, s = (z - 1) / (z + 1), as a
    power series; s*s < 0.0295, so that ten terms reach the last digit.  One pass splits the bits and
    another sums the series, so that the compiler vectorises both.
    """
    count = out.shape[0]
    bits, power = out.view(np.uint64), np.empty(count)
    root, one = np.uint64(0x3FE6A09E667F3BCD), np.uint64(0x3FF0000000000000)
    exponent = np.uint64(0xFFF0000000000000)
    power_bits = power.view(np.uint64)
    # The low bits of 2**52 + 1023 + k are those of a small whole number k: no conversion is needed.
    small = np.uint64(0x4330000000000000)
    for i in range(count):
        above = bits[i] + (one - root)
        power_bits[i] = small | (above >> np.uint64(52))
        bits[i] = bits[i] - ((above & exponent) - one)
    for i in range(count):
        s = (out[i] - 1.0) / (out[i] + 1.0)
        q = s * s
        high = (((1 / 19 * q + 1 / 17) * q + 1 / 15) * q + 1 / 13) * q + 1 / 11
        series = (((high * q + 1 / 9) * q + 1 / 7) * q + 1 / 5) * q + 1 / 3
        log_z = 2.0 * s + 2.0 * s * (q * series)
        out[i] = ((power[i] - (2.0**52 + 1023.0)) * 0.6931471805599453 + log_z) * scale


@kernel
def normals(state: Stream, out: Floats) -> None:
    """Fill `out` with standard normals, by inversion, one uniform each.

    All are computed as in the middle first, which the compiler vectorises; those in the tails are
    collected without a branch and computed again.
    """
    uniforms(state, out)
    count = out.shape[0]
    tails, u, found = np.empty(count + 1, np.int64), np.empty(count + 1), 0
    for i in range(count):
        tails[found], u[found] = i, out[i]
        found += abs(out[i] - 0.5) > _HALF_WIDTH
    for i in range(count):
        middle = out[i] - 0.5
        x = 0.180625 - middle * middle
        above = (
            (((((_N7 * x + _N6) * x + _N5) * x + _N4) * x + _N3) * x + _N2) * x + _N1
        ) * x + _N0
        below = (
            (((((_D7 * x + _D6) * x + _D5) * x + _D4) * x + _D3) * x + _D2) * x + _D1
        ) * x + _D0
        out[i] = middle * (above / below)
    for k in range(found):
        out[tails[k]] = _in_tail(u[k])


# The rational functions of algorithm AS 241 (Wichura, 1988): in the middle, in the tails and far out.
# Numerators and denominators, those of the tails in pairs; highest power first.
_HALF_WIDTH = 0.425  # of the middle
_N7, _D7 = 2509.0809287301227, 5226.495278852854
_N6, _D6 = 33430.57558358813, 28729.085735721943
_N5, _D5 = 67265.7709270087, 39307.89580009271
_N4, _D4 = 45921.95393154987, 21213.794301586597
_N3, _D3 = 13731.69376550946, 5394.196021424751
_N2, _D2 = 1971.5909503065513, 687.1870074920579
_N1, _D1 = 133.14166789178438, 42.31333070160091
_N0, _D0 = 3.3871328727963665, 1.0
_TAIL = (
    (0.0007745450142783414, 1.0507500716444169e-09),
    (0.022723844989269184, 0.0005475938084995345),
    (0.2417807251774506, 0.015198666563616457),
    (1.2704582524523684, 0.14810397642748008),
    (3.6478483247632045, 0.6897673349851),
    (5.769497221460691, 1.6763848301838038),
    (4.630337846156546, 2.053191626637759),
    (1.4234371107496835, 1.0),
)
_FAR = (
    (2.0103343992922881e-07, 2.0442631033899397e-15),
    (2.7115555687434876e-05, 1.421511758316446e-07),
    (0.0012426609473880784, 1.8463183175100548e-05),
    (0.026532189526576124, 0.0007868691311456133),
    (0.29656057182850487, 0.014875361290850615),
    (1.7848265399172913, 0.1369298809227358),
    (5.463784911164114, 0.599832206555888),
    (6.657904643501103, 1.0),
)


@kernel
def normal_quantile(u: float) -> float:
    """The quantile of a standard normal at `u`, 0 < u < 1 (AS 241)."""
    middle = u - 0.5
    if abs(middle) > _HALF_WIDTH:
        return _in_tail(u)
    x = 0.180625 - middle * middle
    above = ((((((_N7 * x + _N6) * x + _N5) * x + _N4) * x + _N3) * x + _N2) * x + _N1) * x + _N0
    below = ((((((_D7 * x + _D6) * x + _D5) * x + _D4) * x + _D3) * x + _D2) * x + _D1) * x + _D0
    return float(middle * (above / below))


@kernel
def _in_tail(u: float) -> float:
    """The quantile of a standard normal at `u`, 0 < u < 1, outside of the middle."""
    far = math.sqrt(-math.log(min(u, 1.0 - u)))
    size = _ratio(_TAIL, far - 1.6) if far <= 5.0 else _ratio(_FAR, far - 5.0)
    return math.copysign(size, u - 0.5)


@kernel
def _ratio(pairs: tuple[tuple[float, float], ...], x: float) -> float:
    above, below = 0.0, 0.0
    for pair in pairs:
        above = above * x + pair[0]
        below = below * x + pair[1]
    return above / below
