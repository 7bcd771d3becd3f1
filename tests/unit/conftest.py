"""A tiny service of its own for the tests of the core: what they show does not depend on any real fixture."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.spec.load import Folder
from mockserver.spec.model import ENGINE_PROBLEMS
from mockserver.values import Call, Reply, dumps
from mockserver.world import World, catalogue

STATUSES = {
    "no_route": 404,
    "wrong_method": 405,
    "unauthorized": 401,
    "forbidden": 403,
    "media_type": 415,
    "not_found": 404,
    "conflict": 409,
    "too_large": 413,
    "rate_limited": 429,
    "not_implemented": 501,
    "broken": 500,
}
BODY = {"kind": "", "message": "{message}", "fields": "{fields}", "lists": "{lists}", "issues": "{issues}"}


def top(name: str = "tiny", **more: Any) -> dict[str, Any]:
    """A ``service.yaml`` as data, worded so that a reply names the kind of problem."""
    problems = {
        kind: {"status": STATUSES.get(kind, 400), "body": {**BODY, "kind": kind}} for kind in ENGINE_PROBLEMS
    }
    return {
        "service": name,
        "title": name.title(),
        "docs": "https://docs.example/",
        "mount": f"/{name}",
        "auth": {"accepts": ["basic", "bearer"], "anonymous": True},
        "headers": {"Content-Type": "application/json"},
        "problems": problems,
        **more,
    }


class Files:
    """A folder of fixtures that grows service by service; JSON is written, which is YAML too."""

    def __init__(self, folder: Path) -> None:
        self.folder = Folder(folder / "fixtures", folder / "schemas")

    def service(self, name: str = "tiny", **more: Any) -> Files:
        return self.page("service", top(name, **more), service=name)

    def page(self, name: str, content: Any, *, service: str = "tiny") -> Files:
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        return self._write(self.folder.fixtures / service / f"{name}.yaml", text)

    def seed(self, name: str, content: Any, *, service: str = "tiny") -> Files:
        return self._write(self.folder.fixtures / service / "seeds" / f"{name}.yaml", json.dumps(content))

    def schemas(self, name: str, definitions: Any, *, service: str = "tiny") -> Files:
        file = self.folder.schemas / service / f"{name}.json"
        return self._write(file, json.dumps({"$defs": definitions}))

    def _write(self, file: Path, text: str) -> Files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return self

    def world(self, seeds: tuple[Any, ...] = (), **how: Any) -> World:
        return World(catalogue([self.folder]), seeds=seeds, **how)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


Ask = Callable[..., Reply]


@pytest.fixture
def ask() -> Ask:
    """Sends one call to a world; header names may be in any case."""

    def send(
        world: World, method: str, target: str, body: Any = None, *, raw: bytes = b"", **headers: str
    ) -> Reply:
        sent = raw or (b"" if body is None else dumps(body))
        named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if sent:
            named.setdefault("content-type", "application/json")
        return world.handle(Call(method, target, named, sent, "http://localhost"))

    return send
