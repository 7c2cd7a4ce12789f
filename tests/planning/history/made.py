"""Histories made from known chance: a daily wave and an autoregressive part, hour by hour."""

from __future__ import annotations

import numpy as np

from kezek.planning.history.series import HOUR, Series

MONDAY = 1_780_272_000  # 2026-06-01T00:00Z
KEEPS = 0.8  # what is left of a deviation after an hour
NOISE = 4.0


def wave(at: np.ndarray) -> np.ndarray:
    """What is usual at an instant."""
    return 60 + 25 * np.sin(2 * np.pi * (at % 86_400) / 86_400)


def hourly(days: int, name: str = "a", seed: int = 7) -> Series:
    """A series whose best possible forecast is known: `best`."""
    chance = np.random.default_rng(seed)
    at = MONDAY + np.arange(days * 24) * HOUR
    deviation = np.zeros(len(at))
    for k in range(1, len(at)):
        deviation[k] = KEEPS * deviation[k - 1] + NOISE * chance.standard_normal()
    return Series(name, at, np.maximum(wave(at) + deviation, 0.0))


def best(last: np.ndarray, origin: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of a value given what was held at the origin."""
    hours = (target - origin) / HOUR
    mean = wave(target) + KEEPS**hours * (last - wave(origin))
    spread = NOISE * np.sqrt((1 - KEEPS ** (2 * hours)) / (1 - KEEPS**2))
    return mean, spread
