"""A long story of all four services, told the same in every process: calls, and commands between them.

Run as a script, this file prints its transcript: a line for each call and each command, with everything that
a client sees. Nothing in it may depend on the process, the order of a set, or the version of Python. It
imports nothing but the package, so that any interpreter that has what the package needs can tell it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from urllib.parse import quote

from mockserver.values import Call, Json, dumps
from mockserver.world import CommandError, World, Worlds, catalogue
from mockserver.world.credentials import good

FILLED = "http://cases.example"
HOOK, HERE = "http://app.example/hook", "http://127.0.0.1:9/hook"
TRACK = "/api/v2/connections/issue-tracker/"


class Teller:
    """Plays the story and notes each line of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lines: list[bytes] = []
        self.statuses: list[int] = []
        self.headers: Mapping[str, str] | None = None

    def note(self, what: str, found: bytes) -> None:
        self.lines.append(b"%s %s" % (what.encode(), found))

    def call(self, service: str, method: str, path: str, body: Json = None, **headers: str) -> Json:
        """The reply of one service; the credential is one that is let in, unless the teller has another."""
        mount = self.world.info()["services"][service]["mount"]
        sent = dict(self.headers or good(self.world, service).headers)
        sent = {name.lower(): value for name, value in sent.items()}
        raw = b"" if body is None else dumps(body)
        if raw:
            sent["content-type"] = "application/json"
        sent.update(headers)
        reply = self.world.handle(Call(method, mount + path, sent, raw, "http://localhost:8080"))
        head = f"{reply.status} {dict(reply.headers)} ".encode()
        self.note(f"{service} {method} {path}", head + reply.body)
        self.statuses.append(reply.status)
        typed = reply.headers.get("Content-Type", "")
        try:
            return reply.json() if reply.body and "json" in typed else None
        except ValueError:  # a fault has cut it
            return None

    def tell(self, power: Callable[..., Json], *given: Json, **named: Json) -> Json:
        """What a command answers, or why it refuses."""
        try:
            found = power(*given, **named)
            self.note(power.__name__, found.encode() if isinstance(found, str) else dumps(found))
        except CommandError as error:
            found = None
            self.note(power.__name__, f"refused: {error}".encode())
        return found


def transcript() -> Teller:
    """The whole story."""
    worlds = Worlds(World(catalogue(), seeds=["documented"]))
    teller = Teller(worlds.default)
    for chapter in (jira, testers, newsroom, security, rules, limits, logins, states):
        chapter(teller)
        watched(teller)
    beside(worlds, teller)
    teller.tell(worlds.worlds)
    measured = worlds.metrics().splitlines()
    teller.note("metrics", "\n".join(one for one in measured if "process_" not in one).encode())
    return teller


