"""The service's sentences for what no schema can say; the sentences themselves are in service.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mockserver.engine.site import Site
from mockserver.engine.template import MISSING, fill
from mockserver.values import Broken, Json, Record

NAME_LIMIT = 255  # characters of the name of a version or a component


class Refused(Exception):
    """A value that cannot be taken; ``word`` names the sentence in the service's ``words``."""

    def __init__(self, word: str, **values: Json) -> None:
        super().__init__(word)
        self.word = word
        self.values = values


def broken(site: Site, key: str, word: str, **values: Json) -> Broken:
    """A refusal reported under ``key``, in the words called ``word``."""
    known = {"name": key, **values}
    text = str(fill(site.service.words[word], lambda name: known.get(name, MISSING)))
    return Broken("body", (key,), key, "state", text)


@dataclass(frozen=True, slots=True)
class NameWords:
    """Whose names they are, and which sentences say that one is missing, too long, or another's."""

    resource: str
    missing: str
    long: str
    taken: str


def broken_name(
    site: Site, name: str, project: Record | None, own: Record | None, words: NameWords
) -> list[Broken]:
    """What is wrong with a name in a project, but for ``own`` that has it already; at most one thing."""
    if not name:
        return [broken(site, "name", words.missing)]
    if len(name) > NAME_LIMIT:
        return [broken(site, "name", words.long, limit=NAME_LIMIT)]
    if project is not None and namesake(site.table(words.resource).where(project=project["id"]), name, own):
        return [broken(site, "name", words.taken, value=name)]
    return []


def namesake(records: Iterable[Record], name: str, own: Record | None) -> Record | None:
    """The first of ``records`` but ``own`` that has this name, in any case."""
    folded, own_id = name.casefold(), None if own is None else own.get("id")
    for one in records:
        if one["name"].casefold() == folded and one["id"] != own_id:
            return one
    return None
