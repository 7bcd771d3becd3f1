"""The generated parts of the documentation: what each service answers, and how well that is known.

``python -m mockserver.contract.pages`` rewrites, in every page of a checkout, what stands between
``<!-- generated: NAME … -->`` and ``<!-- end -->``; ``--check`` only names the pages that are stale.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from mockserver.control import Command, Param
from mockserver.control.table import COMMANDS
from mockserver.spec.load import PACKAGE, load
from mockserver.spec.model import Operation, Service
from mockserver.values import Json
from mockserver.world import statuses_of

COMMAND = "python -m mockserver.contract.pages"
SOURCES = ("documented", "recorded", "assumed")
# The JSON types, as a sentence has them; those that have bounds come last.
NOUNS = {
    "null": "null",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
}
_PART = re.compile(
    r"(?P<head><!-- generated: (?P<name>\w+)(?: (?P<of>\w+))? -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)

Services = Mapping[str, Service]


def pages(top: Path) -> Sequence[Path]:
    """The pages of a checkout that may have generated parts."""
    return (top / "README.md", *sorted((top / "docs").rglob("*.md")))


def regenerated(text: str, services: Services) -> str:
    """``text`` with its generated parts as they must be. Raises KeyError for a part nobody knows."""

    def part(found: re.Match[str]) -> str:
        made = "\n".join(PARTS[found["name"]](services, found["of"] or ""))
        return f"{found['head']}\n{made}\n\n{found['end']}"

    return _PART.sub(part, text)


def operations(services: Services, name: str) -> Iterator[str]:
    """A table for each page of the reference: every operation, every status, how it is known; one for 501."""
    known = services[name].operations.values()
    made = [one for one in known if one.rung != "absent"]
    for page in dict.fromkeys(one.page for one in made):
        found = [one for one in made if one.page == page]
        yield f"### {page.replace('_', ' ').capitalize()}"
        yield ""
        yield f"Reference: <{found[0].docs}>"
        yield ""
        yield "| operation | route | rung | documented | recorded | assumed |"
        yield "|---|---|---|---|---|---|"
        for one in found:
            statuses = evidence(one)
            cells = [", ".join(map(str, statuses[source])) for source in SOURCES]
            yield f"| {_named(one)} | `{one.method} {one.path}` | {one.rung} | {' | '.join(cells)} |"
        yield ""
    yield from _legend()
    yield from absent([one for one in known if one.rung == "absent"], name)


def absent(found: Sequence[Operation], service: str) -> Iterator[str]:
    """One row for each path that operations which answer 501 lie below; nothing where there are none."""
    if not found:
        return
    below: dict[str, list[str]] = {}
    for one in sorted(found, key=lambda one: one.path):
        below.setdefault(_top(one.path), []).append(f"`{one.id}`")
    yield ""
    yield "### Known, answered 501"
    yield ""
    yield f"`jira-mockserver routes --missing -s {service}` prints the method and path of each."
    yield ""
    yield "| at and below | operations |"
    yield "|---|---|"
    for path, names in below.items():
        yield f"| `{path}` | {', '.join(names)} |"


def evidence(operation: Operation) -> Mapping[str, Sequence[int]]:
    """The statuses of an operation by the best source among their examples."""
    best: dict[int, str] = {}
    for status in sorted(statuses_of(operation)):
        sources = {one.source for one in operation.examples.values() if one.status == status}
        best[status] = next((source for source in SOURCES if source in sources), "assumed")
    return {source: [status for status, one in best.items() if one == source] for source in SOURCES}


def settings(services: Services, name: str) -> Iterator[str]:
    """The service's settings: what differs between sites, or is not known."""
    yield "| setting | default | what it is | source |"
    yield "|---|---|---|---|"
    for one in services[name].settings.values():
        yield f"| `{one.name}` | `{json.dumps(one.default)}` | {_cell(one.about)} | {one.source} |"


def switches(services: Services, _: str) -> Iterator[str]:
    """Every setting of every service, with what it may be; the numbers of one that is an object below it."""
    for service in services.values():
        yield f"### {service.title}"
        yield ""
        yield "| setting | default | may be | what it is | source |"
        yield "|---|---|---|---|---|"
        for one in service.settings.values():
            yield _switch(one.name, one.default, one.schema, one.about, one.source)
            for name, rule in one.schema.get("properties", {}).items():
                if "default" in rule:
                    source = rule.get("x-source", one.source)
                    inner = f"{one.name}.{name}"
                    yield _switch(inner, rule["default"], rule, rule["description"], source)
        yield ""