def jira(teller: Teller) -> None:
    """Issues of all kinds, and everything that happens to them; somebody listens."""

    def ask(method: str, path: str, body: Json = None) -> Json:
        return teller.call("jira", method, path, body)

    events = ["jira:issue_created", "jira:issue_updated", "comment_created", "issuelink_created"]
    ask(
        "POST", "/rest/webhooks/1.0/webhook", {"name": "a", "url": HERE, "events": events, "secret": "mock-x"}
    )
    wanted = {"jqlFilter": "project = MKY", "events": ["jira:issue_created", "jira:issue_updated"]}
    ask("POST", "/rest/api/3/webhook", {"url": HOOK, "webhooks": [wanted]})
    teller.tell(teller.world.set_webhook_fault, "delay", seconds=60, event="jira:issue_updated", times=2)
    keys = []
    for number in range(25):
        kind = ("Task", "Bug", "Story")[number % 3]
        fields = {"project": {"key": "MKY"}, "issuetype": {"name": kind}, "summary": f"{kind} {number} – é"}
        made = ask("POST", "/rest/api/3/issue", {"fields": {**fields, "labels": [f"l{number % 4}"]}})
        keys.append(made["key"] if made and "key" in made else "MKY-1")
        teller.world.advance_clock(61)
    for number, key in enumerate(keys):
        issue = f"/rest/api/3/issue/{key}"
        text = {"type": "paragraph", "content": [{"type": "text", "text": f"Comment {number}"}]}
        document = {"type": "doc", "version": 1, "content": [text]}
        ask("POST", f"{issue}/comment", {"body": document})
        ask("PUT", issue, {"fields": {"summary": f"Changed {number}"}, "update": {"labels": [{"add": "x"}]}})
        link = {"globalId": f"case={number}", "object": {"title": f"C{number}", "url": f"{FILLED}/{number}"}}
        ask("POST", f"{issue}/remotelink", link)
        ask("GET", f"{issue}?expand=changelog,renderedFields")
        if number % 3 == 0:
            moves = ask("GET", f"{issue}/transitions")
            if moves and moves["transitions"]:
                ask("POST", f"{issue}/transitions", {"transition": {"id": moves["transitions"][0]["id"]}})
            ask("POST", f"{issue}/worklog", {"timeSpentSeconds": 60 * number + 60, "comment": document})
            ask("POST", f"{issue}/votes")
            ask("GET", f"{issue}/watchers")
        if number % 5 == 0:
            pair = {"inwardIssue": {"key": key}, "outwardIssue": {"key": "MKY-1"}}
            ask("POST", "/rest/api/3/issueLink", {"type": {"name": "Blocks"}, **pair})
        if number % 7 == 0:
            ask("PUT", f"{issue}/properties/p", {"n": number})
            ask("DELETE", f"/rest/api/3/issue/{key}")
    for jql in (
        "project = MKY order by key desc",
        "labels in (l1, l2) and created >= startOfDay()",
        "summary ~ 'changed' and updated > -1h order by updated, key",
        "status was 'To Do' order by key",
        "nothing = here",
        "issuetype = Bug and (votes > 0 or watchers > 0)",
    ):
        ask("GET", f"/rest/api/3/search/jql?fields=summary,labels,status&maxResults=7&jql={quote(jql)}")
    for path in (
        "/rest/api/2/issue/MKY-1",
        "/rest/api/3/myself",
        "/rest/api/3/isue",
        "/rest/agile/1.0/board",
    ):
        ask("GET", path)
    ask("POST", "/rest/api/3/issue", {"fields": {"summary": ["no", "text"], "nowhere": 1}})
    ask("PATCH", "/rest/api/3/issue/MKY-1")
    ask("GET", "/rest/api/3/issue/MKY-404")
    teller.tell(teller.world.advance_clock, 3600)
    deliveries = teller.tell(teller.world.deliveries, limit=500)
    teller.tell(teller.world.redeliver, deliveries["deliveries"][0]["id"])
    teller.tell(teller.world.webhook_faults)


def testers(teller: Teller) -> None:
    """Enterprise Tester: projects, links, lists with options."""

    def ask(method: str, path: str, body: Json = None) -> Json:
        return teller.call("enterprise_tester", method, path, body)

    for path in (
        "/api",
        "/api/systeminfo",
        "/api/projects",
        "/api/externalsystems",
        "/api/externalsystemtypes",
    ):
        ask("GET", path)
    for number in range(12):
        ask(
            "GET",
            f"/api/externalsystemlinks?$top=2&$skip={number}&$orderby=Name%20desc&$inlinecount=allpages",
        )
        ask(
            "POST",
            "/api/systemevents",
            {"Message": f"Event {number}", "Type": "A", "Source": "S", "Level": "Info"},
        )
        ask("POST", "/api/projects", {"Name": f"Project {number}", "Description": "D"})
        ask("GET", "/api/externalsystemlinks?$filter=Enabled%20eq%20" + ("true" if number % 2 else "false"))
    ask("GET", "/api/externalsystemlinks?$filter=Nothing%20is")
    ask("POST", "/api/externalsystemlinks", {"Name": "X"})
    for one in teller.world.state("enterprise_tester", "external_system_link"):
        link = f"/api/externalsystemlink/{one.get('Id', one.get('id'))}"
        ask("GET", link)
        ask("PATCH", link, {"Enabled": False, "Name": "Renamed"})
        ask("POST", f"{link}/copy", {"Name": "Copy"})
        ask("DELETE", link)


def newsroom(teller: Teller) -> None:
    """Kordiam: elements, their bindings, and what is exported of them."""

    def ask(method: str, path: str, body: Json = None) -> Json:
        return teller.call("kordiam", method, path, body)

    for number in range(15):
        made = ask("POST", "/api/v2/elements", {"title": f"Night train {number}"})
        element = f"/api/v2/elements/{made['id'] if made and 'id' in made else 1}"
        ask(
            "POST",
            f"{element}/external-element/link",
            {"externalId": f"cms-{number}", "link": f"{FILLED}/{number}"},
        )
        ask("PATCH", element, {"title": f"Returns {number}"})
        ask("GET", f"{element}/external-elements")
        ask("GET", f"/api/v2/elements?page={number % 3}&size=4")
        if number % 4 == 0:
            ask("POST", f"{element}/external-element/unlink", {"externalId": f"cms-{number}"})
            ask("DELETE", element)
    teller.tell(teller.world.set_settings, "kordiam", {"unlinkMissing": "business_error"})
    ask("POST", "/api/v2/elements/1/external-element/unlink", {"externalId": "never"})
    teller.tell(teller.world.deliveries, service="kordiam")


