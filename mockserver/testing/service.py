"""One service of a world as a test holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from mockserver.exchange import Exchange, exchanges
from mockserver.testing.clock import MockClock
from mockserver.values import Json, Record
from mockserver.webhooks import Webhooks
from mockserver.world import NotThere
from mockserver.world.credentials import Credential, good

if TYPE_CHECKING:
    from mockserver.testing.world import MockWorld


class ServiceMock:
    """One service of a world: where it is, what it holds, what was asked of it."""

    def __init__(self, world: MockWorld, name: str, about: Mapping[str, Json]) -> None:
        """The service of that name in ``world``; ``about``: what the world's ``info`` says of it."""
        self._mock = world
        self.world = world.world
        self.name = name
        self.url = world.url + str(about["mount"])
        self._about = about

    @property
    def auth(self) -> tuple[str, str] | str:
        """A credential that is let in: user and secret where the service takes Basic, else the token."""
        found = good(self.world, self.name)
        return (found.name, found.secret) if found.scheme == "basic" else found.secret

    @property
    def headers(self) -> dict[str, str]:
        """The same credential as headers of a request."""
        return {"Authorization": good(self.world, self.name).authorization}

    def login(
        self,
        user: str | int | None = None,
        *,
        scheme: str | None = None,
        scope: str | None = None,
        expires_in: float | None = None,
    ) -> Credential:
        """A new credential of a user (by id, address or name): ``.auth``, ``.headers`` and ``.secret``.

        scope: the scopes of an OAuth token; without, an API token. expires_in: seconds of the world's clock.
        Raises NotThere where there is no such user.
        """
        made = self.world.login(self.name, user, scheme=scheme, scope=scope, expires_in=expires_in)
        return Credential(made["scheme"], made["name"], made["secret"], self._about["session"] or "")

    def revoke(self, held: Credential | str | int) -> int:
        """Revoke a credential, or all of a user; how many there were. Raises NotThere."""
        if isinstance(held, Credential):
            done = self.world.revoke(self.name, secret=held.secret)
        else:
            done = self.world.revoke(self.name, user=held)
        count: int = done["revoked"]
        return count

    def deny(self, user: str, *permissions: str) -> None:
        """Take permissions away from a user, by whatever name of theirs; ``*`` is everybody.

        In Jira, ``LINK_ISSUES in MKY`` is that of one project and ``* in MKY`` leaves only seeing it.
        Raises NotThere where there is no such user.
        """
        users = self.world.state(self.name, str(self._about["users"]))
        if user != "*" and not any(user == str(value) for one in users for value in one.values()):
            raise NotThere(f"{self.name} has no user {user!r}")
        before = self.settings["denied"]
        lacking = dict(before) if isinstance(before, dict) else {"*": before} if before else {}
        lacking[user] = [*lacking.get(user, ()), *permissions]
        self.set(denied=lacking)

    def seed(self, data: Mapping[str, Sequence[Record]]) -> dict[str, int]:
        """Store records by resource, all or none; how many there were of each. Raises CommandError."""
        counts: dict[str, int] = self._mock.seed({self.name: data})[self.name]
        return counts

    def records(self, resource: str) -> list[Record]:
        """Copies of the stored records of one resource, oldest first. Raises NotThere."""
        # The records themselves are shared by all forks of a world: nobody outside may hold one.
        found: list[Record] = deepcopy(self.world.state(self.name, resource))
        return found

    @property
    def settings(self) -> dict[str, Json]:
        """The settings in force."""
        return {name: one["value"] for name, one in self.world.settings(self.name).items()}

    def set(self, **settings: Json) -> None:
        """Change settings, all or none. Raises CommandError."""
        self.world.set_settings(self.name, settings)

    def limits(self, on: bool = True, **numbers: Json) -> None:
        """Refuse calls that are too many from now on, by the documented numbers or by ``numbers``; or none.

        ``limits(burst={"GET": 2})`` lets two GETs of an operation through each second. Raises CommandError
        where the service documents no limits.
        """
        self.world.set_limits(self.name, numbers if on and numbers else on)

    def reset(self, to: str = "seed") -> None:
        """Put the whole world back, its other services too; see ``MockWorld.reset``."""
        self._mock.reset(to)

    @property
    def clock(self) -> MockClock:
        """The world's time."""
        return MockClock(self.world)

    def force(
        self,
        operation: str,
        example: str | None = None,
        *,
        status: int | None = None,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = 1,
        match: Mapping[str, Json] | None = None,
        priority: int = 0,
    ) -> None:
        """Answer the next ``times`` calls (None: all) with a documented example, or with a given reply.

        ``match``: only those calls that have these parts: path, query, headers, body, caller, ordinal.
        Raises CommandError where there is no such operation, example or part.
        """
        self.world.force(
            operation,
            example,
            status=status,
            body=body,
            headers=headers,
            times=times,
            service=self.name,
            match=match,
            priority=priority,
        )

    def fault(self, operation: str | None = None, **fault: Json) -> int:
        """Let something go wrong, once if nothing else is said; the fault's number.

        The keywords are the members of a fault: ``jira_mock.fault("getIssue", drop=True, times=2)``. Without
        an operation, all calls of this service are meant, or those of ``method`` and ``path``. Raises
        CommandError.
        """
        given = {"service": self.name, **({"operation": operation} if operation else {}), **fault}
        armed: int = self.world.fault(given)["faults"][0]["number"]
        return armed

    def clear_faults(self, number: int | None = None) -> None:
        """Let nothing go wrong any more in the whole world; or disarm the one fault of that number."""
        self.world.clear_faults(number)

    @property
    def webhooks(self) -> Webhooks:
        """What this service told others, or would have."""
        return Webhooks(self.world, self.name)

    @property
    def journal(self) -> list[Exchange]:
        """The exchanges of this service, oldest first."""
        return list(exchanges(self.world, service=self.name))

    def calls(
        self,
        operation: str,
        *,
        body: Json = None,
        query: Mapping[str, Json] | None = None,
        path: Mapping[str, Json] | str | None = None,
    ) -> list[Exchange]:
        """The calls of one operation that have at least these parts, oldest first. Raises CommandError."""
        parts = self._parts(operation, body, query, path)
        return self._these(self.world.verify(service=self.name, at_least=0, **parts)["requests"])

    def assert_called(
        self,
        operation: str,
        *,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        body: Json = None,
        query: Mapping[str, Json] | None = None,
        path: Mapping[str, Json] | str | None = None,
    ) -> list[Exchange]:
        """The calls of one operation that have at least these parts, if they are as many as asked.

        Without a number, one or more. Raises AssertionError with the nearest requests, and CommandError
        where there is no such operation.
        """
        __tracebackhide__ = True
        return self._verified(
            **self._parts(operation, body, query, path), times=times, at_least=at_least, at_most=at_most
        )

    def assert_not_called(
        self,
        operation: str,
        *,
        body: Json = None,
        query: Mapping[str, Json] | None = None,
        path: Mapping[str, Json] | str | None = None,
    ) -> None:
        """No call of the operation has these parts. Raises as ``assert_called`` does."""
        __tracebackhide__ = True
        self._verified(**self._parts(operation, body, query, path), times=0)

    def assert_order(self, expected: Sequence[Json], *, strict: bool = False) -> list[Exchange]:
        """The calls of these steps, if they came one after the other; with none between them if ``strict``.

        A step is an operation, or ``{"operation": …, "body": …}`` with any part that a call is told by.
        Raises as ``assert_called`` does.
        """
        __tracebackhide__ = True
        return self._verified(in_order=expected, strict=strict)

    def assert_nothing_else(self, *expected: Json) -> None:
        """No call of this service but those expected, each named as in ``assert_order``; without any: none.

        Raises as ``assert_called`` does.
        """
        __tracebackhide__ = True
        self._verified(nothing_else=expected)

    def wait_for(
        self,
        operation: str,
        *,
        times: int = 1,
        timeout: float = 5.0,
        body: Json = None,
        query: Mapping[str, Json] | None = None,
        path: Mapping[str, Json] | str | None = None,
    ) -> list[Exchange]:
        """The calls of one operation that have these parts, as soon as there are ``times`` of them.

        timeout: real seconds, at most 60. The thread stands still meanwhile: an asynchronous test gives this
        to ``asyncio.to_thread``. Raises AssertionError with the nearest requests, and CommandError as
        ``assert_called`` does.
        """
        __tracebackhide__ = True
        parts = self._parts(operation, body, query, path)
        found = self.world.wait_for_requests(count=times, timeout=timeout, service=self.name, **parts)
        if not found["satisfied"]:
            complaint = self.world.verify(service=self.name, at_least=times, **parts)["complaint"]
            raise AssertionError(f"waited {timeout:g} seconds for {complaint}")
        return self._verified(**parts, at_least=times)

    def _verified(self, **question: Json) -> list[Exchange]:
        """The requests that were asked for. Raises AssertionError with the complaint."""
        __tracebackhide__ = True
        found = self.world.verify(service=self.name, **question)
        if not found["satisfied"]:
            raise AssertionError(found["complaint"])
        return self._these(found["requests"])

    def _these(self, numbers: Sequence[int]) -> list[Exchange]:
        """The exchanges of these numbers, oldest first."""
        if not numbers:
            return []
        since = exchanges(self.world, service=self.name, after=min(numbers) - 1)
        wanted = set(numbers)
        return [one for one in since if one.number in wanted]

    def _parts(
        self,
        operation: str,
        body: Json,
        query: Mapping[str, Json] | None,
        path: Mapping[str, Json] | str | None,
    ) -> dict[str, Json]:
        return {"operation": operation, "body": body, "query": query, "path": path}
