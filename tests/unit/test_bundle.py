"""All that was read of a folder, in one file: used as long as it is what the folder says, no longer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mockserver.spec import load as spec
from mockserver.spec.cache import Cache
from mockserver.spec.load import BUNDLE, FixtureErrors, Loaded, compiled, load, shipped
from mockserver.spec.model import SchemaName
from mockserver.world import CommandError, World, catalogue

PAGE = {
    "docs": "https://docs.example/things",
    "resources": {"thing": {"title": "Thing", "param": "id"}},
    "operations": {
        "getThing": {"route": "GET /api/2/things/{id}", "does": "get thing", "returns": {"200": "Thing"}},
        "listThings": {"route": "GET /api/2/things", "does": "list thing"},
    },
    "absent": {"tagThing": "POST /api/2/things/{id}/tag"},
}


@pytest.fixture
def kept(files, tmp_path):
    """A folder that was read before, and the folder of what is kept."""
    files.service(same_as={"/api/2": ["/api/1"]}).page("things", PAGE)
    files.schemas("things", {"Thing": {"type": "object", "required": ["id"]}}).seed("base", {"thing": []})
    start(files, tmp_path)
    return tmp_path / "cache"


def start(files: Any, tmp_path: Path, *only: str) -> Loaded:
    """What a start reads that looks for mistakes nowhere but in what is new."""
    return load([files.folder], only, cache=Cache(tmp_path / "cache"), thorough=False)


@pytest.fixture
def unread(monkeypatch):
    """From now on nothing may be read file by file."""
    monkeypatch.setattr("mockserver.spec.yaml12.parse", lambda text: pytest.fail("parsed again"))
    monkeypatch.setattr("mockserver.spec.checked.read", lambda *_, **__: pytest.fail("read again"))


def said(loaded: Loaded) -> Any:
    """All that was loaded, in plain values."""
    services = {name: (one, dict(one.operations)) for name, one in loaded.services.items()}
    found = [
        (match.leaf, match.values, match.allowed)
        for method in ("GET", "POST")
        for path in ("/api/2/things/7", "/tiny/api/1/things/7/tag", "/api/1/things", "/api/3/things")
        for match in [loaded.routes.find(method, path)]
    ]
    plain = {
        name: {
            key: getattr(one, key) for key in ("title", "problems", "resources", "paths", "seeds", "settings")
        }
        for name, (one, _) in services.items()
    }
    schema = loaded.schemas.definition(SchemaName("tiny", "things", "Thing"))
    return plain, [operations for _, operations in services.values()], found, schema


def test_a_second_start_reads_no_file_of_fixtures(files, kept, tmp_path, unread):
    found = start(files, tmp_path).services["tiny"]

    assert list(found.operations) == ["getThing", "listThings", "tagThing"]


def test_what_is_kept_says_the_same_as_the_files(files, kept, tmp_path, monkeypatch):
    read = load([files.folder])
    monkeypatch.setattr("mockserver.spec.checked.read", lambda *_, **__: pytest.fail("read again"))

    found = start(files, tmp_path)

    assert said(found) == said(read)


def test_what_is_shipped_says_the_same_as_its_files(tmp_path, monkeypatch):
    cache = Cache(tmp_path)
    load(cache=cache, thorough=False)
    read = load()
    monkeypatch.setattr("mockserver.spec.checked.read", lambda *_, **__: pytest.fail("read again"))

    found = load(cache=cache, thorough=False)

    for name, service in read.services.items():
        assert dict(found.services[name].operations) == service.operations
    assert found.routes.nearest("GET", "/rest/api/3/isue/1") == read.routes.nearest(
        "GET", "/rest/api/3/isue/1"
    )


def test_a_start_loads_no_library_that_only_reading_and_searching_need(tmp_path):
    load(cache=Cache(tmp_path), thorough=False)
    unneeded = {"yaml", "jsonschema", "lark", "mockserver.spec.checked", "mockserver.behaviours.jira.jql"}
    code = (
        "import sys; from pathlib import Path; from mockserver.server import MockServer;"
        "from mockserver.world import World, Worlds, catalogue;"
        f"shared = catalogue(cache=Path({str(tmp_path)!r}), thorough=False);"
        "MockServer(Worlds(World(shared))).start().stop(); print(*sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert unneeded & set(done.stdout.split()) == set()


def test_seeds_are_kept_too(files, kept, tmp_path, monkeypatch):
    cache = Cache(tmp_path / "cache")
    loaded = load([files.folder], cache=cache, thorough=False)
    monkeypatch.setattr("mockserver.spec.yaml12.parse", lambda text: pytest.fail("parsed again"))
    for file in kept.glob("*.json"):
        file.unlink()

    assert cache.yaml(loaded.services["tiny"].seeds["base"]) == {"thing": []}


def test_seeds_are_held_against_the_same_schemas(files, tmp_path):
    thing = {"type": "object", "properties": {"name": {"$ref": "others.json#/$defs/Name"}}}
    page = {**PAGE, "resources": {"thing": {"title": "Thing", "param": "id", "accepts": "Thing"}}}
    files.service().page("things", page).schemas("things", {"Thing": thing})
    files.schemas("others", {"Name": {"type": "string", "maxLength": 3}}).seed("base", {})
    start(files, tmp_path)
    shared = catalogue([files.folder], cache=tmp_path / "cache", thorough=False)

    World(shared, seeds=[{"tiny": {"thing": [{"name": "abc"}]}}])
    with pytest.raises(CommandError, match="/name: "):
        World(shared, seeds=[{"tiny": {"thing": [{"name": "abcd"}]}}])


def test_services_that_are_not_wanted_are_left_out(files, kept, tmp_path):
    files.service("other", mount="/other").page("others", {"docs": "https://docs.example"}, service="other")
    start(files, tmp_path)

    assert list(start(files, tmp_path, "other").services) == ["other"]


def test_a_service_that_is_not_there_is_named_as_ever(files, kept, tmp_path):
    with pytest.raises(FixtureErrors, match="no service 'tny' — did you mean 'tiny'"):
        start(files, tmp_path, "tny")


def changed(files: Any, name: str) -> None:
    """Change one thing of the folder."""
    page = json.loads(json.dumps(PAGE))
    if name == "a page":
        page["operations"]["getThing"]["title"] = "Get"
        files.page("things", page)
    elif name == "a new page":
        files.page("more", {"docs": "x", "operations": {"more": {"route": "GET /more", "does": "absent"}}})
    elif name == "a page gone":
        (files.folder.fixtures / "tiny" / "things.yaml").unlink()
    elif name == "a schema":
        files.schemas("things", {"Thing": {"type": "object"}})
    elif name == "a new schema":
        files.schemas("more", {"More": {}})
    elif name == "a new seed":
        files.seed("more", {})
    elif name == "a new service":
        files.service("other", mount="/other")


@pytest.mark.parametrize(
    "what",
    ["a page", "a new page", "a page gone", "a schema", "a new schema", "a new seed", "a new service"],
)
def test_what_has_changed_is_read_again_and_kept(files, kept, tmp_path, what, monkeypatch):
    changed(files, what)

    found = start(files, tmp_path)

    assert everything(found) == everything(load([files.folder]))
    monkeypatch.setattr("mockserver.spec.checked.read", lambda *_, **__: pytest.fail("read again"))
    assert everything(start(files, tmp_path)) == everything(found)


def everything(loaded: Loaded) -> Any:
    """What there is, whatever has changed."""
    names = [SchemaName("tiny", page, name) for page in ("things", "more") for name in ("Thing", "More")]
    schemas = {str(name): loaded.schemas.definition(name) for name in names if name in loaded.schemas}
    return [(name, dict(one.operations), one.seeds) for name, one in loaded.services.items()], schemas


def test_a_change_that_keeps_size_and_time_is_seen(files, kept, tmp_path):
    file = files.folder.fixtures / "tiny" / "things.yaml"
    state = file.stat()
    file.write_text(file.read_text().replace("getThing", "gotThing"))

    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))

    assert "gotThing" in start(files, tmp_path).services["tiny"].operations


def test_a_mistake_is_told_at_every_start(files, kept, tmp_path):
    page = json.loads(json.dumps(PAGE))
    page["operations"]["getThing"]["does"] = "get thng"
    files.page("things", page)

    for _ in range(2):
        with pytest.raises(FixtureErrors, match="no resource 'thng' — did you mean 'thing'"):
            start(files, tmp_path)


@pytest.mark.parametrize("spoilt", [b"", b"{}", b"\xff\n", b"x 1\n{}", None])
def test_a_spoilt_bundle_is_ignored_and_made_anew(files, kept, tmp_path, spoilt, monkeypatch):
    [bundle] = kept.glob("*.bundle")
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:-9] + b"x" + whole[-8:] if spoilt is None else spoilt)

    found = start(files, tmp_path)

    assert said(found) == said(load([files.folder]))
    assert bundle.read_bytes() == whole


def test_a_bundle_of_another_version_of_this_package_is_ignored(files, kept, tmp_path, monkeypatch):
    [bundle] = kept.glob("*.bundle")
    whole = bundle.read_bytes()
    monkeypatch.setattr(spec, "_maker", lambda: "another")

    start(files, tmp_path)

    assert bundle.read_bytes() != whole


def test_what_is_looked_at_thoroughly_is_read_in_full(files, kept, tmp_path):
    files.schemas("things", {"Thing": {"type": "object", "required": ["id"]}, "Other": {"type": "objct"}})
    start(files, tmp_path)

    with pytest.raises(FixtureErrors, match="schema 'things#Thing' cannot be used"):
        load([files.folder], cache=Cache(tmp_path / "cache"), thorough=True)


def test_a_folder_with_a_seed_that_cannot_be_read_is_not_kept(files, tmp_path):
    files.service().page("things", PAGE).schemas("things", {"Thing": {}})
    (files.folder.fixtures / "tiny" / "seeds").mkdir()
    (files.folder.fixtures / "tiny" / "seeds" / "base.yaml").write_text("a: [")

    start(files, tmp_path)

    assert list((tmp_path / "cache").glob("*.bundle")) == []


def test_folders_with_nothing_in_their_files_are_no_services(files, kept, tmp_path):
    files.page("nothing", "# to be written\n", service="later").schemas("more", {"More": {}}, service="never")
    start(files, tmp_path)

    assert list(start(files, tmp_path).services) == ["tiny"]
    with pytest.raises(FixtureErrors, match="no service 'later'"):
        start(files, tmp_path, "later")


def test_two_services_that_claim_one_route_are_refused_whatever_was_kept_of_each(files, kept, tmp_path):
    page = {"docs": "x", "operations": {"other": {"route": "GET /api/2/things/{key}", "does": "absent"}}}
    files.service("other", mount="/other").page("others", page, service="other")
    start(files, tmp_path, "other")

    for _ in range(2):
        with pytest.raises(FixtureErrors, match="belongs to"):
            start(files, tmp_path)


def test_the_bundle_of_a_wheel_is_used_where_nothing_was_kept(files, tmp_path, monkeypatch, request):
    files.service().page("things", PAGE).schemas("things", {"Thing": {}})
    data = tmp_path / "package" / "_data"
    shutil.copytree(files.folder.fixtures, data / "fixtures")
    shutil.copytree(files.folder.schemas, data / "schemas")
    shutil.copy(shipped().schemas / "fixture.json", data / "schemas")
    monkeypatch.setattr(spec, "PACKAGE", data.parent)
    (data / BUNDLE).write_bytes(compiled(shipped()))
    request.getfixturevalue("unread")

    found = load(cache=Cache(tmp_path / "cache"), thorough=False)

    assert list(found.services["tiny"].operations) == ["getThing", "listThings", "tagThing"]
    assert not (tmp_path / "cache").exists()
