"""Load on a server: ``wrk`` where it is installed, else a small generator in Python, in a process of its own.

``python load.py HOST PORT CONNECTIONS SECONDS [REQUESTS]`` sends the request on its standard input again and
again, one at a time on each connection, and prints what came of it, as JSON.
"""

from __future__ import annotations

import json
import re
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

WRK = shutil.which("wrk")
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
NUMBER = "000000000"  # where it stands in a request, another number is sent each time
PATIENCE = 20.0  # seconds without any answer


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. ``headers`` without Host and Content-Length."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def numbered(self) -> bool:
        """Whether no two of them are alike."""
        return any(NUMBER in text for text in (self.path, *self.headers.values(), self.body.decode()))

    def written(self, host: str) -> bytes:
        """The request as it is sent."""
        headers = {"Host": host, **self.headers}
        if self.body:
            headers["Content-Length"] = str(len(self.body))
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: answers, of which ``refused`` were not 200 or 201; seconds for all, and for one."""

    answers: int
    refused: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


def loaded(url: str, request: Request, seconds: float, connections: int = 16, requests: int = 0) -> Load:
    """Load on ``url`` for so many seconds, or until so many requests were answered."""
    if WRK and not requests:
        return _by_wrk(url, request, max(1, round(seconds)), connections)
    where = urlsplit(url)
    assert where.hostname == "127.0.0.1", "only loopback"
    command = [sys.executable, __file__, where.hostname, str(where.port)]
    command += [str(connections), str(seconds), str(requests)]
    sent = request.written(where.netloc)
    done = subprocess.run(command, input=sent, capture_output=True, timeout=seconds + 60, check=True)
    return Load(**json.loads(done.stdout))


def _by_wrk(url: str, request: Request, seconds: int, connections: int) -> Load:
    assert urlsplit(url).hostname == "127.0.0.1", "only loopback"
    command = [str(WRK), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "--latency"]
    for name, value in request.headers.items():
        command += ["-H", f"{name}: {value}"]
    with tempfile.TemporaryDirectory() as folder:
        if request.body or request.numbered:
            script = Path(folder) / "request.lua"
            script.write_text(_script(request), encoding="utf-8")
            command += ["-s", str(script)]
        done = subprocess.run(
            [*command, url + request.path], capture_output=True, text=True, timeout=seconds + 60, check=True
        )
    return _read(done.stdout)


def _script(request: Request) -> str:
    """What ``wrk`` is to send, in its own language."""
    lines = [f'wrk.method = "{request.method}"']
    if request.body:
        lines.append(f"wrk.body = [==[{request.body.decode()}]==]")
    if request.numbered:
        # What is sent is put together beforehand, so that it is still the server that is measured.
        lines += [
            "local number, before, after = 0, nil, nil",
            "function init()",
            "  local text = wrk.format()",
            f'  local at = text:find("{NUMBER}", 1, true)',
            f"  before, after = text:sub(1, at - 1), text:sub(at + {len(NUMBER)})",
            "end",
            "function request()",
            '  number = number + 1; return before .. string.format("%09d", number) .. after',
            "end",
        ]
    return "\n".join([*lines, ""])


def _read(text: str) -> Load:
    """What ``wrk`` says."""
    count, lasted = re.search(r"(\d+) requests in ([\d.]+\w+),", text).groups()  # type: ignore[union-attr]
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    tails = [re.search(rf"^ +{part}% +(\S+)", text, re.M)[1] for part in (50, 99)]  # type: ignore[index]
    p50, p99 = (_seconds(one) for one in tails)
    return Load(int(count), int(refused[1]) if refused else 0, _seconds(lasted), p50, p99)


def _seconds(text: str) -> float:
    found = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text)
    assert found is not None, text
    return float(found[1]) * UNITS[found[2]]


def driven(host: str, port: int, request: bytes, connections: int, lasting: float, most: int) -> Load:
    """Send ``request`` on each connection as soon as the one before was answered."""
    selector = selectors.DefaultSelector()
    begun: dict[socket.socket, float] = {}
    parts: dict[socket.socket, bytes] = {}
    for _ in range(connections):
        one = socket.create_connection((host, port), PATIENCE)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        one.setblocking(False)
        selector.register(one, selectors.EVENT_READ)
        parts[one] = b""
    clock = time.perf_counter
    start = clock()
    end = start + lasting
    times: list[float] = []
    refused = 0
    number = NUMBER.encode()
    numbered = number in request
    for one in parts:
        begun[one] = clock()
        one.send(request)
    while clock() < end and not 0 < most <= len(times):
        ready = selector.select(PATIENCE)
        if not ready:
            raise TimeoutError(f"no answer within {PATIENCE:g} seconds")
        for key, _ in ready:
            sock: socket.socket = key.fileobj  # type: ignore[assignment]
            arrived = sock.recv(65536)
            if not arrived:
                raise ConnectionError("the server closed the connection")
            data = parts[sock] + arrived
            if not whole(data):
                parts[sock] = data
                continue
            parts[sock] = b""
            now = clock()
            times.append(now - begun[sock])
            refused += data[9:11] != b"20"
            begun[sock] = now
            sock.send(request.replace(number, b"%09d" % len(times), 1) if numbered else request)
    took = clock() - start
    for one in parts:
        one.close()
    times.sort()
    return Load(len(times), refused, took, times[len(times) // 2], times[int(len(times) * 0.99)])


def whole(data: bytes) -> bool:
    """Whether an answer has arrived to its end."""
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = data.find(b"ontent-Length: ", 0, head)
    if at < 0:
        return True
    return len(data) >= head + 4 + int(data[at + 15 : data.find(b"\r\n", at)])


def main() -> None:
    host, port, connections, lasting, *most = sys.argv[1:]
    request = sys.stdin.buffer.read()
    limit = int(most[0]) if most else 0
    print(json.dumps(asdict(driven(host, int(port), request, int(connections), float(lasting), limit))))


if __name__ == "__main__":
    main()
