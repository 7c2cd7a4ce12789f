"""Whose word about a client's address is believed, whatever stands in the headers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kezek.api.server.proxies import behind_proxies

OURS = "127.0.0.1, 192.0.2.0/24, 2001:db8:a::/48, ::1"
FORWARDED = "x-forwarded-for"
Client = tuple[str, int] | None


def asked_from(
    peer: Client, *headers: tuple[str, bytes], listed: str = OURS, header: str = FORWARDED
) -> Client:
    """The client that the application sees."""
    seen: list[Client] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"])
        assert scope["scheme"] == "http"

    scope = {
        "type": "http",
        "scheme": "http",
        "client": peer,
        "headers": [(name.encode(), value) for name, value in headers],
    }
    asyncio.run(behind_proxies(app, listed=listed, header=header)(scope, None, None))
    return seen[0]


@pytest.mark.parametrize(
    ("told", "client"),
    [
        (b"198.51.100.1", "198.51.100.1"),
        (b"203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (b"203.0.113.9, 198.51.100.1, 192.0.2.7", "198.51.100.1"),
        (b"198.51.100.1:4711", "198.51.100.1"),
        (b"[2001:db8::5]:443", "2001:db8::5"),
        (b"2001:db8::5", "2001:db8::5"),
        (b"2001:db8::5, 2001:db8:a::1", "2001:db8::5"),
        (b"1.1.1.1, " * 2_000 + b"198.51.100.1", "198.51.100.1"),
        (b"198.51.100.1, ", "192.0.2.1"),
        (b"", "192.0.2.1"),
        (b",,,", "192.0.2.1"),
        (b"127.0.0.1, garbage \xff", "garbage \xff"),
        (b"[::1", "[::1"),
    ],
)
def test_a_proxy_of_ours_names_its_client(told: bytes, client: str):
    found = asked_from(("192.0.2.1", 5), (FORWARDED, told))
    assert found is not None
    assert found[0] == client


def test_a_header_sent_twice_is_one_list():
    headers = ((FORWARDED, b"203.0.113.9"), (FORWARDED, b"198.51.100.1"))
    found = asked_from(("::ffff:127.0.0.1", 5), *headers)
    assert found is not None
    assert found[0] == "198.51.100.1"


@pytest.mark.parametrize("peer", [("198.51.100.7", 5), ("unix", 0), ("", 0), None])
def test_nobody_else_is_believed(peer: Client):
    assert asked_from(peer, (FORWARDED, b"127.0.0.1")) == peer
    assert asked_from(peer, (FORWARDED, b"127.0.0.1"), listed=" , ") == peer


def test_the_named_header_is_the_only_one():
    others = ((FORWARDED, b"127.0.0.1"), ("x-forwarded-proto", b"https"))
    found = asked_from(
        ("127.0.0.1", 5), *others, ("x-real-ip", b"198.51.100.1"), header="X-Real-IP"
    )
    assert found is not None
    assert found[0] == "198.51.100.1"
    assert asked_from(("127.0.0.1", 5), *others, header="X-Real-IP") == ("127.0.0.1", 5)
    assert asked_from(("127.0.0.1", 5), *others, header="") == ("127.0.0.1", 5)


@given(some.binary(max_size=200))
def test_whatever_is_named_there_is_a_client(told: bytes):
    found = asked_from(("127.0.0.1", 5), (FORWARDED, told))
    assert found is not None
    assert isinstance(found[0], str)
