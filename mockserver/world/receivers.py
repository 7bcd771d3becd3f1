"""Who may be sent webhooks: this machine, and whom somebody allowed by name.

A mock that sends wherever it is told to is a way into a network (CVE-2026-21859 and its four successors, in
another mock). So nothing is guessed about an address: it is one of three spellings of this machine, or it is
exactly what was allowed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from mockserver.world.errors import CommandError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_PORTS = {"http": 80, "https": 443}
# No user, no trailing dot, no zone, no percent sign in the host; nothing but visible ASCII after it.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<rest>[/?#][!-\[\]-~]*)?",
    re.IGNORECASE | re.ASCII,
)
# Addresses of IPv6 that stand for one of IPv4: compatible, mapped, translated, NAT64, 6to4, Teredo.
_DISGUISES = tuple(
    IPv6Network(one)
    for one in (
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
    )
)
# Where clouds tell a machine its secrets, besides the link-local addresses.
_METADATA = ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254")


def origin_of(url: str) -> str:
    """Scheme, host and port of ``url`` in lower case, the port always named. Raises ValueError."""
    match = _URL.fullmatch(url)
    if match is None:
        raise ValueError("is no plain http or https URL")
    scheme, host = match["scheme"].lower(), match["host"].lower()
    port = int(match["port"]) if match["port"] else _PORTS[scheme]
    if not 1 <= port <= 65535:
        raise ValueError(f"has the port {port}")
    if host.startswith("["):
        try:
            ip_address(host[1:-1])
        except ValueError:
            raise ValueError(f"has {host} for an address") from None
    return f"{scheme}://{host}:{port}"


def origins(given: Iterable[str]) -> frozenset[str]:
    """The origins that may be sent to besides this machine. Raises CommandError."""
    found = set()
    for one in given:
        match = _URL.fullmatch(one)
        if match is None or match["rest"] not in (None, "/"):
            raise CommandError(f"an origin is written like http://receiver.example:8000, not {one!r}")
        try:
            found.add(origin_of(one))
        except ValueError as error:
            raise CommandError(f"{one!r} {error}") from error
    return frozenset(found)


def barred(allowed: Collection[str], url: str) -> str:
    """Why nothing may be sent to ``url``; empty if it may. ``allowed``: what ``origins`` gave."""
    try:
        origin = origin_of(url)
    except ValueError as error:
        return f"the URL {error}"
    if origin in allowed or host_of(origin) in LOOPBACK:
        return ""
    return f"{origin} is neither this machine ({', '.join(LOOPBACK)}) nor allowed by name"


def host_of(origin: str) -> str:
    """The host of what ``origin_of`` gave."""
    return origin.partition("://")[2].rpartition(":")[0]


def unfit(host: str, address: str) -> str:
    """Why ``address`` must not be what the name ``host`` means; empty if it may be.

    ``localhost`` is this machine only. Another name, allowed by somebody, may lead anywhere but to where
    nobody serves webhooks: link-local and metadata addresses, multicast, IPv4 in disguise.
    """
    found = ip_address(address.partition("%")[0])
    if host.lower() == "localhost":
        return "" if found.is_loopback and not _disguised(found) else f"{host} means {address} here"
    nowhere = found.is_link_local or found.is_multicast or found.is_unspecified or found.is_reserved
    if nowhere or _disguised(found) or str(found) in _METADATA:
        return f"{host} means {address}, where no receiver can be"
    return ""


def _disguised(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address) or address == IPv6Address("::1"):
        return False
    return any(address in network for network in _DISGUISES)
