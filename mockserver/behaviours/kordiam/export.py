"""The global export: what happens to elements is told to the external systems of their organisation.

A system that an element is first told of answers with the id that it gave it. That id becomes the element's
external id, and later calls name the element by it. Nothing here reads a receiver's answer: the setting
``exportAnswer`` says what it is taken to be.

Source: support.kordiam.io, Global Export Integration (Webhooks), articles 5288027432860 and 28043236845852
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from mockserver.engine.context import Context
from mockserver.state.delivery import Message
from mockserver.values import Json, Record, dumps

CREATED, UPDATED, DELETED = "element_created", "element_updated", "element_deleted"
About = Mapping[str, Json]


def noted(ctx: Context, event: str, element: Record) -> None:
    """Note what happened to an element, if its organisation exports; with its bindings as they are now."""
    if _receivers(ctx, element):
        bindings = ctx.table("external_element").under(element)
        ctx.emit(event, element=element, bindings=bindings)


def messages(ctx: Context, event: str, about: About) -> Iterator[Message]:
    """One message for each system that exports: POST until it knows the element, then PUT and DELETE."""
    element = about["element"]
    for system in _receivers(ctx, element):
        known = _known_as(about["bindings"], system)
        here = system["url"].rstrip("/") + "/element"
        if event == DELETED:
            if known is not None:
                yield _message(ctx, system, "DELETE", f"{here}/{quote(known, safe='')}", event, b"")
        elif known is not None:
            body = dumps(_document(ctx, element))
            yield _message(ctx, system, "PUT", f"{here}/{quote(known, safe='')}", event, body)
        else:
            yield _message(ctx, system, "POST", here, event, dumps(_document(ctx, element)))
            _answered(ctx, system, element)


def _receivers(ctx: Context, element: Record) -> list[Record]:
    """The systems that are told of an element."""
    systems = ctx.table("external_system").where(organisation=element["organisation"])
    return [one for one in systems if one["active"] and one["export"]]


def _known_as(bindings: list[Record], system: Record) -> str | None:
    """What a system calls an element; None if it does not know it."""
    for one in bindings:
        if one["systemUrl"] == system["url"] and one["externalId"] is not None:
            return str(one["externalId"])
    return None


def _document(ctx: Context, element: Record) -> dict[str, Json]:
    """An element as the API shows it; what is known of its external element is an id and a link."""
    shown: dict[str, Json] = ctx.view("element", element)
    bound = shown.get("externalElement")
    if bound is None:
        return shown
    block = {"id": bound.get("externalId"), "link": bound.get("link")}
    return {**shown, "externalElement": {name: one for name, one in block.items() if one is not None}}


def _message(ctx: Context, system: Record, method: str, url: str, event: str, body: bytes) -> Message:
    headers = {"Content-Type": "application/json"} if body else {}
    identifier = str(ctx.ids.uuid("kordiam/export/delivery"))
    name = f"external_system:{system['id']}"
    return Message(name, url, event, body, {**headers, **_credential(system)}, method, identifier)


def _credential(system: Record) -> dict[str, str]:
    """The header by which the receiver knows the newsroom: a static bearer token, or one of its own."""
    auth = system["auth"] or {}
    if "bearer" in auth:
        return {"Authorization": f"Bearer {auth['bearer']}"}
    return dict(auth.get("headers") or {})


def _answered(ctx: Context, system: Record, element: Record) -> None:
    """Bind the element to the id that the system is taken to have answered with."""
    if ctx.settings["exportAnswer"] == "none":
        return
    table = ctx.table("external_element")
    number = str(ctx.ids.number("kordiam/export"))
    bound = [one for one in table.under(element) if one["systemUrl"] == system["url"]]
    if bound:
        table.change(bound[0], {"externalId": number})
    else:
        table.add({"externalId": number, "systemUrl": system["url"]}, element)
