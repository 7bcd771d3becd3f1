"""A service as its fixtures declare it. Everything here is frozen; nothing here acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from mockserver.values import Json, Retry

# Kinds of problem that every service must word; the engine itself raises all but ``conflict``.
ENGINE_PROBLEMS = (
    "no_route",
    "wrong_method",
    "unauthorized",
    "forbidden",
    "malformed",
    "media_type",
    "bad_value",
    "invalid",
    "not_found",
    "conflict",
    "too_large",
    "rate_limited",
    "not_implemented",
    "broken",
)
VERBS = ("get", "list", "create", "upsert", "replace", "merge", "delete", "example", "call", "absent")
STATUSES: Mapping[str, int] = {
    "ok": 200,
    "created": 201,
    "updated": 200,
    "deleted": 204,
    "accepted": 202,
    "partial": 206,
    "moved": 303,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something is said, for messages."""

    file: Path
    path: tuple[str | int, ...] = ()


class SchemaName(NamedTuple):
    """A named definition: ``page`` is the schema file's stem, ``name`` its key in ``$defs``."""

    service: str
    page: str
    name: str

    def __str__(self) -> str:
        """As a fixture of another page writes it."""
        return f"{self.page}#{self.name}"


@dataclass(frozen=True, slots=True)
class IdRule:
    """How a resource's ids look and grow. style: integer | string (digits) | uuid | given."""

    field: str = "id"
    style: str = "integer"
    start: int = 1
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of stored thing.

    ``fields``: what a write may set, with the value stored when it is left out; ``keys``: other names
    it is found by in a path, whatever their case; ``refuses``: problem kinds for the ways a look-up
    can miss (malformed, missing, elsewhere); ``computed``: templates that fill members of every view;
    ``visible``: a Python function, (ctx, record) to bool: what it hides is answered as if it were missing.
    """

    name: str
    title: str
    place: Place
    parent: str | None = None
    params: tuple[str, ...] = ()
    id: IdRule = field(default_factory=IdRule)
    keys: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    index: tuple[str, ...] = ()
    fields: Mapping[str, Json] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    computed: Mapping[str, str] = field(default_factory=dict)
    stamps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refuses: Mapping[str, str] = field(default_factory=dict)
    accepts: SchemaName | None = None
    view: str | None = None
    seed: str | None = None
    visible: str | None = None

    @property
    def kept_back(self) -> tuple[str, ...]:
        """The members that no view shows: the hidden ones, and the one that names the parent."""
        return self.hidden if self.parent is None else (*self.hidden, self.parent)


@dataclass(frozen=True, slots=True)
class Needs:
    """A setting that must be true before the record named last in the path is looked up."""

    setting: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Permission:
    """What the caller must be allowed, checked once the record is found and before the body is read."""

    name: str
    otherwise: str = "forbidden"


@dataclass(frozen=True, slots=True)
class ReplyRule:
    """How an outcome becomes a reply: statuses by kind of outcome, the shape, extra headers.

    ``location``: template of the Location header of what was created or accepted.
    """

    statuses: Mapping[str, int] = field(default_factory=lambda: STATUSES)
    show: tuple[str, ...] = ()
    view: str | None = None
    paging: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What an operation does if ``when`` (``query.x``, ``body.x``, ``header.x``) is present.

    ``emits``: the event that each kind of outcome (created, updated, deleted) is announced as.
    """

    does: str
    resource: str | None = None
    function: str | None = None
    when: str | None = None
    by: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    reply: ReplyRule = field(default_factory=ReplyRule)
    returns: Mapping[int, SchemaName | None] = field(default_factory=dict)
    emits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepts:
    """The schemas of a request. ``optional``: the body may be absent; ``form``: it may be a form.

    ``checks``: a Python function that adds what no schema can say (does what the body names exist?),
    so that the service can report all of it together.
    """

    path: SchemaName | None = None
    query: SchemaName | None = None
    body: SchemaName | None = None
    optional: bool = False
    form: bool = False
    raw: bool = False
    checks: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A documented exchange. ``call`` and ``given`` make it a contract test; ``reply`` can be forced."""

    name: str
    place: Place
    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    call: Mapping[str, Json] | None = None
    given: Mapping[str, Json] = field(default_factory=dict)
    source: str = "assumed"
    verified: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the published API.

    ``auth``: none | optional | required | default, which is optional where the service lets anonymous
    callers in and required elsewhere; ``scopes``: by the name of a kind, the scopes of that kind that a
    token must have; those of one kind are enough, and without any kind every token will do.
    """

    id: str
    service: str
    page: str
    method: str
    path: str
    place: Place
    cases: tuple[Case, ...]
    docs: str = ""
    title: str = ""
    accepts: Accepts = field(default_factory=Accepts)
    auth: str = "default"
    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs: tuple[Needs, ...] = ()
    permission: Permission | None = None
    returns: Mapping[int, SchemaName | None] = field(default_factory=dict)
    examples: Mapping[str, Example] = field(default_factory=dict)
    evidence: str = "documented"
    deprecated: bool = False

    @property
    def absent(self) -> bool:
        """Whether it is known but not implemented, whatever is asked of it."""
        return all(case.does == "absent" for case in self.cases)

    @property
    def rung(self) -> str:
        """The highest rung it stands on: absent, example, verb or call."""
        verbs = {case.does for case in self.cases}
        if "call" in verbs:
            return "call"
        if verbs <= {"absent"}:
            return "absent"
        return "example" if verbs <= {"example", "absent"} else "verb"


