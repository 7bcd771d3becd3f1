"""``explain``, ``verify`` and ``metrics``, and what ``serve`` says of what it refuses."""

import json
from pathlib import Path

import click
import pytest

from mockserver.cli.traffic import told
from mockserver.exchange import Exchange
from mockserver.values import Call, dumps
from mockserver.world import World, shown_entry

ISSUE = "/jira/rest/api/3/issue"
LINKS = f"{ISSUE}/MKY-1/remotelink"
GET, POST = "getRemoteIssueLinks", "createOrUpdateRemoteIssueLink"
LINK = {"object": {"title": "A", "url": "http://a.example"}}


def test_explain_needs_no_server(run) -> None:
    result = run("explain", "GET", LINKS)

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"GET {LINKS} → 200"
    assert "  operation jira getRemoteIssueLinks: Get remote issue links" in lines
    assert "  route     GET /rest/api/3/issue/{issueIdOrKey}/remotelink with issueIdOrKey = MKY-1" in lines
    assert any(one.startswith("  fixture   fixtures/jira/issue_remote_links.yaml:") for one in lines)
    assert any(one.startswith("  checks    ✓ caller  ✓ service") for one in lines)


def test_explain_tells_every_broken_rule_and_where_it_stopped(run) -> None:
    result = run("explain", "POST", LINKS, '{"object": {"title": 3}}')

    assert "✗ body  · operation" in result.stdout
    assert "            body /object/title — type: " in result.stdout
    assert "            body /object/url — required: " in result.stdout


def test_explain_tells_what_would_change(run) -> None:
    result = run("explain", "DELETE", f"{LINKS}/10000")

    assert result.stdout.splitlines()[0].endswith("→ 204")
    assert "    - 10000 of MKY-1" in [one[2:] for one in result.stdout.splitlines()]


def test_explain_names_the_nearest_routes(run) -> None:
    result = run("explain", "POST", "/rest/api/3/isue")

    assert "  closest   POST /rest/api/3/issue" in result.stdout.splitlines()


@pytest.mark.parametrize("where", ["inline", "file", "stdin"])
def test_explain_takes_its_body_as_text_from_a_file_or_from_stdin(run, tmp_path: Path, where) -> None:
    text = json.dumps(LINK)
    (tmp_path / "body.json").write_text(text)
    body = {"inline": text, "file": f"@{tmp_path / 'body.json'}", "stdin": "@-"}[where]

    result = run("explain", "POST", LINKS, body, "--json", stdin=text)

    assert json.loads(result.stdout)["reply"]["status"] == 201


def test_a_body_that_cannot_be_read_is_a_usage_error(run) -> None:
    result = run("explain", "POST", LINKS, "{")

    assert result.exit_code == 2
    assert "neither @FILE nor JSON" in result.stderr


def test_explain_can_send_no_credential_or_another(run) -> None:
    nobody = run("explain", "GET", "/jira/rest/api/3/myself", "--anonymous", "--json")
    wrong = run(
        *("explain", "GET", "/jira/rest/api/3/myself", "--auth", "strict", "--json"),
        *("--header", "Authorization=Basic bm86bm8="),
    )

    assert json.loads(nobody.stdout)["caller"]["anonymous"] is True
    assert json.loads(wrong.stdout)["caller"]["rejected"] is True


def test_explain_asks_a_running_server_where_one_is_named(steer, server) -> None:
    server.worlds.default.reset("empty")

    result = steer("explain", "GET", LINKS, "--json")

    assert json.loads(result.stdout)["reply"]["status"] == 404
    assert server.worlds.default.requests()["total"] == 0


def test_verify_is_fine_or_exit_code_1_with_the_nearest(steer, server) -> None:
    server.worlds.default.handle(Call("GET", LINKS))

    fine = steer("verify", GET, "--times", "1")
    wrong = steer("verify", POST, "--body", '{"object": {"title": "A"}}')

    assert (fine.exit_code, fine.stdout) == (0, "satisfied: #1\n")
    assert wrong.exit_code == 1
    assert wrong.stderr.splitlines()[0].startswith(f"{POST} with body ")
    assert f"  #1 GET {LINKS} → 200 {GET}" in wrong.stderr.splitlines()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((GET, POST, "--in-order"), 0),
        ((POST, GET, "--in-order"), 1),
        ((GET, POST, "--in-order", "--strict"), 0),
        ((GET, POST, "--nothing-else"), 0),
        ((GET, "--nothing-else", "--service", "jira"), 1),
        (("--nothing-else", "--service", "kordiam"), 0),
        (("--method", "post", "--path", "/issue/*/remotelink", "--status", "201"), 0),
        (("--query", "a=1", "--header", "x-run=7", "--times", "1"), 0),
        (("--at-least", "2", "--at-most", "2"), 0),
        (("--after", "1", "--times", "1"), 0),
        ((GET, POST), 2),
        (("getRemoteIssueLink",), 2),
    ],
    ids=str,
)
def test_verify_asks_each_question(steer, server, words, code) -> None:
    world = server.worlds.default
    world.handle(Call("GET", LINKS + "?a=1", {"x-run": "7"}))
    world.handle(Call("POST", LINKS, {"content-type": "application/json"}, dumps(LINK)))

    assert steer("verify", *words).exit_code == code


def test_a_verdict_is_also_there_as_json(steer) -> None:
    result = steer("verify", GET, "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["satisfied"] is False


def test_metrics_are_printed(steer, server) -> None:
    server.worlds.default.handle(Call("GET", LINKS))

    result = steer("metrics")

    assert 'mockserver_requests_total{world="default",service="jira",operation="getRemoteIssueLinks"' in (
        result.stdout
    )


@pytest.mark.parametrize(
    ("call", "first"),
    [
        (
            Call("POST", "/rest/api/3/isue"),
            "POST /rest/api/3/isue 404 — no such operation. Closest: POST /rest/api/3/issue",
        ),
        (Call("PATCH", LINKS), f"PATCH {LINKS} 405 — only DELETE, GET, POST here [wrong-method]"),
        (
            Call("POST", LINKS, {"content-type": "text/plain"}, b"x"),
            f"POST {LINKS} 415 — the body must be application/json, not text/plain [",
        ),
        (Call("GET", f"{ISSUE}/NONE-1"), f"GET {ISSUE}/NONE-1 404 — no issue 'NONE-1' in this world [state]"),
        (
            Call("GET", "/jira/rest/api/3/search?jql=x"),
            "GET /jira/rest/api/3/search?jql=x 410 — the setting lifecycle is not before 2025-10-31 — "
            "removed /search",
        ),
        (
            Call("GET", "/api/3/myself"),
            "GET /api/3/myself 404 — no such operation. Closest: GET /rest/api/3/myself",
        ),
        (
            Call("GET", "/kordiam/nowhere"),
            "GET /kordiam/nowhere 404 — no such operation.",
        ),
    ],
    ids=lambda one: one.target if isinstance(one, Call) else "",
)
def test_every_refusal_is_told_on_one_line(documented: World, call: Call, first: str) -> None:
    world = documented.fork("console")
    entry = world.exchange(call)

    lines = list(told(Exchange.of(shown_entry(entry))))

    assert click.unstyle(lines[0]).startswith(first)
    assert len(lines) == 1
