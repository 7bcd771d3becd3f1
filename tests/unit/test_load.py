"""Every mistake in fixtures is named with file, line, column, and the word that was probably meant."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from mockserver.spec.load import FixtureErrors, Folder, load, shipped, users
from mockserver.spec.model import ENGINE_PROBLEMS, VERBS

PAGE = """\
docs: https://docs.example/things
resources:
  thing:
    title: Thing
    param: id
operations:
  getThing:
    route: GET /things/{id}
    does: get thing
    returns: {200: Thing}
"""


@pytest.fixture
def refused(files, monkeypatch, tmp_path):
    """The errors of a page, with the folder left out of them."""
    monkeypatch.chdir(tmp_path)

    def lines(page: Any = PAGE, **service: Any) -> list[str]:
        files.service(**service).page("things", page).schemas("things", {"Thing": {}})
        with pytest.raises(FixtureErrors) as caught:
            load([files.folder])
        return list(caught.value.lines)

    return lines


def test_a_sound_service_is_loaded_as_written(files):
    files.service(dates="%Y").page("things", PAGE).schemas("things", {"Thing": {}}).seed("base", {})
    tiny = load([files.folder]).services["tiny"]

    assert (tiny.title, tiny.mount, tiny.dates) == ("Tiny", "/tiny", "%Y")
    assert list(tiny.resources) == ["thing"]
    assert [(one.id, one.method, one.path, one.rung) for one in tiny.operations.values()] == [
        ("getThing", "GET", "/things/{id}", "verb")
    ]
    assert list(tiny.seeds) == ["base"]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("title: Thing", "tittle: Thing", "4:5 unknown key 'tittle' — did you mean 'title'?"),
        ("returns:", "respones:", "10:5 unknown key 'respones'"),
        ("returns:", "return:", "10:5 unknown key 'return' — did you mean 'returns'?"),
        ("route: GET", "route: FETCH", "8:5 'route' must look like"),
        ("title: Thing", "title: 3", "4:5 'title' must be of type string, not 3"),
        ("param: id", "param: {id: 1}", "5:5 'param': {'id': 1} is not valid under any of the given schemas"),
        ("    title: Thing\n", "", "3:3 'title' is a required property here"),
        ("    does: get thing\n", "", "7:3 'getThing' must have exactly one of 'does' and 'cases'"),
        ("does: get thing", "does: got thing", "9:5 'does' must look like"),
        ("does: get thing", "does: get thng", "7:3 no resource 'thng' — did you mean 'thing'?"),
        ("200: Thing", "200: Thng", "7:3 no schema 'things#Thng' — did you mean 'Thing'?"),
        ("200: Thing", "200: other#Thing", "7:3 no schema 'other#Thing'"),
        ("param: id", "parent: thng", "5:5 no resource 'thng' — did you mean 'thing'?"),
        ("param: id", "refuses: {missing: gone}", "5:15 no problem 'gone'"),
        ("param: id", "accepts: Thng", "3:3 no schema 'things#Thng' — did you mean 'Thing'?"),
        ("    does:", "    needs: [{setting: x, else: forbidden}]\n    does:", "7:3 no setting 'x'"),
        ("    does:", "    permission: {name: x, else: forbiden}\n    does:", "did you mean 'forbidden'?"),
        ("    does:", "    reply: {paging: by_page}\n    does:", "7:3 no paging 'by_page'"),
        ("get thing", "example", "7:3 'does: example' needs an example of getThing to answer with"),
        ("docs:", "docs: again\ndocs:", "2:1 "),
        ("title: Thing", "title: [Thing", "5:"),
        ("    title:", "\ttitle:", "4:1 "),
        ("title: Thing", "title: !!str Thing", "4:12 a tag, "),
    ],
)
def test_a_mistake_is_named_with_its_place(refused, old, new, error):
    assert old in PAGE

    found = refused(PAGE.replace(old, new, 1))

    assert [
        line for line in found if line.startswith("fixtures/tiny/things.yaml:") and error in line
    ] != [], found


def test_all_mistakes_of_a_run_are_named_at_once(refused):
    found = refused(PAGE.replace("title", "tittle").replace("does", "dos"), mont="/tiny")

    assert [line for line in found if "'tittle'" in line] != []
    assert [line for line in found if "'dos'" in line] != []
    assert [line for line in found if "'mont' — did you mean 'mount'?" in line] != []


def test_a_setting_source_out_of_the_list_is_named_with_the_nearest(refused):
    found = refused(settings={"x": {"default": 1, "about": "x", "source": "assumd"}})

    assert len(found) == 1
    assert found[0].endswith(
        "'source' must be one of documented, recorded, assumed — did you mean 'assumed'?"
    )


@pytest.mark.parametrize("kind", ENGINE_PROBLEMS)
def test_every_problem_of_the_engine_must_be_worded(refused, kind):
    rest = {one: {"status": 400} for one in ENGINE_PROBLEMS if one != kind}

    assert refused(problems=rest) == [
        f"fixtures/tiny/service.yaml:1:1 the problem '{kind}' is not worded: add it under 'problems'"
    ]


def test_a_folder_without_service_yaml_is_named(files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files.page("things", PAGE).schemas("things", {"Thing": {}})

    with pytest.raises(FixtureErrors) as caught:
        load([files.folder])

    assert caught.value.lines == ("fixtures/tiny/service.yaml:1:1 no such file: every service needs one",)


def test_an_example_must_show_a_documented_status(refused):
    page = PAGE + "    examples:\n      gone: {reply: {status: 410}, source: assumed}\n"

    assert refused(page) == [
        "fixtures/tiny/things.yaml:12:7 status 410 is not among the 'returns' of getThing"
    ]


def test_an_operation_declared_on_two_pages_is_an_error(files, refused):
    files.page(
        "more",
        PAGE.replace("thing:", "other:").replace("get thing", "get other").replace("200: Thing", "200: null"),
    )

    assert refused() == [
        "fixtures/tiny/things.yaml:7:3 operation 'getThing' is also in fixtures/tiny/more.yaml",
    ]


def test_what_is_made_on_any_page_is_not_absent_whatever_another_page_lists(files):
    listed = "{getThing: GET /x, readThing: 'GET /things/{key}', tag: GET /tags}"
    more = f"docs: https://docs.example\nabsent: {listed}\n"
    files.service().page("things", PAGE).page("all", more).schemas("things", {"Thing": {}})

    tiny = load([files.folder]).services["tiny"]

    assert [(one.id, one.path, one.rung) for one in tiny.operations.values()] == [
        ("getThing", "/things/{id}", "verb"),
        ("tag", "/tags", "absent"),
    ]


def test_an_operation_that_one_page_makes_and_lists_as_absent_is_an_error(refused):
    assert refused(PAGE + "absent: {getThing: GET /x}\n") == [
        "fixtures/tiny/things.yaml:11:10 operation 'getThing' is also in fixtures/tiny/things.yaml"
    ]


def test_a_placeholder_that_names_two_resources_is_an_error(refused):
    page = PAGE.replace("operations:", "  other: {title: Other, param: [x, id]}\noperations:")

    assert refused(page) == [
        "fixtures/tiny/things.yaml:6:25 the placeholder 'id' already names the resource 'thing'"
    ]


def test_the_resources_of_users_and_credentials_must_exist(refused):
    found = refused(auth={"accepts": ["basic"], "users": "thng", "credentials": "thing"})

    assert len(found) == 1
    assert found[0].endswith(" no resource 'thng' — did you mean 'thing'?")


def test_two_operations_at_one_route_are_an_error(refused):
    second = "  getIt:\n    route: GET /things/{key}\n    does: get thing\n"

    assert refused(PAGE + second) == [
        "fixtures/tiny/things.yaml:11:3 GET /things/{key} belongs to tiny.getThing and to tiny.getIt"
    ]


def test_a_schema_that_is_no_schema_is_an_error(files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files.service().page("things", PAGE).schemas("things", {"Thing": {"type": "objekt"}})

    with pytest.raises(
        FixtureErrors, match=r"things.yaml:7:3 schema 'things#Thing' cannot be used: .*objekt"
    ):
        load([files.folder])


def test_a_schema_that_refers_to_nothing_is_an_error(files):
    files.service().page("things", PAGE).schemas("things", {"Thing": {"$ref": "#/$defs/Nothing"}})

    with pytest.raises(FixtureErrors, match=r"schema 'things#Thing' cannot be used: .*Nothing"):
        load([files.folder])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "schemas/tiny/things.json:1:2 not JSON: "),
        ("[]", "schemas/tiny/things.json:1:1 a schema file is an object with '$defs'"),
        ('{"$defs": []}', "schemas/tiny/things.json:1:1 a schema file is an object with '$defs'"),
        ("\udcff", "schemas/tiny/things.json:1:1 not JSON: "),
    ],
)
def test_a_schema_file_that_cannot_be_read_is_named(files, tmp_path, monkeypatch, text, error):
    monkeypatch.chdir(tmp_path)
    files.service().page("things", PAGE).schemas("things", {})
    (files.folder.schemas / "tiny" / "things.json").write_bytes(text.encode(errors="surrogateescape"))

    with pytest.raises(FixtureErrors) as caught:
        load([files.folder])

    assert caught.value.lines[0].startswith(error)


def test_a_service_that_is_not_there_is_named_with_the_nearest(files):
    files.service().page("things", PAGE).schemas("things", {"Thing": {}})

    with pytest.raises(FixtureErrors) as caught:
        load([files.folder], only=["tny"])

    assert caught.value.lines == ("no service 'tny' — did you mean 'tiny'?",)


def test_a_folder_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(FixtureErrors) as caught:
        load([users(tmp_path / "nowhere")])

    assert caught.value.lines == ("nowhere:1:1 no such folder",)


def test_only_the_services_asked_for_are_read(files):
    files.service("one").service("two").page("broken", "[", service="two")

    assert list(load([files.folder], only=["one"]).services) == ["one"]


def test_a_later_folder_overrides_a_page_and_adds_a_service(files, tmp_path):
    files.service().page("things", PAGE).schemas("things", {"Thing": {}})
    mine = tmp_path / "mine"
    (mine / "tiny").mkdir(parents=True)
    (mine / "tiny" / "things.yaml").write_text(PAGE.replace("title: Thing", "title: Mine"))
    shutil.copytree(files.folder.fixtures / "tiny", mine / "own")
    own = (mine / "own" / "service.yaml").read_text()
    (mine / "own" / "service.yaml").write_text(own.replace("tiny", "own"))
    (mine / "own" / "things.yaml").write_text(
        PAGE.replace("/things", "/own-things").replace("200: Thing", "200: null")
    )

    loaded = load([files.folder, users(mine)])

    assert loaded.services["tiny"].resources["thing"].title == "Mine"
    assert list(loaded.services) == ["tiny", "own"]


def test_a_users_folder_may_hold_fixtures_and_schemas_apart(tmp_path):
    (tmp_path / "apart" / "fixtures").mkdir(parents=True)

    assert users(tmp_path / "apart") == Folder(
        tmp_path / "apart" / "fixtures", tmp_path / "apart" / "schemas"
    )
    assert users(tmp_path) == Folder(tmp_path, tmp_path)


def test_the_shipped_fixtures_are_found():
    assert (shipped().fixtures / "jira" / "service.yaml").is_file()
    assert (shipped().schemas / "fixture.json").is_file()


def test_every_verb_is_one_that_the_format_allows():
    rules = (shipped().schemas / "fixture.json").read_text()

    assert [verb for verb in VERBS if verb not in rules] == []