def security(teller: Teller) -> None:
    """SD Elements: connections, tasks, notes."""

    def ask(method: str, path: str, body: Json = None) -> Json:
        return teller.call("sd_elements", method, path, body)

    for number in range(12):
        params = {"issue_tracker_project": f"P{number}"}
        made = ask("POST", TRACK, {"alias": f"A{number}", "connector": 1, "project": 1, "params": params})
        one = f"{TRACK}{made['id'] if made and 'id' in made else 1}/"
        ask("PATCH", one, {"params": {"issue_tracker_parent_issue": f"MKY-{number}"}})
        ask("GET", f"{TRACK}?project=1&include=last_job&page_size=3&page={number}")
        ask("GET", f"/api/v2/projects/1/tasks/?page_size={number + 1}")
        ask("POST", "/api/v2/business-units/", {"name": f"Unit {number}"})
        if number % 3 == 0:
            ask("DELETE", one)
    ask("POST", TRACK, {"alias": "Backlog"})
    for path in ("/api/v2/users/me/", "/api/v2/projects/", "/api/v2/phases/", "/api/v2/nowhere/"):
        ask("GET", path)


def rules(teller: Teller) -> None:
    """Every kind of fault, and forced replies."""
    world = teller.world
    issue, links = "/rest/api/3/issue/MKY-1", "/rest/api/3/issue/MKY-1/remotelink"
    faults: list[dict[str, Json]] = [
        {"operation": "getIssue", "status": 503, "times": 2, "then": {"status": 500}},
        {"operation": "getIssue", "rate_limit": "jira-burst-based", "after": 1},
        {"service": "jira", "html": "bad_gateway", "every": 3},
        {"service": "kordiam", "rate_limit": True},
        {"method": "GET", "path": links, "cut": 20},
        {"method": "GET", "path": links, "garble": "json"},
        {"operation": "getRemoteIssueLinks", "delay": {"uniform": [0.1, 0.5]}},
        {"operation": "getRemoteIssueLinks", "delay": {"lognormal": {"median": 0.2, "sigma": 0.5}}},
        {"service": "sd_elements", "empty": True},
        {"service": "enterprise_tester", "drop": True},
        {"operation": "getIsue", "drop": True},
    ]
    for fault in faults:
        teller.tell(world.fault, fault)
    for _ in range(10):
        teller.call("jira", "GET", issue)
        teller.call("jira", "GET", links)
    for service, path in (
        ("kordiam", "/api/v2/elements"),
        ("sd_elements", "/api/v2/projects/"),
        ("enterprise_tester", "/api/projects"),
    ):
        teller.call(service, "GET", path)
    teller.tell(world.faults)
    teller.tell(world.force, "getIssue", status=418, body={"a": 1}, headers={"X-A": "b"}, times=2)
    teller.tell(
        world.force, "createOrUpdateRemoteIssueLink", status=409, match={"body": {"/relationship": "x"}}
    )
    for relationship in ("y", "x", "x"):
        body = {"relationship": relationship, "object": {"title": "A", "url": FILLED}}
        teller.call("jira", "POST", links, body)
        teller.call("jira", "GET", issue)
    teller.tell(world.forced)
    teller.tell(world.explain, "GET", f"/jira{issue}")
    teller.tell(world.explain, "POST", f"/jira{links}", {"object": {"url": FILLED}})
    teller.tell(world.clear_faults)
    teller.tell(world.unforce)


def limits(teller: Teller) -> None:
    """Calls are counted, and waited for."""
    teller.tell(teller.world.set_limits, "jira", {"burst": {"GET": 3}, "quota": 40})
    for turn in range(45):
        teller.call("jira", "GET", f"/rest/api/3/issue/MKY-{1 + turn % 3}")
        if turn % 5 == 4:
            teller.tell(teller.world.advance_clock, 0.5)
    teller.tell(teller.world.limits)
    teller.tell(teller.world.advance_clock, 3600)
    teller.call("jira", "GET", "/rest/api/3/myself")
    teller.tell(teller.world.set_limits, "jira", False)


