"""A world of a server that runs elsewhere, with the methods that a World has."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import orjson

from mockserver.control import COMMANDS, CONTROL, SEED_FILES, Command
from mockserver.values import Json, dumps
from mockserver.world import CommandError, NotThere, read_text

SILENCE = 30.0  # seconds without a sign of life until a stream is taken for dead


class Unreachable(ConnectionError):
    """No mock server answers at the address."""


class RemoteWorld:
    """One world behind the control endpoint at ``url``.

    Raises CommandError and NotThere as a World does, and Unreachable. Threads may share it: their commands
    follow one another on one connection.
    """

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

    # ---- life

    def health(self) -> Json:
        """Whether the server answers, and what keeps it from all it should do."""
        return self._ask("health")

    def ready(self) -> Json:
        """How much is loaded."""
        return self._ask("ready")

    def info(self) -> Json:
        """What this world serves and how it is set."""
        return self._ask("info")

    def openapi(self) -> Json:
        """The control endpoint as an OpenAPI 3.1 document."""
        return self._ask("openapi")

    def metrics(self) -> str:
        """What all worlds have counted, in the text format that Prometheus reads."""
        return str(self._ask("metrics"))

    # ---- worlds

    def worlds(self) -> Json:
        """The names of all worlds."""
        return self._ask("worlds")

    def world(self, name: str) -> Json:
        """What one world serves and how it is set."""
        return self._ask("world", name=name)

    def create_world(
        self,
        name: str,
        *,
        seeds: Sequence[Json] | None = None,
        clock: str | None = None,
        auth: str | None = None,
        validation: str | None = None,
    ) -> Json:
        """Make a world, like the default one where nothing else is said; one of that name is replaced."""
        data = None if seeds is None else [_content(one) for one in seeds]
        return self._ask("create_world", name=name, seeds=data, clock=clock, auth=auth, validation=validation)

    def drop_world(self, name: str) -> Json:
        """Forget a world and everything in it; the default one cannot be dropped."""
        return self._ask("drop_world", name=name)

    # ---- state

    def reset(self, to: str = "seed") -> Json:
        """Back to the world as it was made (``seed``), or to one without anybody's work (``empty``)."""
        return self._ask("reset", to=to)

    def seed(self, data: Json, dry_run: bool = False) -> Json:
        """Store records by service and resource, all or none; what was stored, by number."""
        return self._ask("seed", data=data, dry_run=dry_run)

    def state(self, service: str | None = None, resource: str | None = None) -> Json:
        """The stored records by service and resource; of one service, or of one resource."""
        return self._ask("state", service=service, resource=resource)

    def snapshots(self) -> Json:
        """The ids of the snapshots taken."""
        return self._ask("snapshots")

    def snapshot(self, id: str | None = None) -> Json:
        """Remember records, ids and settings under ``id``, or under a new name."""
        return self._ask("snapshot", id=id)

    def restore(self, id: str) -> Json:
        """Back to a snapshot, which stays."""
        return self._ask("restore", id=id)

    def drop_snapshot(self, id: str) -> Json:
        """Forget a snapshot; the world stays as it is."""
        return self._ask("drop_snapshot", id=id)

    def diff(self, a: str, b: str) -> Json:
        """What differs between two snapshots, or ``now``, ``seed``, ``empty``: records and settings."""
        return self._ask("diff", a=a, b=b)

    def export_state(self, service: str | None = None, snapshot: str = "now") -> Json:
        """Records, ids, settings and time of all services or of one, as a document to be imported."""
        return self._ask("export_state", service=service, snapshot=snapshot)

    def import_state(self, data: Json) -> Json:
        """Put an exported document in place of what its services hold, all of it or nothing."""
        return self._ask("import_state", data=data)

    # ---- behaviour

    def force(
        self,
        operation: str,
        example: str | None = None,
        *,
        status: int | None = None,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = 1,
        service: str | None = None,
        match: Mapping[str, Json] | None = None,
        priority: int = 0,
    ) -> Json:
        """Answer the next ``times`` calls of ``operation`` with a documented example or a given reply."""
        return self._ask(
            "force",
            operation=operation,
            example=example,
            status=status,
            body=body,
            headers=headers,
            times=times,
            service=service,
            match=match,
            priority=priority,
        )

    def forced(self) -> Json:
        """The overrides armed since the last reset, with how often each was used."""
        return self._ask("forced")

    def unforce(self) -> Json:
        """Disarm every override."""
        return self._ask("unforce")

    def fault(self, faults: Mapping[str, Json] | Sequence[Mapping[str, Json]]) -> Json:
        """Arm one fault or several, all or none: which calls go wrong, how, and how often."""
        return self._ask("fault", faults=faults)

    def faults(self) -> Json:
        """The faults armed since the last reset, with how many calls each has met and spoilt."""
        return self._ask("faults")

    def clear_faults(self, number: int | None = None) -> Json:
        """Disarm every fault, or the one of that number."""
        return self._ask("clear_faults", number=number)

    def settings(self, service: str | None = None) -> Json:
        """The settings of one service, or of all by service, with what each is about."""
        return self._ask("settings", service=service)

    def set_settings(self, service: str, values: Mapping[str, Json]) -> Json:
        """Change settings of one service; all or none. The values now in force come back."""
        return self._ask("set_settings", service=service, values=values)

    def limits(self, service: str | None = None) -> Json:
        """The rate limits of one service, or of all that have some by service, and what is used of them."""
        return self._ask("limits", service=service)

    def set_limits(self, service: str, limits: bool | Mapping[str, Json] = True) -> Json:
        """Count calls from now on and refuse those that are too many."""
        return self._ask("set_limits", service=service, limits=limits)

    def login(
        self,
        service: str,
        user: str | int | None = None,
        *,
        scheme: str | None = None,
        scope: str | None = None,
        expires_in: float | None = None,
    ) -> Json:
        """A new credential of a user (by id, address or name; the default one where none is named)."""
        return self._ask(
            "login", service=service, user=user, scheme=scheme, scope=scope, expires_in=expires_in
        )

    def credentials(self, service: str) -> Json:
        """The credentials that a service knows, with whose they are and whether they are let in."""
        return self._ask("credentials", service=service)

    def revoke(self, service: str, *, secret: str | None = None, user: str | int | None = None) -> Json:
        """Revoke the credentials with a secret, or all of a user."""
        return self._ask("revoke", service=service, secret=secret, user=user)

    def set_auth(self, mode: str) -> Json:
        """Choose who is let in: any | strict | off."""
        return self._ask("set_auth", mode=mode)

    def set_validation(self, mode: str) -> Json:
        """Choose what a broken request schema leads to: strict | warn | off."""
        return self._ask("set_validation", mode=mode)

    def show_clock(self) -> Json:
        """The world's time, whether it stands still, and how fast it goes."""
        return self._ask("show_clock")

    def set_clock(self, to: str | None = None, mode: str | None = None, scale: float | None = None) -> Json:
        """Stand still at an instant, go on from there (``mode``, ``scale``), or follow the real time."""
        return self._ask("set_clock", to=to, mode=mode, scale=scale)

    def advance_clock(self, seconds: float) -> Json:
        """Go forward by a number of seconds; a ``real`` clock is ``ticking`` from then on."""
        return self._ask("advance_clock", seconds=seconds)

    # ---- observation

    def requests(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | str | None = None,
        breach: bool | None = None,
        reason: str | None = None,
        text: str | None = None,
        after: int = 0,
        before: int | None = None,
        limit: int = 100,
        order: str = "oldest",
    ) -> Json:
        """Exchanges of the journal; ``after`` is the number of the last one seen, ``before`` of the first.

        path: a part of the target or, with ``*``, the whole path; status: a number or a class such as 4xx;
        reason: of the diagnosis; text: somewhere in the target or a body; order: oldest | newest first.
        """
        return self._ask(
            "requests",
            operation=operation,
            service=service,
            method=method,
            path=path,
            status=status,
            breach=breach,
            reason=reason,
            text=text,
            after=after,
            before=before,
            limit=limit,
            order=order,
        )

    def wait_for_requests(
        self,
        *,
        count: int = 1,
        timeout: float = 5.0,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: Mapping[str, Json] | str | None = None,
        query: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Json = None,
        status: int | None = None,
        after: int = 0,
    ) -> Json:
        """Wait until ``count`` requests have come that have these parts; what came by then, if not all did.

        timeout: real seconds, at most 60; after: only requests after that number. ``satisfied`` says whether
        there were as many, ``requests`` which (the first hundred), ``last`` the number up to which was seen.
        """
        return self._ask(
            "wait_for_requests",
            count=count,
            timeout=timeout,
            operation=operation,
            service=service,
            method=method,
            path=path,
            query=query,
            headers=headers,
            body=body,
            status=status,
            after=after,
        )

    def follow(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | str | None = None,
        breach: bool | None = None,
        reason: str | None = None,
        text: str | None = None,
        after: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[Json]:
        """Each exchange as it comes; filters as for ``requests``.

        after: also those after that number which came already; timeout: real seconds, None for no end. Where
        some were lost before they could be given, there is ``{"gap": how many, "after": number}`` instead.
        """
        return self._stream(
            "follow",
            operation=operation,
            service=service,
            method=method,
            path=path,
            status=status,
            breach=breach,
            reason=reason,
            text=text,
            after=after,
            timeout=timeout,
        )

    def export_requests(
        self,
        format: str = "har",
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | str | None = None,
        breach: bool | None = None,
        reason: str | None = None,
        text: str | None = None,
        after: int = 0,
    ) -> str:
        """The exchanges of the journal as a text that other tools read: HTTP Archive 1.2, or JSON Lines."""
        found: str = self._ask(
            "export_requests",
            format=format,
            operation=operation,
            service=service,
            method=method,
            path=path,
            status=status,
            breach=breach,
            reason=reason,
            text=text,
            after=after,
        )
        return found

    def request(self, number: int) -> Json:
        """One exchange of the journal."""
        return self._ask("request", number=number)

    def clear_requests(self) -> Json:
        """Forget all exchanges, coverage and breaches."""
        return self._ask("clear_requests")

    def verify(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: Mapping[str, Json] | str | None = None,
        query: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Json = None,
        status: int | None = None,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        in_order: Sequence[Json] | None = None,
        strict: bool = False,
        nothing_else: Sequence[Json] | None = None,
        after: int = 0,
    ) -> Json:
        """Whether requests came as expected; if not, a complaint that shows the nearest ones."""
        return self._ask(
            "verify",
            operation=operation,
            service=service,
            method=method,
            path=path,
            query=query,
            headers=headers,
            body=body,
            status=status,
            times=times,
            at_least=at_least,
            at_most=at_most,
            in_order=in_order,
            strict=strict,
            nothing_else=nothing_else,
            after=after,
        )

    def explain(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        text: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """What would be answered to a request and why; nothing is changed, counted or kept."""
        return self._ask("explain", method=method, path=path, body=body, text=text, headers=headers)

    def routes(self, service: str | None = None) -> Json:
        """Every operation: method, path, rung, evidence, documented statuses."""
        return self._ask("routes", service=service)

    def coverage(self) -> Json:
        """The operations really exercised, with the statuses seen; how many requests broke a schema."""
        return self._ask("coverage")

    def clear_coverage(self) -> Json:
        """Forget what was exercised and how often a schema was broken; the journal stays."""
        return self._ask("clear_coverage")

    # ---- webhooks

    def deliveries(
        self,
        *,
        event: str | None = None,
        subscription: str | None = None,
        url: str | None = None,
        state: str | None = None,
        service: str | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> Json:
        """The webhooks that were to be sent, whether or not anybody receives them, oldest first."""
        return self._ask(
            "deliveries",
            event=event,
            subscription=subscription,
            url=url,
            state=state,
            service=service,
            after=after,
            limit=limit,
        )

    def wait_for_deliveries(
        self,
        *,
        event: str | None = None,
        subscription: str | None = None,
        url: str | None = None,
        state: str | None = None,
        service: str | None = None,
        attempts: int = 0,
        after: int = 0,
        count: int = 1,
        timeout: float = 5.0,
    ) -> Json:
        """Wait until there are ``count`` such webhooks, or ``timeout`` seconds of real time have passed."""
        return self._ask(
            "wait_for_deliveries",
            event=event,
            subscription=subscription,
            url=url,
            state=state,
            service=service,
            attempts=attempts,
            after=after,
            count=count,
            timeout=timeout,
        )

    def redeliver(self, id: int) -> Json:
        """Send a webhook again, whatever became of it: the same, with the same identifier."""
        return self._ask("redeliver", id=id)

    def clear_deliveries(self) -> Json:
        """Forget all webhooks, also those that are still to be sent; faults stay."""
        return self._ask("clear_deliveries")

    def set_webhook_fault(
        self,
        do: str,
        *,
        event: str | None = None,
        subscription: str | None = None,
        url: str | None = None,
        service: str | None = None,
        times: int | None = 1,
        after: int = 0,
        seconds: float | None = None,
        status: int | None = None,
    ) -> Json:
        """Let something go wrong with the next ``times`` (null: all) webhooks that match, ``after`` some."""
        return self._ask(
            "set_webhook_fault",
            do=do,
            event=event,
            subscription=subscription,
            url=url,
            service=service,
            times=times,
            after=after,
            seconds=seconds,
            status=status,
        )

    def webhook_faults(self) -> Json:
        """What was to go wrong with webhooks since the last reset, and how often it did."""
        return self._ask("webhook_faults")

    def clear_webhook_faults(self) -> Json:
        """Let nothing go wrong with webhooks any more."""
        return self._ask("clear_webhook_faults")

    # ---- behind the commands

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

    def _aside(self, seconds: float) -> RemoteWorld:
        """The same world on a connection of its own, for a command that takes so many ``seconds`` longer."""
        other = RemoteWorld(self.server_url, self.name, timeout=seconds + (self._connection.timeout or 0))
        other._headers = self._headers
        return other

    def _beside(self, name: str) -> RemoteWorld:
        """Another world of the same server, on the same connection."""
        other = RemoteWorld(self.server_url, name)
        other._headers, other._connection, other._lock = self._headers, self._connection, self._lock
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


class RemoteWorlds:
    """The worlds of a server that runs elsewhere, with the methods that Worlds has.

    ``default`` is the one that stands for the server: tests that share one have each their own. The commands
    of all worlds follow one another on its connection.
    """

    def __init__(self, default: RemoteWorld) -> None:
        """Nothing is sent yet."""
        self.default = default
        self._asked = {default.name: default}

    def get(self, name: str) -> RemoteWorld | None:
        """The world of that name."""
        try:
            return self.named(name)
        except NotThere:
            return None

    def named(self, name: str) -> RemoteWorld:
        """The world of that name. Raises NotThere, unless it was there when it was last made or asked for."""
        found = self._asked.get(name)
        if found is None:
            self.default.world(name)
            found = self._asked[name] = self.default._beside(name)
        return found

    def __iter__(self) -> Iterator[RemoteWorld]:
        """All worlds, oldest first."""
        return iter([self.named(name) for name in self.worlds()["worlds"]])

    def worlds(self) -> Json:
        """The names of all worlds."""
        return self.default.worlds()

    def world(self, name: str) -> Json:
        """What one world serves and how it is set."""
        return self.default.world(name)

    def create_world(
        self,
        name: str,
        *,
        seeds: Sequence[Json] | None = None,
        clock: str | None = None,
        auth: str | None = None,
        validation: str | None = None,
    ) -> Json:
        """Make a world, like the server's own where nothing else is said; one of that name is replaced."""
        made = self.default.create_world(name, seeds=seeds, clock=clock, auth=auth, validation=validation)
        self._asked.setdefault(name, self.default._beside(name))
        return made

    def drop_world(self, name: str) -> Json:
        """Forget a world and everything in it."""
        dropped = self.default.drop_world(name)
        self._asked.pop(name, None)
        return dropped

    def metrics(self) -> str:
        """What all worlds have counted, in the text format that Prometheus reads."""
        return self.default.metrics()

    def close(self) -> None:
        """Close the connection; the next command opens it again."""
        self.default.close()


class RemoteServer:
    """A mock server that runs elsewhere, as whoever holds a MockServer sees it.

    ``url``: where clients reach its default world; ``server_url``: the server itself; ``control``: the
    control endpoint of that world; ``worlds``: all of them.
    """

    def __init__(self, url: str, default: str = "default", token: str | None = None) -> None:
        """Nothing is sent yet. ``default``: the world that stands for the server."""
        world = RemoteWorld(url, default, token)
        self.url, self.server_url = world.url, world.server_url
        self.control = self.url + CONTROL
        self.worlds = RemoteWorlds(world)

    def close(self) -> None:
        """Close the connection; the server goes on."""
        self.worlds.close()


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


def _content(seed: Json) -> Json:
    """A seed as the server takes it: files are read here, on this side."""
    if isinstance(seed, Path) or (isinstance(seed, str) and seed.endswith(SEED_FILES)):
        return read_text(Path(seed).read_bytes())
    return seed
