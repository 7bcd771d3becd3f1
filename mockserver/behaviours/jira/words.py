"""The service's sentences for what no schema can say; the sentences themselves are in service.yaml."""

from __future__ import annotations

from mockserver.engine.context import Site
from mockserver.engine.template import MISSING, fill
from mockserver.values import Broken, Json


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