def logins(teller: Teller) -> None:
    """Somebody else calls, for as long as they may."""
    world = teller.world
    teller.tell(world.set_auth, "strict")
    for service in ("jira", "kordiam", "enterprise_tester"):
        teller.tell(world.login, service, expires_in=120)
    for user, scope in (("emma@example.com", None), ("Mia Krystof", "read:jira-work")):
        held = teller.tell(world.login, "jira", user, scope=scope)
        teller.headers = held["headers"] if held else {}
        for method, path, body in (
            ("GET", "/rest/api/3/myself", None),
            ("GET", "/rest/api/3/issue/MKY-1", None),
            ("PUT", "/rest/api/3/issue/MKY-1", {"fields": {"summary": "mine"}}),
            ("GET", "/rest/api/3/mypermissions?permissions=EDIT_ISSUES,LINK_ISSUES", None),
        ):
            teller.call("jira", method, path, body)
        teller.tell(world.set_settings, "jira", {"denied": {"emma@example.com": ["LINK_ISSUES in MKY"]}})
        teller.call(
            "jira", "POST", "/rest/api/3/issue/MKY-1/remotelink", {"object": {"title": "A", "url": FILLED}}
        )
        teller.tell(world.revoke, "jira", user=user)
        teller.call("jira", "GET", "/rest/api/3/myself")
        teller.headers = None
    teller.tell(world.advance_clock, 121)
    teller.tell(world.credentials, "jira")
    teller.tell(world.set_settings, "jira", {"denied": []})
    teller.tell(world.set_auth, "any")


def states(teller: Teller) -> None:
    """Snapshots taken, compared, put back; the world exported and imported."""
    world = teller.world
    teller.tell(world.snapshot, "a")
    teller.call(
        "jira", "PUT", "/rest/api/3/issue/MKY-1", {"fields": {"summary": "after a", "labels": ["b", "a"]}}
    )
    teller.call("jira", "DELETE", "/rest/api/3/issue/MKY-1/remotelink/10000")
    teller.call("kordiam", "POST", "/api/v2/elements", {"title": "after a"})
    teller.tell(world.set_settings, "jira", {"issueLinkingEnabled": False})
    teller.tell(world.snapshot)
    teller.tell(world.diff, "a", "now")
    teller.tell(world.diff, "seed", "a")
    teller.tell(world.restore, "a")
    teller.tell(world.diff, "a", "now")
    kept = teller.tell(world.export_state)
    teller.tell(world.seed, {"jira": {"project": [{"key": "NEW", "name": "New"}]}})
    teller.tell(world.seed, {"jira": {"projet": []}})
    teller.tell(world.import_state, kept)
    teller.tell(world.set_clock, "2031-05-06T07:08:09Z")
    teller.call("jira", "GET", "/rest/api/3/serverInfo")
    teller.tell(world.snapshots)


def watched(teller: Teller) -> None:
    """What the world has seen of the chapter; then it forgets."""
    world = teller.world
    teller.tell(world.coverage)
    teller.tell(world.requests, breach=True, limit=50)
    teller.tell(world.requests, status="4xx", order="newest", limit=20)
    teller.tell(world.verify, operation="createIssue", service="jira", at_least=3)
    teller.tell(world.verify, in_order=["createIssue", "addComment"], service="jira")
    teller.tell(world.export_requests, "har")
    teller.tell(world.export_requests, "jsonl")
    teller.tell(world.info)
    teller.tell(world.clear_requests)


def beside(worlds: Worlds, teller: Teller) -> None:
    """Other worlds, as they are whatever happened in the first; a reset of that."""
    first = teller.world
    for name, given in (
        ("b", {}),
        ("c", {"clock": "2030-01-01", "auth": "strict"}),
        ("d", {"seeds": ["demo"]}),
    ):
        teller.tell(worlds.create_world, name, **given)
        teller.world = worlds.named(name)
        teller.call(
            "jira", "POST", "/rest/api/3/issue", {"fields": {"project": {"key": "MKY"}, "summary": "S"}}
        )
        teller.call("jira", "GET", "/rest/api/3/search/jql?jql=order%20by%20key&fields=*all&maxResults=30")
        teller.tell(teller.world.state)
    teller.world = first
    teller.tell(worlds.drop_world, "b")
    teller.tell(first.reset)
    teller.tell(first.state)
    teller.tell(first.reset, "empty")
    teller.tell(first.export_state)


if __name__ == "__main__":
    for line in transcript().lines:
        sys.stdout.buffer.write(line + b"\n\0")