class Way(NamedTuple):
    """One of the routes of an operation; ``prefix`` is the API prefix in it."""

    operation: str
    method: str
    prefix: str
    route: str


@dataclass(frozen=True, slots=True)
class Paging:
    """One dialect of lists: what to ask with, how much at once, in which envelope.

    ``select``: a Python function that filters and sorts before the page is cut;
    ``envelope``: a template, or ``envelope_function`` names a Python function;
    ``plain``: the template used instead when the caller asked for no page at all.
    """

    name: str
    ask: Mapping[str, str] = field(default_factory=dict)
    default: int | None = None
    most: int | None = None
    envelope: Json = None
    plain: Json = None
    select: str | None = None
    envelope_function: str | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """A service's words for one kind of problem."""

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    source: str = "documented"


@dataclass(frozen=True, slots=True)
class Setting:
    """A switch for behaviour that the reference leaves open, or that differs between sites."""

    name: str
    default: Json
    schema: Mapping[str, Json]
    about: str
    source: str = "assumed"


@dataclass(frozen=True, slots=True)
class Auth:
    """How callers are told apart.

    accepts: schemes out of basic, bearer, token, session, oauth1; anonymous: whether operations run
    without a credential unless they say otherwise; rejected: what a wrong credential leads to,
    ``refuse`` or ``anonymous``; users, credentials: resources; default: id of the user that any
    well-formed credential stands for; signed: a Python function, (site, call, credential) to a sentence
    that says what is wrong with the signature, or to nothing; reads: a Python function, (site, call, secret)
    to whether a token that nobody knows can be read at all; name, active: members of a user, its name
    with Basic and whether it is let in; revoked: the kind of problem that a revoked credential leads to.
    """

    accepts: tuple[str, ...] = ()
    anonymous: bool = False
    rejected: str = "refuse"
    users: str | None = None
    credentials: str | None = None
    default: str | int | None = None
    session: str | None = None
    holds: str | None = None
    signed: str | None = None
    reads: str | None = None
    name: str | None = None
    active: str | None = None
    revoked: str = "wrong_credential"
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """How a service tells others what happened.

    ``deliver``: a Python function, (ctx, event, about) to messages; ``retry``: when one is sent again.
    """

    deliver: str | None = None
    retry: Retry | None = None


@dataclass(frozen=True)
class Service:
    """One emulated API: everything its folder of fixtures says.

    ``slips``: a Python function, (site, call, problem or None) to sentences, that knows what clients do
    wrong again and again; ``admits``: a Python function that may refuse any call once the caller is known
    (versions, media types, quotas), before anything that the path names is looked up; ``settles``: one,
    (ctx, reply) to further headers, that counts what the call cost; ``indent``: the query parameter or
    header that, when true, asks for indented JSON; ``limited``: the kinds of problem that are documented
    refusals of a call too many, with the values that their words tell; ``ways``: what tells all
    routes, if that takes no look at the operations.
    """

    name: str
    title: str
    docs: str
    mount: str
    auth: Auth
    dates: str = "%Y-%m-%dT%H:%M:%SZ"
    drop_nulls: bool = False
    same_as: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also_under: tuple[str, ...] = ()
    any_case: bool = False
    indent: str | None = None
    admits: str | None = None
    slips: str | None = None
    settles: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, Wording] = field(default_factory=dict)
    limited: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    paging: Mapping[str, Paging] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    ways: Callable[[], Sequence[Way]] | None = None
    webhooks: Webhooks = field(default_factory=Webhooks)
    seeds: Mapping[str, Path] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    def resource_for(self, param: str) -> Resource | None:
        """The resource whose records are named by the path placeholder ``param``, if any."""
        return self._by_param.get(param)

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """The path of each operation, as it is declared."""
        if self.ways is None:
            return {name: one.path for name, one in self.operations.items()}
        return {way.operation: way.route for way in reversed(self.ways())}  # the declared one comes first

    @cached_property
    def children(self) -> Mapping[str, Sequence[Resource]]:
        """The resources whose records belong to those of each resource; none has no entry."""
        found: dict[str, list[Resource]] = {}
        for one in self.resources.values():
            if one.parent is not None:
                found.setdefault(one.parent, []).append(one)
        return found

    @cached_property
    def templated(self) -> Mapping[str, str]:
        """The headers of every reply that depend on it in another way than ``traced`` ones."""
        return {name: text for name, text in self.headers.items() if "{" in text and name not in self.traced}

    @cached_property
    def traced(self) -> Sequence[str]:
        """The headers of every reply that hold nothing but its trace id."""
        return tuple(name for name, text in self.headers.items() if text == "{trace}")

    @cached_property
    def _by_param(self) -> Mapping[str, Resource]:
        found: dict[str, Resource] = {}
        for one in self.resources.values():
            for param in one.params:
                found.setdefault(param, one)
        return found
