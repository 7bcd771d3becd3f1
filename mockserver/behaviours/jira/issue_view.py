"""An issue as Jira shows it: the fields asked for, each in the form of the version called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mockserver.behaviours.jira import changelog, expansions, field_view, meta, properties, transitions
from mockserver.engine.context import Context
from mockserver.values import Json, Record

EXPANDABLE = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request wants to see of issues."""

    fields: Sequence[str] = ("*all",)
    expand: frozenset[str] = frozenset()
    properties: Sequence[str] = ()
    by_keys: bool = False

    @property
    def only_ids(self) -> bool:
        """Whether nothing but ids is wanted."""
        return list(self.fields) == ["id"]


def asked(members: Mapping[str, Json]) -> Asked:
    """What ``fields``, ``expand``, ``properties`` and ``fieldsByKeys`` of a query or a body ask for.

    ``expand`` is a comma list in most places and an array in the old search.
    """
    expand = members.get("expand") or ""
    names = expand if isinstance(expand, list) else str(expand).split(",")
    return Asked(
        [name.strip() for one in members.get("fields") or ("*all",) for name in one.split(",")],
        frozenset(one.strip() for one in names),
        members.get("properties") or (),
        bool(members.get("fieldsByKeys")),
    )


def shown(ctx: Context, issue: Record, wanted: Asked | None = None) -> dict[str, Json]:
    """An issue with the fields, properties and expansions that ``wanted``, or else the query, asks for."""
    return showing(ctx, wanted or asked(ctx.query))(issue)


def showing(ctx: Context, wanted: Asked) -> Callable[[Record], dict[str, Json]]:
    """How each issue of a page is shown; what holds for all of them is worked out once."""
    if wanted.only_ids:
        return lambda issue: {"id": issue["id"]}
    chosen = selected(ctx, wanted.fields, by_keys=wanted.by_keys)
    versioned = "versionedRepresentations" in wanted.expand
    every = selected(ctx, ["*all"]) if versioned else ()
    fields = () if versioned else [(name, field_view.showing(ctx, name)) for name in chosen]
    about = described(ctx, wanted)
    added = [(name, add) for name, add in ADDED.items() if name in wanted.expand]
    address = f"{ctx.api}/issue/"

    def show(issue: Record) -> dict[str, Json]:
        document = {
            "expand": EXPANDABLE,
            "id": issue["id"],
            "self": address + issue["id"],
            "key": issue["key"],
        }
        if versioned:
            # Documented: with it, ``fields`` is passed over.
            document["versionedRepresentations"] = expansions.versioned(ctx, issue, every)
        else:
            document["fields"] = {name: shown(issue) for name, shown in fields}
        if "renderedFields" in wanted.expand:
            document["renderedFields"] = {name: expansions.rendered(ctx, issue, name) for name in chosen}
        document.update(about)
        for name, add in added:
            document[name] = add(ctx, issue)
        if wanted.properties:
            document["properties"] = _properties(ctx, issue, wanted.properties)
        return document

    return show


def described(ctx: Context, wanted: Asked) -> dict[str, Json]:
    """The names and schemas of the fields asked for, where ``expand`` wants them."""
    if not wanted.expand & {"names", "schema"}:
        return {}
    catalogue = {one["id"]: one for one in ctx.table("field")}
    chosen = selected(ctx, wanted.fields, by_keys=wanted.by_keys)
    found: dict[str, Json] = {}
    if "names" in wanted.expand:
        found["names"] = {name: catalogue[name]["name"] for name in chosen}
    if "schema" in wanted.expand:
        found["schema"] = {name: catalogue[name]["schema"] for name in chosen}
    return found


def selected(ctx: Context, asked: Sequence[str], *, by_keys: bool = False) -> list[str]:
    """Ids of the fields that ``asked`` names: ``*all``, ``*navigable``, ``x``, ``-x``; others name none.

    by_keys: fields are named by key; that of a system field is its id.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get
    """
    known = {one["id"]: one for one in ctx.table("field")}
    names = [one.strip() for one in asked]
    if by_keys:
        ids = {str(one["key"] or key): key for key, one in known.items()}
        names = [_renamed(one, ids) for one in names]
    chosen: dict[str, None] = {}
    if all(name.startswith("-") for name in names):
        chosen = dict.fromkeys(known)
    for name in names:
        if name == "*all":
            chosen.update(dict.fromkeys(known))
        elif name == "*navigable":
            chosen.update(dict.fromkeys(key for key, one in known.items() if one["navigable"]))
        elif name in known:
            chosen[name] = None
    for name in names:
        if name == "-*all":
            chosen.clear()
        elif name.startswith("-"):
            chosen.pop(name[1:], None)
    return list(chosen)


def _renamed(name: str, ids: Mapping[str, str]) -> str:
    """``name``, perhaps with a minus, by id where it was by key; a key that there is not names nothing."""
    if name.startswith("*") or name == "-*all":
        return name
    sign = "-" if name.startswith("-") else ""
    return sign + ids.get(name.removeprefix("-"), "")


def _properties(ctx: Context, issue: Record, keys: Sequence[str]) -> dict[str, Json]:
    """The values of the properties that ``keys`` asks for: ``*all``, a key, ``-key``."""
    names = [one.strip() for key in keys for one in key.split(",")]
    known = {one["key"]: one["value"] for one in properties.under(ctx, issue, "issue")}
    every = "*all" in names or all(one.startswith("-") for one in names)
    return {key: known[key] for key in known if (every or key in names) and f"-{key}" not in names}


def _editmeta(ctx: Context, issue: Record) -> Json:
    return {"fields": meta.for_edit(ctx, issue)}


def _transitions(ctx: Context, issue: Record) -> Json:
    return transitions.listed(ctx, issue)


ADDED: Mapping[str, Callable[[Context, Record], Json]] = {
    "transitions": _transitions,
    "editmeta": _editmeta,
    "operations": expansions.operations,
    "changelog": changelog.inside,
}
