"""Parsed fixture files to the frozen model; the format has been checked before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from mockserver.spec.model import (
    STATUSES,
    Accepts,
    Auth,
    Case,
    Example,
    IdRule,
    Needs,
    Operation,
    Paging,
    Permission,
    Place,
    ReplyRule,
    Resource,
    SchemaName,
    Service,
    Setting,
    Way,
    Webhooks,
    Wording,
)
from mockserver.spec.ways import shape
from mockserver.values import Json, Retry

Parts = Sequence[tuple[str, Path, Mapping[str, Json]]]


def service(
    name: str,
    parts: Parts,
    seeds: Mapping[str, Path],
    operations: Mapping[str, Operation] | None = None,
    ways: Callable[[], Sequence[Way]] | None = None,
) -> Service:
    """One service out of its files: (page, file, content), ``service`` among the pages.

    operations: those of the files, where they are known already; ways: what tells their routes without them.
    """
    top: dict[str, Json] = {}
    resources: dict[str, Resource] = {}
    problems: dict[str, Wording] = {}
    for page, file, content in parts:
        if page == "service":
            top.update(content)
        for key, raw in content.get("problems", {}).items():
            problems[key] = wording(raw)
        for key, raw in content.get("resources", {}).items():
            resources[key] = resource(name, page, key, Place(file, ("resources", key)), raw)
    settings = {key: setting(key, raw) for key, raw in top.get("settings", {}).items()}
    return Service(
        name=name,
        title=top.get("title", name),
        docs=top.get("docs", ""),
        mount=top.get("mount", "/" + name.replace("_", "-")),
        auth=auth(top.get("auth", {})),
        dates=top.get("dates", Service.__dataclass_fields__["dates"].default),
        drop_nulls=top.get("nulls") == "drop",
        same_as={key: tuple(value) for key, value in top.get("same_as", {}).items()},
        also_under=tuple(top.get("also_under", ())),
        any_case=top.get("any_case", False),
        indent=top.get("indent"),
        admits=top.get("admits"),
        slips=top.get("slips"),
        settles=top.get("settles"),
        headers=top.get("headers", {}),
        words=top.get("words", {}),
        codes=top.get("codes", {}),
        problems=problems,
        limited=top.get("limited", {}),
        paging={key: paging(key, raw) for key, raw in top.get("paging", {}).items()},
        settings=settings,
        resources=resources,
        operations=declared(name, parts) if operations is None else operations,
        ways=ways,
        webhooks=webhooks(top.get("webhooks", {})),
        seeds=dict(seeds),
        env=top.get("env", {}),
    )


def declared(name: str, parts: Parts) -> Mapping[str, Operation]:
    """All operations of the files of a service, those that are only known after the others."""
    operations: dict[str, Operation] = {}
    for page, file, content in parts:
        for key, raw in content.get("operations", {}).items():
            place = Place(file, ("operations", key))
            operations[key] = operation(name, page, key, place, content.get("docs", ""), raw)
    return operations | {one.id: one for one in absent(name, parts, tuple(operations.values()))}


def absent(name: str, parts: Parts, made: Sequence[Operation]) -> Iterator[Operation]:
    """The operations that are only known; not those that some page, ``made``, declares by id or by route."""
    ids = {one.id for one in made}
    taken = {shape(one.method, one.path) for one in made}
    for page, file, content in parts:
        for key, route in content.get("absent", {}).items():
            raw = {"route": route, "does": "absent"}
            one = operation(name, page, key, Place(file, ("absent", key)), content.get("docs", ""), raw)
            form = shape(one.method, one.path)
            if key not in ids and form not in taken:
                ids.add(key)
                taken.add(form)
                yield one


def auth(raw: Mapping[str, Json]) -> Auth:
    """How callers are told apart."""
    return Auth(
        accepts=tuple(raw.get("accepts", ())),
        anonymous=raw.get("anonymous", False),
        rejected=raw.get("rejected", "refuse"),
        users=raw.get("users"),
        credentials=raw.get("credentials"),
        default=raw.get("default"),
        session=raw.get("session"),
        holds=raw.get("holds"),
        signed=raw.get("signed"),
        reads=raw.get("reads"),
        name=raw.get("name"),
        active=raw.get("active"),
        revoked=raw.get("revoked", "wrong_credential"),
        headers=raw.get("headers", {}),
    )


def webhooks(raw: Mapping[str, Json]) -> Webhooks:
    """How a service tells others what happened."""
    retry = raw.get("retry")
    if retry is None:
        return Webhooks(raw.get("deliver"))
    waits = tuple(float(one) for one in retry["waits"])
    statuses = tuple(str(one) for one in retry["statuses"])
    errors, header = retry.get("errors", True), retry.get("header", "")
    return Webhooks(raw.get("deliver"), Retry(waits, statuses, errors, header))


def wording(raw: Mapping[str, Json]) -> Wording:
    """The words for one kind of problem."""
    return Wording(raw["status"], raw.get("body"), raw.get("headers", {}), raw.get("source", "documented"))


def setting(name: str, raw: Mapping[str, Json]) -> Setting:
    """One switch; whatever is not our own key is its JSON Schema."""
    own = ("default", "about", "source")
    schema = {key: value for key, value in raw.items() if key not in own}
    return Setting(name, raw["default"], schema, raw["about"], raw.get("source", "assumed"))


def paging(name: str, raw: Mapping[str, Json]) -> Paging:
    """One dialect of lists."""
    size = raw.get("size", {})
    envelope = raw.get("envelope")
    function = envelope.removeprefix("call ") if isinstance(envelope, str) else None
    return Paging(
        name=name,
        ask=raw.get("ask", {}),
        default=size.get("default"),
        most=size.get("most"),
        envelope=None if function else envelope,
        plain=raw.get("plain"),
        select=raw.get("select"),
        envelope_function=function,
    )


def resource(service: str, page: str, name: str, place: Place, raw: Mapping[str, Json]) -> Resource:
    """One kind of stored thing."""
    params = raw.get("param", ())
    rule = raw.get("id", {})
    return Resource(
        name=name,
        title=raw.get("title", name),
        place=place,
        parent=raw.get("parent"),
        params=(params,) if isinstance(params, str) else tuple(params),
        id=IdRule(
            rule.get("field", "id"), rule.get("as", "integer"), rule.get("start", 1), rule.get("prefix", "")
        ),
        keys=tuple(raw.get("keys", ())),
        unique=tuple(raw.get("unique", ())),
        index=tuple(raw.get("index", ())),
        fields=raw.get("fields", {}),
        hidden=tuple(raw.get("hidden", ())),
        computed=raw.get("computed", {}),
        stamps={key: tuple(value) for key, value in raw.get("stamps", {}).items()},
        refuses=raw.get("refuses", {}),
        accepts=_schema(service, page, raw.get("accepts")),
        view=raw.get("view"),
        seed=raw.get("seed"),
        visible=raw.get("visible"),
    )


def operation(
    service: str, page: str, name: str, place: Place, docs: str, raw: Mapping[str, Json]
) -> Operation:
    """One operation; ``does`` beside the route is short for a single case."""
    method, _, path = raw["route"].partition(" ")
    returns = _returns(service, page, raw.get("returns", {}))
    emits = {"emits": raw.get("emits", {})}
    cases = tuple(_case(service, page, {**emits, **one}) for one in raw.get("cases", [raw]))
    accepts = raw.get("accepts", {})
    permission = raw.get("permission")
    if isinstance(permission, str):
        permission = {"name": permission}
    return Operation(
        id=name,
        service=service,
        page=page,
        method=method,
        path=path,
        place=place,
        cases=cases,
        docs=docs,
        title=raw.get("title", ""),
        accepts=Accepts(
            path=_schema(service, page, accepts.get("path")),
            query=_schema(service, page, accepts.get("query")),
            body=_schema(service, page, accepts.get("body")),
            optional=accepts.get("optional", False),
            form=accepts.get("form", False),
            raw=accepts.get("raw", False),
            checks=accepts.get("checks"),
        ),
        auth=raw.get("auth", "default"),
        scopes={kind: tuple(names) for kind, names in raw.get("scopes", {}).items()},
        needs=tuple(Needs(one["setting"], one["else"]) for one in raw.get("needs", ())),
        permission=Permission(permission["name"], permission.get("else", "forbidden"))
        if permission
        else None,
        returns=returns,
        examples={
            key: _example(key, Place(place.file, (*place.path, "examples", key)), one)
            for key, one in raw.get("examples", {}).items()
        },
        evidence=raw.get("evidence", "documented"),
        deprecated=raw.get("deprecated", False),
    )


def _case(service: str, page: str, raw: Mapping[str, Json]) -> Case:
    verb, _, rest = raw["does"].partition(" ")
    return Case(
        does=verb,
        resource=rest if verb not in ("call", "example", "absent") else None,
        function=rest if verb in ("call", "example") and rest else None,
        when=raw.get("if"),
        by=raw.get("by", {}),
        where=raw.get("where", {}),
        reply=_reply(raw.get("reply", {})),
        returns=_returns(service, page, raw.get("returns", {})),
        emits=raw.get("emits", {}),
    )


def _reply(raw: Mapping[str, Json]) -> ReplyRule:
    statuses = {**STATUSES, **{kind: raw[kind] for kind in STATUSES if kind in raw}}
    return ReplyRule(
        statuses=statuses,
        show=tuple(raw.get("show", ())),
        view=raw.get("view"),
        paging=raw.get("paging"),
        headers=raw.get("headers", {}),
        location=raw.get("location"),
    )


def _example(name: str, place: Place, raw: Mapping[str, Json]) -> Example:
    reply = raw["reply"]
    return Example(
        name=name,
        place=place,
        status=reply["status"],
        body=reply.get("body"),
        headers=reply.get("headers", {}),
        call=raw.get("call"),
        given=raw.get("given", {}),
        source=raw.get("source", "assumed"),
        verified=raw.get("verified"),
    )


def _schema(service: str, page: str, text: str | None) -> SchemaName | None:
    if text is None:
        return None
    other, mark, name = text.partition("#")
    return SchemaName(service, other, name) if mark else SchemaName(service, page, text)


def _returns(service: str, page: str, raw: Mapping[str, Json]) -> dict[int, SchemaName | None]:
    return {int(status): _schema(service, page, text) for status, text in raw.items()}
