"""What the doctor looks at where the network begins: addresses, and who counts as one client."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from kezek.cli.installation.finding import DoctorFinding
from kezek.settings import Settings

_PORTS = {"http": 80, "https": 443}


def address(settings: Settings) -> Iterator[DoctorFinding]:
    """Where the server listens."""
    try:
        inside = socket.getaddrinfo(settings.host, settings.port)[0][4][0] in ("127.0.0.1", "::1")
    except OSError as fault:
        advice = "Set KEZEK_HOST to an address of this machine."
        yield DoctorFinding("address", "wrong", f"{settings.host}: {fault}", advice)
        return
    if not inside and not settings.secure_cookies:
        advice = "Put a TLS proxy in front and set KEZEK_SECURE_COOKIES=yes and KEZEK_PUBLIC_URL."
        yield DoctorFinding(
            "address", "attention", f"{settings.host} is reachable without TLS", advice
        )
        return
    yield DoctorFinding("address", "ok", f"{settings.host} port {settings.port}")


def public(settings: Settings) -> Iterator[DoctorFinding]:
    """The address that tickets and links name."""
    if settings.public_url:
        yield DoctorFinding("public URL", "ok", settings.issuer)
        return
    advice = (
        "Set KEZEK_PUBLIC_URL to the address that people open, such as https://queue.example.org."
    )
    yield DoctorFinding(
        "public URL", "attention", f"links and tickets name {settings.issuer}", advice
    )


def clients(settings: Settings) -> Iterator[DoctorFinding]:
    """Whether a proxy's clients are told apart; a public address of another place means a proxy."""
    if not settings.public_url:
        return
    parts = urlsplit(settings.public_url)
    port = parts.port or _PORTS[parts.scheme]
    if parts.scheme == "http" and port == settings.port:
        return
    if not settings.proxy_header:
        found = f"all clients of the proxy share {settings.rate_public} requests a minute"
        advice = (
            "Set KEZEK_PROXY_HEADER to the header in which your proxy names the client, such as "
            "X-Forwarded-For."
        )
        yield DoctorFinding("clients", "attention", found, advice)
    elif not settings.proxies.strip(", "):
        found = "no proxy is believed, so all its clients share one limit"
        advice = "Set KEZEK_PROXIES to the addresses of your proxy."
        yield DoctorFinding("clients", "attention", found, advice)
    else:
        yield DoctorFinding(
            "clients", "ok", f"told by {settings.proxy_header} of {settings.proxies}"
        )
