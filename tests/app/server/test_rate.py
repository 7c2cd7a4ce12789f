"""Who is counted, and that a flood of names lets nobody begin anew who waits."""

from __future__ import annotations

import pytest

from kezek.app.server.rate import KEPT_MAX, Rates, client_address


@pytest.mark.parametrize(
    ("client", "who"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:DB8:1:2:ffff::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.2", "192.0.2.2"),
        ("no:address", "no:address"),
        ("unknown", "unknown"),
        ("x" * 10_000, "x" * 60),
        ("", ""),
    ],
)
def test_who_is_counted(client: str, who: str):
    assert client_address((client, 0)) == who


def test_a_connection_without_an_address_is_nobody():
    assert client_address(None) == ""


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
