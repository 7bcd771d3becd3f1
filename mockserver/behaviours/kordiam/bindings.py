"""Which external system an element is linked with, and as what."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

_URL = re.compile(r"https?://[^/\s?#]+\S*", re.IGNORECASE)


def listed(ctx: Context) -> Outcome:
    """All bindings of the element, oldest first, historical ones included.

    Source: https://docs.kordiam.app/api/platform/element-external-systems
    """
    return Outcome("ok", ctx.table("external_element").under(ctx.found()), many=True)


def linked(ctx: Context) -> Outcome:
    """The binding of the element to the resolved system, made or replaced.

    Source: https://docs.kordiam.app/api/platform/element-external-systems
    """
    given = {"externalId": ctx.body.get("externalId"), "link": ctx.body.get("link") or None}
    _check(ctx, given)
    system = _resolved(ctx, ctx.body.get("systemUrl"))
    table = ctx.table("external_element")
    found = table.where(element=ctx.found()["id"], systemUrl=system["url"])
    if not found:
        return Outcome("ok", table.add({**given, "systemUrl": system["url"]}, ctx.found()))
    if ctx.settings["linkUpdate"] == "merge":
        given = {key: value for key, value in given.items() if value is not None}
    return Outcome("ok", table.change(found[0], given))


def unlinked(ctx: Context) -> Outcome:
    """The binding that was removed.

    Source: https://docs.kordiam.app/api/platform/element-external-systems
    """
    if ctx.settings["unlinkNeedsBody"] and not ctx.call.body:
        raise Problem("no_content", diagnosis="the setting unlinkNeedsBody is on")
    system = _resolved(ctx, ctx.body.get("systemUrl"))
    table = ctx.table("external_element")
    found = table.where(element=ctx.found()["id"], systemUrl=system["url"])
    if not found:
        kind = "business_error" if ctx.settings["unlinkMissing"] == "business_error" else "no_record"
        message = f"Element {ctx.found()['id']} is not linked with {system['url']}."
        raise Problem(kind, diagnosis=message, message=message)
    table.drop(found[0])
    return Outcome("ok", found[0])


def view(ctx: Context, record: Record) -> Json:
    """``{"externalId"?, "link"?, "systemUrl"}``; null for a system that is not configured any more."""
    shown = {name: record[name] for name in ("externalId", "link") if record[name] is not None}
    element = ctx.table("element").get(record["element"]) or {}
    urls = [one["url"] for one in _configured(ctx, element)]
    return {**shown, "systemUrl": record["systemUrl"] if record["systemUrl"] in urls else None}


def projected(ctx: Context, element: Record) -> Json:
    """The one binding that an element shows: the first whose system is configured, else the first; or None.

    Source: https://docs.kordiam.app/api/platform/element-tasks (externalElement)
    """
    shown = [view(ctx, one) for one in ctx.table("external_element").under(element)]
    bound = [one for one in shown if one["systemUrl"] is not None]
    return next(iter(bound or shown), None)


def seeded(site: Site, values: Record) -> Record:
    """A binding whose system exists, under the system's own spelling. Raises Problem."""
    url = values.get("systemUrl")
    if url is None:
        return values
    known = [one["url"] for one in site.table("external_system")]
    found = [one for one in known if _trimmed(one) == _trimmed(url)]
    if not found:
        message = f"'systemUrl' must name an external system or be null, not {url!r}; there are: {known}"
        raise Problem("invalid", diagnosis=message)
    return {**values, "systemUrl": found[0]}


def _check(ctx: Context, given: Record) -> None:
    """Raise Problem for a blank or over-long representation."""
    external_id, link = given["externalId"], given["link"]
    if external_id is not None and not external_id.strip():
        _refuse("externalId must not be blank.")
    for name in ("externalId", "link"):
        most = ctx.settings[f"{name}Length"]
        if given[name] is not None and len(given[name]) > most:
            _refuse(f"{name} must not be longer than {most} characters.")
    if link is not None and ctx.settings["linkFormat"] == "url" and not _URL.fullmatch(link):
        raise Problem(
            "invalid", broken=[Broken("body", ("link",), "link", "format", "must be a well-formed URL")]
        )


def _refuse(message: str) -> None:
    raise Problem("input_parameter", diagnosis=message, message=message)


def _resolved(ctx: Context, url: str | None) -> Record:
    """The configured system that ``url`` names, or that goes without saying where none is named."""
    systems = _configured(ctx, ctx.found())
    asked = (url or "").strip()
    if asked:
        for system in systems:
            if system["url"] == asked or (
                ctx.settings["normaliseSystemUrl"] and _trimmed(system["url"]) == _trimmed(asked)
            ):
                return system
        kind = "no_record" if ctx.settings["unknownSystem"] == "not_found" else "business_error"
        message = f"External system {asked} is not configured for the organization."
        raise Problem(kind, diagnosis=message, message=message)
    chosen = systems if len(systems) == 1 else [one for one in systems if one["default"]]
    if len(chosen) == 1:
        return chosen[0]
    message = "No external system is configured for the organization."
    if systems:
        message = "Several external systems are configured for the organization: systemUrl is needed."
    raise Problem("business_error", diagnosis=message, message=message)


def _configured(ctx: Context, element: Record) -> Sequence[Record]:
    """The external systems that the element's organisation has configured now."""
    systems = ctx.table("external_system").where(organisation=element.get("organisation"))
    return [one for one in systems if one["active"]]


def _trimmed(url: str) -> str:
    return url.strip().rstrip("/")
