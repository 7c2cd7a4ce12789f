"""The client's address, as our own proxies tell it: nobody else's word is believed."""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


def behind_proxies(app: Any, *, listed: str, header: str) -> Any:
    """The application, asked from the address that a proxy of ours has appended to `header`.

    `listed` has the addresses and networks of the proxies with commas between them.  The header alone
    is handed on, under the name that the library reads: no other one changes what is known of a client.
    """
    if not header:
        return app
    hosts = [host for host in (part.strip() for part in listed.split(",")) if host]
    found = ProxyHeadersMiddleware(_ask, hosts)
    name = header.lower().encode()

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        client = scope.get("client")
        if client and scope["type"] == "http":
            told = [(b"x-forwarded-for", value) for key, value in scope["headers"] if key == name]
            seen: Any = {"type": "http", "client": (_plain(client[0]), client[1]), "headers": told}
            if told:
                await found(seen, receive, send)
            scope["client"] = seen["client"]
        await app(scope, receive, send)

    return asked


async def _ask(_scope: Any, _receive: Any, _send: Any) -> None:
    """Nothing is asked: the library has changed the scope that it was handed."""


def _plain(peer: str) -> str:
    """A server that listens on IPv6 sees an IPv4 proxy by its mapped address."""
    mapped = IPv6Address(peer).ipv4_mapped if peer.startswith("::ffff:") else None
    return str(mapped or peer)
