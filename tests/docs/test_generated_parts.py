"""What the pages say of the services is what their fixtures say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.contract.pages import COMMAND, main, pages, regenerated
from mockserver.control.table import COMMANDS

TOP = Path(__file__).resolve().parents[2]
PAGES = pages(TOP)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(TOP)) for page in PAGES])
def test_the_generated_parts_are_up_to_date(page, shared):
    text = page.read_text(encoding="utf-8")

    assert regenerated(text, shared.services) == text, f"{page.relative_to(TOP)} is stale: run {COMMAND}"


def test_a_stale_part_is_replaced_and_the_rest_is_kept(shared):
    text = "before\n<!-- generated: settings jira -->\nstale text\n<!-- end -->\nafter\n"

    made = regenerated(text, shared.services)

    assert "stale text" not in made
    assert "`issueLinkingEnabled`" in made
    assert made.startswith("before\n<!-- generated: settings jira -->\n")
    assert made.endswith("<!-- end -->\nafter\n")
    assert regenerated(made, shared.services) == made


def test_a_part_that_nobody_makes_is_an_error(shared):
    with pytest.raises(KeyError, match="nonsense"):
        regenerated("<!-- generated: nonsense -->\n<!-- end -->", shared.services)


def test_checking_names_the_command_and_writes_nothing(capsys):
    before = [page.read_bytes() for page in PAGES]
    code = main(["--check"])

    assert code == int(bool(capsys.readouterr().out))
    assert [page.read_bytes() for page in PAGES] == before


def test_every_service_has_a_page_with_every_operation_and_setting(shared):
    for service in shared.services.values():
        text = (TOP / "docs" / "services" / f"{service.name.replace('_', '-')}.md").read_text()

        assert [name for name in service.operations if f"`{name}`" not in text] == []
        assert [name for name in service.settings if f"`{name}`" not in text] == []
        for heading in ("## Known limits", "## Settings", "## Operations"):
            assert heading in text
        for said in (service.docs, f"http://127.0.0.1:8080{service.mount}", "```sh\ncurl "):
            assert said in text


def test_every_control_route_is_on_its_page():
    text = (TOP / "docs" / "reference" / "control-endpoint.md").read_text()

    assert [one.path for one in COMMANDS if f"| `{one.method} {one.path}` |" not in text] == []


def test_every_reason_that_a_reply_may_give_is_on_the_page_of_the_control_endpoint():
    text = (TOP / "docs" / "reference" / "control-endpoint.md").read_text()
    sources = "".join(file.read_text() for file in (TOP / "mockserver" / "engine").glob("*.py"))
    sources += "".join(file.read_text() for file in (TOP / "mockserver" / "world").glob("*.py"))
    table = re.search(r"^REASONS = \{(.*?)^\}", sources, re.DOTALL | re.MULTILINE)
    assert table is not None
    reasons = set(re.findall(r': "([a-z-]+)"', table[1])) | {"override", "state"}

    assert [reason for reason in sorted(reasons) if f"`{reason}`" not in text] == []
