"""The fields that a query may name, bound to the records of a site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property

from mockserver.behaviours.jira.jql import moments
from mockserver.behaviours.jira.jql.evaluate import (
    EQUAL,
    ORDERED,
    TEXT,
    Atom,
    Change,
    Field,
    bad_date,
    natural,
)
from mockserver.behaviours.jira.jql.parse import JqlError
from mockserver.behaviours.jira.rich.document import plain
from mockserver.engine.context import Collection, Context
from mockserver.values import Json, Record

NUMBER_UNKNOWN = "Value '{value}' is invalid for the '{field}' field: a number is expected."
KEY_UNKNOWN = "An issue with key '{value}' does not exist for field '{field}'."


class Fields:
    """All fields of one site, built when first asked for."""

    def __init__(self, ctx: Context) -> None:
        """The fields as the caller of ``ctx`` may search them."""
        self._ctx = ctx
        self._made: dict[str, Field | None] = {}

    def named(self, name: str, custom_id: str | None = None) -> Field | None:
        """The field of this name, id, alias or ``cf[…]`` number, in any case; None if there is none."""
        key = name.casefold()
        if custom_id is not None:
            key = f"customfield_{custom_id}"
        if key not in self._made:
            self._made[key] = self._build(key)
        return self._made[key]

    def _build(self, key: str) -> Field | None:
        known = self._builders.get(key)
        if known is not None:
            return known()
        for one in self.table("field"):
            if one["id"] == key or one["name"].casefold() == key:
                return self._custom(one)
        return None

    def table(self, name: str) -> Collection:
        """The records of one resource."""
        return self._ctx.table(name)

    def rows(self, name: str) -> Iterable[Record]:
        """The records of a resource; none where this server has no such resource."""
        return self.table(name) if name in self._ctx.site.service.resources else ()

    @cached_property
    def _builders(self) -> Mapping[str, Callable[[], Field]]:
        stamp, text, person, plural = self._stamp, self._text, self._person, self._many
        found: dict[str, Callable[[], Field]] = {
            "project": self._project,
            "status": self._status,
            "statuscategory": self._status_category,
            "issuetype": self._issue_type,
            "priority": self._priority,
            "resolution": self._resolution,
            "labels": self._labels,
            "component": lambda: plural("component", "components", "component"),
            "fixversion": lambda: plural("fixVersion", "fixVersions", "version", ordered=True),
            "affectedversion": lambda: plural("affectedVersion", "versions", "version", ordered=True),
            "key": self._key,
            "parent": lambda: self._issue("parent", lambda issue: issue["fields"].get("parent")),
            "summary": lambda: text("summary", lambda issue: [issue["fields"].get("summary") or ""]),
            "description": lambda: text("description", self._rich("description")),
            "environment": lambda: text("environment", self._rich("environment")),
            "comment": lambda: text("comment", self._comments, emptiness=False),
            "text": lambda: text("text", self._all_texts, emptiness=False),
            "created": lambda: stamp("created"),
            "updated": lambda: stamp("updated"),
            "resolved": lambda: stamp("resolutiondate"),
            "statuscategorychangeddate": lambda: stamp("statuscategorychangedate"),
            "due": lambda: self._day("duedate"),
            "assignee": lambda: person("assignee", "assignee"),
            "reporter": lambda: person("reporter", "reporter"),
            "creator": lambda: person("creator", "creator"),
            "watcher": lambda: self._people("watcher"),
            "voter": lambda: self._people("vote"),
            "votes": lambda: self._count("votes", "vote"),
            "watchers": lambda: self._count("watchers", "watcher"),
            "originalestimate": lambda: self._duration("timeoriginalestimate"),
            "remainingestimate": lambda: self._duration("timeestimate"),
            "timespent": lambda: self._duration("timespent"),
            "attachments": self._attachments,
            "worklogauthor": lambda: self._worklog_person(),
            "worklogdate": self._worklog_date,
            "category": self._category,
            "sprint": self._sprint,
        }
        aliases = {
            "type": "issuetype",
            "issue": "key",
            "issuekey": "key",
            "id": "key",
            "createddate": "created",
            "updateddate": "updated",
            "resolutiondate": "resolved",
            "duedate": "due",
            "epic link": "parent",
            "timeoriginalestimate": "originalestimate",
            "timeestimate": "remainingestimate",
        }
        found.update({alias: found[name] for alias, name in aliases.items()})
        return found

    # ---- things with an id and a name

    def _project(self) -> Field:
        projects = {one["id"]: one for one in self.table("project")}

        def meant(text: str) -> Sequence[Atom] | None:
            folded = text.casefold()
            return [
                key
                for key, one in projects.items()
                if folded in (one["key"].casefold(), one["name"].casefold()) or text == key
            ] or None

        return Field(
            "project",
            lambda issue: (issue["project"],),
            meant,
            order=lambda atom: projects[atom]["name"].casefold(),
            narrow=lambda atom: self._ids("project", atom),
        )

    def _status(self) -> Field:
        rows = {one["id"]: (at, one) for at, one in enumerate(self.table("status"))}
        return Field(
            "status",
            self._held("status"),
            self._meant("status"),
            order=lambda atom: rows[atom][0] if atom in rows else len(rows),
            history=self._history("status"),
            narrow=lambda atom: self._ids("fields.status", atom),
        )

    def _status_category(self) -> Field:
        category = {one["id"]: one["category"] for one in self.table("status")}

        def meant(text: str) -> Sequence[Atom] | None:
            folded = text.casefold()
            return [
                one["id"]
                for one in self.table("status_category")
                if folded in (str(one["id"]), one["key"].casefold(), one["name"].casefold())
            ] or None

        return Field("statusCategory", lambda issue: (category[issue["fields"]["status"]],), meant)

    def _issue_type(self) -> Field:
        return Field(
            "issuetype",
            self._held("issuetype"),
            self._meant("issue_type"),
            order=self._name_order("issue_type"),
            narrow=lambda atom: self._ids("fields.issuetype", atom),
        )

    def _priority(self) -> Field:
        rank = {one["id"]: at for at, one in enumerate(self.table("priority"))}
        return Field(
            "priority",
            self._held("priority"),
            self._meant("priority"),
            ORDERED,
            order=lambda atom: -rank.get(atom, len(rank)),
            downward=True,
            history=self._history("priority"),
        )

    def _resolution(self) -> Field:
        return Field(
            "resolution",
            self._held("resolution"),
            self._meant("resolution"),
            order=self._name_order("resolution"),
            history=self._history("resolution"),
            empties=frozenset({"unresolved"}),
        )

    def _labels(self) -> Field:
        return Field(
            "labels",
            lambda issue: issue["fields"].get("labels") or (),
            lambda text: [text],
            narrow=lambda atom: self._ids("fields.labels", atom),
        )

    def _many(self, name: str, member: str, resource: str, *, ordered: bool = False) -> Field:
        rank = {one["id"]: at for at, one in enumerate(self.rows(resource))}
        return Field(
            name,
            lambda issue: issue["fields"].get(member) or (),
            self._meant(resource),
            ORDERED if ordered else EQUAL,
            order=lambda atom: rank.get(atom, len(rank)),
            history=self._history(member) if member == "fixVersions" else None,
        )

    def _sprint(self) -> Field:
        field = next((one["id"] for one in self.table("field") if one["name"] == "Sprint"), "")
        return Field(
            "sprint",
            lambda issue: issue["fields"].get(field) or (),
            self._meant("sprint"),
            narrow=lambda atom: self._ids(f"fields.{field}", atom),
            unknown="Sprint with name '{value}' does not exist or you do not have permission to view it.",
        )

    def _category(self) -> Field:
        category = {one["id"]: one.get("projectCategory") for one in self.table("project")}

        def held(issue: Record) -> Sequence[Atom]:
            found = category.get(issue["project"])
            return () if found is None else (found,)

        return Field("category", held, self._meant("project_category"))

    # ---- issues

    def _key(self) -> Field:
        return Field(
            "key",
            lambda issue: (issue["id"],),
            self._issue_meant,
            (*ORDERED,),
            order=lambda atom: natural(str((self.table("issue").get(atom) or {"key": atom})["key"])),
            narrow=lambda atom: (str(atom),),
            unknown=KEY_UNKNOWN,
        )

    def _issue(self, name: str, above: Callable[[Record], Json]) -> Field:
        def held(issue: Record) -> Sequence[Atom]:
            found = above(issue)
            return () if found is None else (found,)

        return Field(
            name,
            held,
            self._issue_meant,
            order=lambda atom: natural(str((self.table("issue").get(atom) or {"key": atom})["key"])),
            narrow=lambda atom: self._ids("fields.parent", atom),
            unknown=KEY_UNKNOWN,
        )

    def _issue_meant(self, text: str) -> Sequence[Atom] | None:
        found = self.table("issue").find(text)
        return None if found is None else [found["id"]]

    # ---- texts

    def _text(self, name: str, texts: Callable[[Record], Sequence[str]], *, emptiness: bool = True) -> Field:
        return Field(
            name,
            lambda issue: [one for one in texts(issue) if one],
            lambda text: [text],
            TEXT if emptiness else ("~", "!~"),
            kind="text",
            order=lambda atom: str(atom).casefold(),
            texts=texts,
        )

    def _rich(self, member: str) -> Callable[[Record], Sequence[str]]:
        def texts(issue: Record) -> Sequence[str]:
            document = issue["fields"].get(member)
            return () if document is None else (plain(document),)

        return texts

    def _comments(self, issue: Record) -> Sequence[str]:
        if "comment" not in self._ctx.site.service.resources:
            return ()
        return [plain(one["body"]) for one in self.table("comment").under(issue) if one.get("body")]

    def _all_texts(self, issue: Record) -> Sequence[str]:
        fields = issue["fields"]
        texts = [
            fields.get("summary") or "",
            *self._rich("description")(issue),
            *self._rich("environment")(issue),
        ]
        for one in self.table("field"):
            value = fields.get(one["id"]) if one["id"].startswith("customfield_") else None
            if isinstance(value, str) and (one.get("schema") or {}).get("type") == "string":
                texts.append(value)
            elif isinstance(value, dict) and value.get("type") == "doc":
                texts.append(plain(value))
        return [*texts, *self._comments(issue)]

    # ---- times and numbers

    def _stamp(self, member: str) -> Field:
        def held(issue: Record) -> Sequence[Atom]:
            found = issue["fields"].get(member)
            return () if not found else (when(found),)

        return self._moment(member, held)

    def _day(self, member: str) -> Field:
        return self._stamp(member)

    def _moment(self, name: str, held: Callable[[Record], Sequence[Atom]]) -> Field:
        def meant(text: str) -> Sequence[Atom]:
            found = moments.moment(text, self._ctx.now)
            if found is None:
                raise JqlError(bad_date(text, name))
            return [found]

        return Field(name, held, meant, ORDERED, kind="moment", downward=name != "duedate")

    def _numbers(self, name: str, held: Callable[[Record], Sequence[Atom]]) -> Field:
        def meant(text: str) -> Sequence[Atom] | None:
            try:
                return [float(text)]
            except ValueError:
                return None

        return Field(name, held, meant, ORDERED, kind="number", unknown=NUMBER_UNKNOWN)

    def _count(self, name: str, resource: str) -> Field:
        def held(issue: Record) -> Sequence[Atom]:
            known = resource in self._ctx.site.service.resources
            return (float(len(self.table(resource).under(issue))) if known else 0.0,)

        return self._numbers(name, held)

    def _duration(self, member: str) -> Field:
        def held(issue: Record) -> Sequence[Atom]:
            found = issue["fields"].get(member)
            return () if found is None else (float(found),)

        def meant(text: str) -> Sequence[Atom] | None:
            found = seconds(text)
            return None if found is None else [found]

        return Field(member, held, meant, ORDERED, kind="number", unknown=NUMBER_UNKNOWN)

    # ---- people

    def _person(self, name: str, member: str) -> Field:
        indexed = {"assignee": "fields.assignee", "reporter": "fields.reporter"}.get(member)
        return Field(
            name,
            self._held(member),
            self._account,
            order=self._display_name,
            history=self._history(member) if member in ("assignee", "reporter") else None,
            narrow=(lambda atom: self._ids(indexed, atom)) if indexed else None,
        )

    def _people(self, resource: str) -> Field:
        def held(issue: Record) -> Sequence[Atom]:
            if resource not in self._ctx.site.service.resources:
                return ()
            return [one["user"] for one in self.table(resource).under(issue)]

        return Field(resource, held, self._account, order=self._display_name)

    def _account(self, text: str) -> Sequence[Atom] | None:
        folded = text.casefold()
        return [
            one["accountId"]
            for one in self.table("user")
            if text == one["accountId"]
            or folded in (str(one.get("emailAddress", "")).casefold(), one["displayName"].casefold())
        ] or None

    def _display_name(self, atom: Atom) -> str:
        found = self.table("user").get(atom)
        return str(found["displayName"]).casefold() if found else str(atom)

    # ---- work on an issue

    def _attachments(self) -> Field:
        def held(issue: Record) -> Sequence[Atom]:
            if "attachment" not in self._ctx.site.service.resources:
                return ()
            return [one["id"] for one in self.table("attachment").under(issue)]

        return Field("attachments", held, lambda text: None, ("is", "is not"))

    def _worklogs(self, issue: Record) -> Sequence[Record]:
        known = "worklog" in self._ctx.site.service.resources
        return self.table("worklog").under(issue) if known else ()

    def _worklog_person(self) -> Field:
        return Field(
            "worklogAuthor",
            lambda issue: [one["author"] for one in self._worklogs(issue)],
            self._account,
            ("=", "!=", "in", "not in"),
        )

    def _worklog_date(self) -> Field:
        return self._moment(
            "worklogDate",
            lambda issue: [
                when(one["started"]).replace(hour=0, minute=0, second=0, microsecond=0)
                for one in self._worklogs(issue)
            ],
        )

    # ---- custom fields

    def _custom(self, declared: Record) -> Field | None:
        """A field of the site's own, by the type its schema names; None for one that cannot be searched."""
        name, schema = declared["id"], declared.get("schema") or {}
        kind, items = schema.get("type"), schema.get("items")
        custom = str(schema.get("custom", "")).rpartition(":")[2]

        def value(issue: Record) -> Json:
            return issue["fields"].get(name)

        def one(issue: Record) -> Sequence[Atom]:
            found = value(issue)
            return () if found is None or found == "" else (found,)

        if custom == "gh-sprint":
            return self._sprint()
        if custom == "gh-lexo-rank":
            return Field("Rank", one, lambda text: None, ())
        if custom == "gh-epic-link":
            return self._issue(declared["name"], lambda issue: issue["fields"].get("parent"))
        if kind == "number":
            return self._numbers(name, lambda issue: [float(number) for number in one(issue)])
        if kind in ("date", "datetime"):
            return self._stamp(name)
        if kind == "user":
            return Field(name, one, self._account, order=self._display_name)
        if kind == "option":
            return Field(name, one, self._option(name), order=self._name_order("field_option", "value"))
        if kind == "array" and items in ("option", "string", "user"):
            meant = {"option": self._option(name), "user": self._account}.get(str(items), lambda text: [text])
            return Field(name, lambda issue: value(issue) or (), meant)
        if kind == "string":
            return self._text(name, lambda issue: [_spoken(found) for found in one(issue)])
        return None

    def _option(self, field: str) -> Callable[[str], Sequence[Atom] | None]:
        def meant(text: str) -> Sequence[Atom] | None:
            folded = text.casefold()
            return [
                one["id"]
                for one in self.rows("field_option")
                if one["field"] == field and (text == one["id"] or folded == one["value"].casefold())
            ] or None

        return meant

    # ---- shared

    def _held(self, member: str) -> Callable[[Record], Sequence[Atom]]:
        def held(issue: Record) -> Sequence[Atom]:
            found = issue["fields"].get(member)
            return () if found is None else (found,)

        return held

    def _meant(self, resource: str) -> Callable[[str], Sequence[Atom] | None]:
        def meant(text: str) -> Sequence[Atom] | None:
            folded = text.casefold()
            rows = list(self.rows(resource))
            named = [one["id"] for one in rows if one["name"].casefold() == folded]
            return named or [one["id"] for one in rows if str(one["id"]) == text] or None

        return meant

    def _name_order(self, resource: str, member: str = "name") -> Callable[[Atom], Json]:
        names = {one["id"]: str(one[member]).casefold() for one in self.rows(resource)}
        return lambda atom: names.get(atom, "")

    def _ids(self, member: str, atom: Atom) -> Iterable[str]:
        return [str(one["id"]) for one in self.table("issue").where(**{member: atom})]

    def _history(self, member: str) -> Callable[[Record], Sequence[Change]]:
        def changes(issue: Record) -> Sequence[Change]:
            if "change" not in self._ctx.site.service.resources:
                return ()
            found = []
            for one in self.table("change").under(issue):
                for item in one["items"]:
                    if item.get("fieldId") == member:
                        before, after = _ends(item.get("from")), _ends(item.get("to"))
                        found.append(Change(when(one["created"]), str(one["author"]), before, after))
            return found

        return changes


def when(text: str) -> datetime:
    """A stored time stamp or day as an instant."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def seconds(text: str) -> float | None:
    """A duration (``2d 4h``; a bare number is minutes) in seconds; days have 8 hours, weeks 5 days."""
    units = {"w": 5 * 8 * 3600, "d": 8 * 3600, "h": 3600, "m": 60}
    total = 0.0
    for part in text.split():
        number, unit = (part[:-1], part[-1]) if part[-1] in units else (part, "m")
        try:
            total += float(number) * units[unit]
        except ValueError:
            return None
    return total if text.strip() else None


def _ends(value: Json) -> tuple[Atom, ...]:
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


def _spoken(value: Json) -> str:
    return plain(value) if isinstance(value, dict) else str(value)
