"""Who is counted, and that a flood of names lets nobody begin anew who waits."""

from __future__ import annotations

import pytest

from kezek.app.server.rate import KEPT_MAX, Rates, client_address


@pytest.mark.parametrize(
    ("peer", "header", "who"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.1", "198.51.100.1"),
        ("192.0.2.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("192.0.2.1", "203.0.113.9, ", "192.0.2.1"),
        ("192.0.2.1", "x" * 10_000 + ",198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        ("192.0.2.1", "2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "", "fe80::"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
        ("::ffff:192.0.2.2", "", "192.0.2.2"),
        ("no:address", "", "no:address"),
        ("", "", ""),
    ],
)
def test_who_is_counted(peer: str, header: str, who: str):
    assert client_address(peer, header) == who


def test_a_flood_of_names_lets_nobody_guess_again():
    rates = Rates(lambda: 1_000_000)
    while rates.allows("login officer", 5):
        pass
    for n in range(2 * KEPT_MAX):
        rates.take(f"login {n}", 5)
    assert len(rates._empty_at) <= KEPT_MAX
    assert not rates.allows("login officer", 5)


def test_a_clock_that_is_set_back_keeps_nobody_waiting():
    now = 1_000_000
    rates = Rates(lambda: now)
    assert rates.allows("a", 2)
    now -= 100_000
    assert rates.allows("a", 2)
    assert rates.take("a", 2).retry_after == 30, "nor lets anybody begin anew"
