"""How a command is sent to a server that runs elsewhere, and what comes back."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from urllib.parse import quote, urlencode, urlsplit

import orjson

from mockserver.control import CONTROL, Command
from mockserver.control.table import COMMANDS
from mockserver.values import Json, dumps
from mockserver.world import CommandError, NotThere

SILENCE = 30.0  # seconds without a sign of life until a stream is taken for dead


class Unreachable(ConnectionError):
    """No mock server answers at the address."""


class Connection:
    """The way to one world behind the control endpoint. Each area of its commands builds on this."""

    def __init__(
        self, url: str, world: str = "default", token: str | None = None, timeout: float = 10
    ) -> None:
        """Nothing is sent yet. ``url``: where the server listens; ``timeout``: seconds for one command."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "") or not parts.hostname:
            raise CommandError(f"not the address of a mock server: {url!r} (expected http://HOST:PORT)")
        self.name = world
        self.server_url = f"http://{parts.netloc}"
        self.url = self.server_url if world == "default" else f"{self.server_url}/~{quote(world)}"
        self._prefix = "" if world == "default" else f"/~{quote(world)}"
        self._headers = {"X-Mock-Token": token} if token else {}
        self._lock = threading.Lock()
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)

    def close(self) -> None:
        """Close the connection; the next command opens it again."""
        self._connection.close()

    def _ask(self, command_name: str, /, **given: Json) -> Json:
        """What the server answers to a command; arguments that have their default are not sent."""
        command = _row(command_name, given)
        path, whole = command.path, None
        query: dict[str, Json] = {}
        body: dict[str, Json] = {}
        for param in command.params:
            value = given[param.name]
            if param.where == "path":
                path = path.replace("{" + param.name + "}", quote(str(value), safe=""))
            elif param.where == "whole":
                whole = value
            elif param.required or value != param.default:
                (query if param.where == "query" else body)[param.name] = value
        target = self._prefix + CONTROL + path
        if query:
            target += "?" + urlencode({key: _text(value) for key, value in query.items()})
        content = whole if whole is not None else body or None
        sent = None if content is None else dumps(content)
        if command.waits:
            with closing(self._aside(float(given["timeout"]))) as other:
                return other._send(command.method, target, sent)
        return self._send(command.method, target, sent, text=bool(command.text))

    def _stream(self, command_name: str, /, **given: Json) -> Iterator[Json]:
        """What the server sends, as it comes, on a connection of its own; that ends with the iterator."""
        command = _row(command_name, given)
        query = {key: _text(value) for key, value in given.items() if value is not None}
        target = f"{self._prefix}{CONTROL}{command.path}?{urlencode(query)}"
        connection = self._aside(SILENCE)._connection
        try:
            connection.request("GET", target, headers={**self._headers, "Accept": "text/event-stream"})
            response = connection.getresponse()
            if response.status != 200:
                _answered(response.status, response.read(), self.server_url)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Unreachable(f"no mock server answers at {self.server_url}: {error}") from error
        except CommandError:
            connection.close()
            raise
        return _read_events(connection, response)

    def _aside(self, seconds: float) -> Connection:
        """The same world on a connection of its own, for a command that takes so many ``seconds`` longer."""
        other = Connection(self.server_url, self.name, timeout=seconds + (self._connection.timeout or 0))
        other._headers = self._headers
        return other

    def _send(self, method: str, target: str, body: bytes | None, *, text: bool = False) -> Json:
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        with self._lock:
            status, content = self._exchange(method, target, body, headers)
        if text and status == 200:
            return content.decode()
        return _answered(status, content, self.server_url)

    def _exchange(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Status and body of the reply. A kept connection that the server has closed is opened once anew."""
        kept = self._connection.sock is not None
        try:
            self._connection.request(method, target, body, dict(headers))
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            if kept and isinstance(error, ConnectionError):
                return self._exchange(method, target, body, headers)
            raise Unreachable(f"no mock server answers at {self.server_url}: {error}") from error


def _read_events(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse
) -> Iterator[Json]:
    """The data of each event, until the stream ends."""
    try:
        for line in response:
            if line.startswith(b"data: "):
                yield orjson.loads(line[6:])
    except (OSError, http.client.HTTPException):
        return
    finally:
        response.close()
        connection.close()


def _row(name: str, given: Mapping[str, Json]) -> Command:
    """The row of a command whose placeholders are all given, the most specific one."""
    rows = [one for one in COMMANDS if one.name == name]
    fit = [
        row for row in rows if all(given[one.name] is not None for one in row.params if one.where == "path")
    ]
    return max(fit, key=lambda row: len(row.params))


def _answered(status: int, content: bytes, url: str) -> Json:
    try:
        found = orjson.loads(content)
    except ValueError as error:
        raise Unreachable(f"what answers at {url} is no mock server: status {status}") from error
    if status < 400:
        return found
    lines = found.get("errors") if isinstance(found, dict) else None
    lines = lines or [str(found.get("message", f"status {status}") if isinstance(found, dict) else status)]
    raise (NotThere if status == 404 else CommandError)(*lines)


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
