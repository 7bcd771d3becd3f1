"""Who listens on a port, as far as this machine tells."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LISTENING = "0A"  # a state in /proc/net/tcp


def refusal(error: OSError, host: str, port: int) -> tuple[str, bool]:
    """Why nothing can listen there, as a sentence; and whether that is because somebody else does."""
    if isinstance(error, socket.gaierror):
        return f"the host {host!r} cannot be resolved. Try --host 127.0.0.1.", False
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use{_by(port)}. Try --port 0.", True
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"port {port} may not be opened by this user. Try --port 0, or one above 1023.", False
    if error.errno == errno.EADDRNOTAVAIL:
        return f"no interface of this machine has the address {host}. Try --host 127.0.0.1.", False
    return f"cannot listen on {host}, port {port}: {error.strerror or error}", False


def listener(port: int) -> tuple[int, str] | None:
    """Process id and name of what listens on ``port``; None where nobody does or nobody tells."""
    inodes = set(_inodes(port))
    if not inodes:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        if not inodes.isdisjoint(_open_files(process)):
            with suppress(OSError):
                return int(process.name), (process / "comm").read_text().strip()
    return None


def _open_files(process: Path) -> Iterator[str]:
    """What a process has open; nothing if it has ended, or is somebody else's."""
    with suppress(OSError):
        for file in (process / "fd").iterdir():
            with suppress(OSError):
                yield str(file.readlink())


def _by(port: int) -> str:
    found = listener(port)
    return f" (pid {found[0]}, {found[1]})" if found else ""


def _inodes(port: int) -> Iterator[str]:
    """The sockets that listen on ``port``, as the links below ``/proc/PID/fd`` name them."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            cells = line.split()
            if cells[3] == LISTENING and int(cells[1].rpartition(":")[2], 16) == port:
                yield f"socket:[{cells[9]}]"
