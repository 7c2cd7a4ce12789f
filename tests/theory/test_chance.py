"""Streams are named, repeatable and independent; variates are exact."""

from __future__ import annotations

import math
import statistics

import numpy as np

from kezek.planning.simulation.variate import chance

STREAM = [1321962074176129191, 15925659190040627001, 6588988029983277238, 9315241652495780889]


def test_the_generator_is_xoshiro256_plus_plus():
    """The published recurrence, written once more in Python's whole numbers."""
    mask = 2**64 - 1
    s = [int(word) for word in chance.stream(1, 2, 3)]
    expected = []
    for _ in range(100):
        total = (s[0] + s[3]) & mask
        total = (((total << 23) | (total >> 41)) + s[0]) & mask
        expected.append(((total >> 12) + 0.5) * 2.0**-52)
        shifted = (s[1] << 17) & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = ((s[3] << 45) | (s[3] >> 19)) & mask
    block, out = chance.stream(1, 2, 3), np.empty(100)
    chance.uniforms(block, out)
    single = chance.stream(1, 2, 3)
    assert out.tolist() == expected == [chance.uniform(single) for _ in range(100)]


def test_a_stream_has_the_same_digits_for_ever():
    """A change here changes every published figure: it needs a reason, and a line for operators."""
    assert [int(word) for word in chance.stream(1, 2, 3)] == STREAM


def test_a_block_is_the_same_whole_or_in_pieces():
    whole, pieces = np.empty(100), np.empty(100)
    chance.exponentials(chance.stream(4, 0, 0), 2.0, whole)
    state = chance.stream(4, 0, 0)
    for first, last in ((0, 1), (1, 40), (40, 100)):
        chance.exponentials(state, 2.0, pieces[first:last])
    assert whole.tolist() == pieces.tolist()


def test_names_that_differ_in_one_place_are_streams_without_a_common_word():
    names = [(seed, place, run) for seed in range(20) for place in range(20) for run in range(20)]
    words = np.concatenate([chance.stream(*name) for name in names])
    assert len(set(words.tolist())) == 4 * len(names)


def test_neighbouring_streams_are_not_correlated():
    rows = np.empty((40, 50_000))
    for run in range(40):
        chance.uniforms(chance.stream(9, 0, run), rows[run])
    off = np.corrcoef(rows)[np.triu_indices(40, 1)] * math.sqrt(rows.shape[1])
    assert np.abs(off).max() < 5
    assert abs(off.std() - 1) < 0.1


def test_the_logarithm_is_right_to_the_last_digits():
    numbers = np.concatenate([np.logspace(-16, 0, 100_001)[:-1], 1 - np.logspace(-15, -1, 1_000)])
    own = numbers.copy()
    chance._logarithms(own, 1.0)
    assert np.abs(own / np.log(numbers) - 1).max() < 1e-15


def test_the_normal_quantile_is_the_standard_librarys():
    inverse, u, z = statistics.NormalDist().inv_cdf, np.empty(100_003), np.empty(100_003)
    chance.uniforms(chance.stream(3, 1, 4), u)
    chance.normals(chance.stream(3, 1, 4), z)
    assert np.abs(z - [inverse(level) for level in u]).max() < 1e-14
    far = [10.0**-k for k in range(2, 17)] + [1.0 - 10.0**-k for k in range(2, 16)]
    assert max(abs(chance._in_tail(level) - inverse(level)) for level in far) < 1e-14
