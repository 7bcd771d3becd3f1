"""The sockets that a server listens at: one for each address of its host, all with the same port."""

from __future__ import annotations

import socket
import sys

TRIES = 20  # any free port may be taken at the next address of the same host


def bound(host: str, port: int) -> list[socket.socket]:
    """Sockets bound to each address of ``host`` (empty: every interface). Raises OSError.

    ``port`` 0: any that is free at all of them.
    """
    for _ in range(TRIES - 1):
        try:
            return _bound(host, port)
        except OSError:
            if port:
                raise
    return _bound(host, port)


def _bound(host: str, port: int) -> list[socket.socket]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    made: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in dict.fromkeys(found):
            try:
                one = socket.socket(family, kind, protocol)
            except OSError:
                continue  # this machine does not speak that family
            made.append(one)
            if sys.platform != "win32":
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, True)
            one.bind((address[0], port, *address[2:]))
            port = port or one.getsockname()[1]
    except OSError:
        for one in made:
            one.close()
        raise
    if not made:
        raise OSError(f"{host} has no address that this machine can listen at")
    return made
