"""Fields about issues and the issues around them: keys, parents, links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mockserver.behaviours.jira.jql.field import ORDERED, Atom, Field, Meant, Narrowed, natural
from mockserver.behaviours.jira.jql.records import Records
from mockserver.values import Json, Record

KEY_UNKNOWN = "An issue with key '{value}' does not exist for field '{field}'."
ENDS = ("inward", "outward")


def fields(records: Records) -> Mapping[str, Callable[[], Field]]:
    """How each of these fields is made, under its name in lower case."""
    return {
        "key": lambda: _key(records),
        "parent": lambda: parent(records),
        "issuelinktype": lambda: _link_type(records),
    }


def parent(records: Records, name: str = "parent") -> Field:
    """The issue above another one."""
    return Field(
        name,
        records.held("parent"),
        _issue_meant(records),
        order=_issue_order(records),
        narrow=lambda atom: records.near("fields.parent", atom),
        unknown=KEY_UNKNOWN,
    )


def _key(records: Records) -> Field:
    return Field(
        "key",
        lambda issue: (issue["id"],),
        _issue_meant(records),
        ORDERED,
        order=_issue_order(records),
        lasting="key",
        narrow=lambda atom: Narrowed(1, lambda: (str(atom),)),
        unknown=KEY_UNKNOWN,
    )


def _issue_meant(records: Records) -> Meant:
    def meant(text: str) -> Sequence[Atom] | None:
        found = records.table("issue").find(text)
        return None if found is None else [found["id"]]

    return meant


def _issue_order(records: Records) -> Callable[[Atom], Json]:
    def order(atom: Atom) -> Json:
        found = records.one("issue", atom)
        return natural(str(atom) if found is None else found["key"])

    return order


def _link_type(records: Records) -> Field:
    """The names of an issue's links, read from the issue's end."""
    links = records.table("issue_link")

    def held(issue: Record) -> Sequence[Atom]:
        outward = [("outward", one["type"]) for one in links.where(inward=issue["id"])]
        return [*outward, *(("inward", one["type"]) for one in links.where(outward=issue["id"]))]

    def meant(text: str) -> Sequence[Atom] | None:
        folded = text.casefold()
        kinds = [(end, one) for one in records.rows("issue_link_type") for end in ENDS]
        said = [(end, one["id"]) for end, one in kinds if folded == one[end].casefold()]
        return said or [(end, one["id"]) for end, one in kinds if folded == one["name"].casefold()] or None

    return Field("issueLinkType", held, meant, sortable=False, choices=records.choices("issue_link_type"))
