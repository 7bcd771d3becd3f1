"""Fields of an issue that a client may set: read from a request or a seed into what is stored.

Stored are ids of what a field names, never copies: ``{"issuetype": "3", "assignee": "5b10…", "labels": []}``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mockserver.behaviours.jira import estimates
from mockserver.behaviours.jira.rich.document import is_document
from mockserver.behaviours.jira.rich.wiki import to_document
from mockserver.behaviours.jira.words import Refused
from mockserver.engine.site import Site
from mockserver.values import Json, Record

SUMMARY_LIMIT = 255
LABEL_LIMIT = 255
TEXT_LIMIT = 32_767
AUTOMATIC = "-1"
LIST_VERBS = ("add", "set", "remove")


@dataclass(frozen=True, slots=True)
class Speech:
    """How a value is said: rich text as a document (version 3), as text (version 2), or either (a seed).

    ``project``: the id of the project that the issue is or will be in, where that is known.
    """

    documents: bool = True
    text: bool = False
    project: str | None = None

    @property
    def seed(self) -> bool:
        """Whether a person or a file says it, not a request."""
        return self.documents and self.text


Reader = Callable[[Site, Speech, Json], Json]


@dataclass(frozen=True, slots=True)
class Field:
    """How one field is read, and with which verbs ``update`` may change it.

    ``one`` reads one item of a list, for the verbs add and remove; ``merge`` makes the new value out of the
    stored one and the one that was read.
    """

    read: Reader
    verbs: Sequence[str] = ("set",)
    one: Reader | None = None
    merge: Callable[[Site, Json, Json], Json] | None = None


def summary(site: Site, speech: Speech, value: Json) -> str:
    """One line of at most 255 characters, without white space around it."""
    if value is not None and not isinstance(value, str):
        raise Refused("not_a_string")
    found = (value or "").strip()
    if not found:
        raise Refused("summary_missing")
    if "\n" in found or "\r" in found:
        raise Refused("summary_lines")
    if len(found) > SUMMARY_LIMIT:
        raise Refused("summary_long", limit=SUMMARY_LIMIT)
    return found


def rich_text(site: Site, speech: Speech, value: Json) -> Json:
    """A document; None for none."""
    if value is None or (value == "" and speech.text):
        return None
    if isinstance(value, str) and speech.text:
        if len(value) > TEXT_LIMIT:
            raise Refused("text_long", limit=TEXT_LIMIT)
        return to_document(value)
    if speech.documents and is_document(value):
        return value
    raise Refused("not_a_document" if speech.documents else "not_a_string")


def labels(site: Site, speech: Speech, value: Json) -> list[str]:
    """Labels without repetitions."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refused("not_an_array")
    return list(dict.fromkeys(label(one) for one in value))


def label(value: Json) -> str:
    """One label: a word without spaces."""
    if not isinstance(value, str):
        raise Refused("not_a_string")
    if not value or any(sign.isspace() for sign in value):
        raise Refused("label_spaces", value=value)
    if len(value) > LABEL_LIMIT:
        raise Refused("label_long", value=value, limit=LABEL_LIMIT)
    return value


def due_date(site: Site, speech: Speech, value: Json) -> str | None:
    """A day as ``yyyy-MM-dd``."""
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise Refused("bad_date", value=value) from None


def issue_type(site: Site, speech: Speech, value: Json) -> str:
    """The id of an issue type given by id or name; one that the project has."""
    if value is None:
        raise Refused("issuetype_missing")
    found: str = named(site, "issue_type", value, "issuetype_unknown")["id"]
    owner = site.table("project").get(speech.project or "") or {}
    if owner.get("issueTypes") is not None and found not in owner["issueTypes"]:
        raise Refused("issuetype_unknown")
    return found


def priority(site: Site, speech: Speech, value: Json) -> str | None:
    """The id of a priority given by id or name."""
    return None if value is None else str(named(site, "priority", value, "priority_unknown")["id"])


def resolution(site: Site, speech: Speech, value: Json) -> str | None:
    """The id of a resolution given by id or name."""
    return None if value is None else str(named(site, "resolution", value, "resolution_unknown")["id"])


def project(site: Site, speech: Speech, value: Json) -> str:
    """The id of a project given by id or key."""
    if not isinstance(value, Mapping):
        raise Refused("project_unknown")
    wanted = value.get("id", value.get("key"))
    found = None if wanted is None else site.table("project").find(str(wanted))
    if found is None:
        raise Refused("project_unknown")
    return str(found["id"])


def parent(site: Site, speech: Speech, value: Json) -> str | None:
    """The id of an issue given by id or key."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Refused("not_an_object")
    wanted = value.get("id", value.get("key"))
    found = None if wanted is None else site.table("issue").find(str(wanted))
    if found is None:
        raise Refused("parent_unknown")
    return str(found["id"])


def person(site: Site, speech: Speech, value: Json) -> str | None:
    """The account id of a user; None for nobody, ``-1`` for whom the project says."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Refused("not_an_object")
    account = value.get("accountId", value.get("id"))
    if account is None:
        return None
    if not isinstance(account, str) or (account != AUTOMATIC and site.table("user").get(account) is None):
        raise Refused("user_unknown", value=account)
    return account


def reporter(site: Site, speech: Speech, value: Json) -> str:
    """The account id of a user; there must be one."""
    found = person(site, speech, value)
    if found is None or found == AUTOMATIC:
        raise Refused("reporter_missing")
    return found


def named(site: Site, resource: str, value: Json, word: str) -> Record:
    """The record that ``{"id": …}`` or ``{"name": …}`` names; names match in any case."""
    if not isinstance(value, Mapping):
        raise Refused("not_an_object")
    if value.get("id") is not None:
        found = site.table(resource).get(str(value["id"]))
        if found is not None:
            return found
    elif isinstance(value.get("name"), str):
        for one in site.table(resource):
            if one["name"].casefold() == value["name"].casefold():
                return one
    raise Refused(word, value=value.get("id", value.get("name")))


def parts(resource: str) -> Field:
    """A field that holds ids of components or versions of the issue's own project."""

    def one(site: Site, speech: Speech, value: Json) -> str:
        given = {"name": value} if isinstance(value, str) else value
        if not isinstance(given, Mapping):
            raise Refused("not_an_object")
        by = "name" if given.get("id") is None else "id"
        wanted = str(given.get(by))
        for record in site.table(resource).where(project=speech.project):
            if str(record[by]).casefold() == wanted.casefold():
                return str(record["id"])
        raise Refused(f"{resource}_unknown", by=by, value=wanted)

    def read(site: Site, speech: Speech, value: Json) -> list[str]:
        if value is not None and not isinstance(value, list):
            raise Refused("not_an_array")
        return list(dict.fromkeys(one(site, speech, item) for item in value or ()))

    return Field(read, LIST_VERBS, one)


FIELDS: Mapping[str, Field] = {
    "project": Field(project),
    "issuetype": Field(issue_type),
    "parent": Field(parent),
    "summary": Field(summary),
    "description": Field(rich_text),
    "environment": Field(rich_text),
    "priority": Field(priority),
    "resolution": Field(resolution),
    "labels": Field(labels, LIST_VERBS, lambda site, speech, value: label(value)),
    "components": parts("component"),
    "fixVersions": parts("version"),
    "versions": parts("version"),
    "assignee": Field(person),
    "reporter": Field(reporter),
    "duedate": Field(due_date),
    "timetracking": Field(lambda site, speech, value: estimates.read(site, value), ("set", "edit")),
}
