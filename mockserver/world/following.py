"""What comes to a world while somebody looks: waiting for requests, following them, taking them along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from mockserver.exchange import Exchange
from mockserver.state.clock import monotonic
from mockserver.state.entry import Line
from mockserver.values import Json
from mockserver.verification.wanted import matches
from mockserver.world import har
from mockserver.world.core import Core
from mockserver.world.errors import CommandError, among
from mockserver.world.shown import shown_entry
from mockserver.world.sought import Sought
from mockserver.world.verifying import wanted_of

LONGEST = 60.0  # seconds that a command may wait
FORMATS = {"har": "application/json", "jsonl": "application/x-ndjson"}
SHOWN = 100  # requests that a wait shows


class Following(Core):
    """The commands about requests that are still to come, and about all of them at once."""

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
        if count < 1:
            raise CommandError(f"'count' must be at least 1, not {count}")
        if not 0 <= timeout <= LONGEST:
            raise CommandError(f"'timeout' must be from 0 to {LONGEST:g} seconds, not {timeout}")
        parts: dict[str, Json] = {
            "operation": operation,
            "method": method,
            "path": path,
            "query": query,
            "headers": headers,
            "body": body,
            "status": status,
        }
        wanted = wanted_of(self.shared.services, parts, service)
        found: list[Json] = []
        last, missed = after, 0

        def there() -> bool:
            nonlocal last, missed
            missed += max(0, min(self.journal.oldest - 1 - last, self.journal.evicted))
            for line in self.journal.since(last):
                last = line.number
                shown = shown_entry(line.entry())
                if matches(wanted, Exchange.of(shown)):
                    found.append(shown)
            return len(found) >= count

        satisfied = self._until(there, timeout)
        return {
            "satisfied": satisfied,
            "count": len(found),
            "requests": found[:SHOWN],
            "last": last,
            "evicted": missed,
        }

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
        if timeout is not None and not timeout >= 0:
            raise CommandError(f"'timeout' must be 0 or more seconds, not {timeout}")
        sought = Sought(operation, service, method, path, status, breach, reason, text)
        sought.among([])
        return self._follow(sought, self.journal.next_number - 1 if after is None else after, timeout)

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
        among(format, tuple(FORMATS), "format")
        sought = Sought(operation, service, method, path, status, breach, reason, text)
        with self._lock:
            entries = [line.entry() for line in sought.among(self.journal.since(after))]
        return har.lines(entries) if format == "jsonl" else har.archive(entries, self.name)

    def news(self, sought: Sought, after: int, most: int = 100) -> tuple[list[Json], int]:
        """The next exchanges after that number, at most so many, and the number up to which was looked."""
        with self._lock:
            lines = self.journal.since(after)
            gap = self.journal.oldest - 1 - after
            found: list[Json] = [{"gap": gap, "after": after}] if gap > 0 else []
            fitting = sought.among(lines)
        some: list[Line] = fitting[:most]
        found += [shown_entry(line.entry()) for line in some]
        if len(fitting) > most:
            return found, some[-1].number
        return found, max(after + max(gap, 0), lines[-1].number if lines else 0)

    def _follow(self, sought: Sought, after: int, timeout: float | None) -> Iterator[Json]:
        end = None if timeout is None else monotonic() + timeout
        while True:
            found, after = self.news(sought, after)
            yield from found
            left = None if end is None else max(0.0, end - monotonic())
            if not found and not self._until(partial(self._has_news, after), left):
                return

    def _has_news(self, after: int) -> bool:
        return self.journal.next_number - 1 > after