def trust(services: Services, _: str) -> Iterator[str]:
    """What each service answers, and how well that is known, in numbers."""
    heads = ("service", "operations", "known, answered 501", *(f"statuses {source}" for source in SOURCES))
    yield f"| {' | '.join(heads)} | examples replayed |"
    yield f"|{'---|' * (len(heads) + 1)}"
    for service in services.values():
        made = [one for one in service.operations.values() if one.rung != "absent"]
        counts = [sum(len(evidence(one)[source]) for one in made) for source in SOURCES]
        replayed = sum(example.call is not None for one in made for example in one.examples.values())
        absent = len(service.operations) - len(made)
        page = f"docs/services/{service.name.replace('_', '-')}.md"
        shown = " | ".join(map(str, (len(made), absent, *counts, replayed)))
        yield f"| [{service.title}]({page}) | {shown} |"


def control(_: Services, __: str) -> Iterator[str]:
    """Every route of the control endpoint, with what it takes."""
    yield "| route | what it does | takes |"
    yield "|---|---|---|"
    for one in COMMANDS:
        yield f"| `{one.method} {one.path}` | {_cell(one.about)} | {_taken(one)} |"


PARTS: Mapping[str, Callable[[Services, str], Iterator[str]]] = {
    "operations": operations,
    "settings": settings,
    "switches": switches,
    "trust": trust,
    "control": control,
}


def main(arguments: Sequence[str]) -> int:
    """Rewrite the pages, or with ``--check`` name the stale ones; the exit code."""
    top = PACKAGE.parent
    services = load().services
    stale = []
    for file in pages(top):
        text = file.read_text(encoding="utf-8")
        made = regenerated(text, services)
        if made != text:
            stale.append(str(file.relative_to(top)))
            if "--check" not in arguments:
                file.write_text(made, encoding="utf-8")
    for name in stale:
        print(f"{name} is stale: run {COMMAND}" if "--check" in arguments else name)
    return int("--check" in arguments and bool(stale))


def _named(operation: Operation) -> str:
    return f"`{operation.id}`" + (" (deprecated)" if operation.deprecated else "")


def _top(path: str) -> str:
    """The first segments of a path, up to the noun: four at most, and no placeholder."""
    steps = list(takewhile(lambda step: not step.startswith("{"), path.strip("/").split("/")))
    return "/" + "/".join(steps[:4])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("``", "`")


def _switch(name: str, default: Json, rule: Mapping[str, Json], about: str, source: str) -> str:
    shown = _cell(json.dumps(default))
    return f"| `{name}` | `{shown}` | {_cell(allowed(rule))} | {_cell(about)} | {source} |"


def allowed(rule: Mapping[str, Json]) -> str:
    """What a JSON Schema lets through, in a few words."""
    if "enum" in rule:
        return ", ".join(f"`{one}`" for one in rule["enum"])
    kinds = [rule["type"]] if isinstance(rule.get("type"), str) else list(rule.get("type", ()))
    told = ", or ".join(noun for kind, noun in NOUNS.items() if kind in kinds) or "anything"
    items = rule.get("items", {})
    if "enum" in items:
        told += f" of {allowed(items)}"
    least = rule.get("minimum", rule.get("exclusiveMinimum"))
    if least is not None:
        told += f" {'above' if 'exclusiveMinimum' in rule else 'from'} {least}"
    if "maximum" in rule:
        told += f" to {rule['maximum']}"
    if "pattern" in rule:
        told += f" like `{rule['pattern']}`"
    return told


def _legend() -> Iterator[str]:
    yield "A status stands under the best source among its examples. *Documented*: the reference prints that"
    yield "reply; *recorded*: a real site answered it; *assumed*: what we think most likely. Rungs: *verb* is"
    yield "work on stored records, *call* is Python, *example* answers its documented reply."


def _taken(command: Command) -> str:
    taken = [one for one in command.params if one.where != "path"]
    query = taken and all(one.where == "query" for one in taken)
    return ("in the query: " if query else "") + ", ".join(_param(one, query=bool(query)) for one in taken)


def _param(param: Param, *, query: bool) -> str:
    if param.where == "whole":
        return f"the body: `{param.name}`"
    name = f"`{param.name}`" if param.required else f"`{param.name}`?"
    return f"{name} in the query" if param.where == "query" and not query else name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
