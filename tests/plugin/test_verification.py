"""What a test may ask of its traffic, and which checks after it can be switched off one by one."""

import pytest

RUBBISH = "link(jira_mock, {})"
LOST = 'link(jira_mock, path="/rest/api/3/isue")'
UNMET = 'jira_mock.force("getRemoteIssueLinks", status=503)'


def test_a_test_asserts_what_was_called_and_what_was_not(run):
    result = run("""
        def test_it(jira_mock):
            jira_mock.assert_not_called("createOrUpdateRemoteIssueLink")
            jira_mock.assert_nothing_else()
            links(jira_mock)
            link(jira_mock)
            links(jira_mock)

            steps = ["getRemoteIssueLinks", {"operation": "createOrUpdateRemoteIssueLink", "status": 201}]
            assert [one.number for one in jira_mock.assert_order(steps)] == [1, 2]
            jira_mock.assert_order([steps[1], "getRemoteIssueLinks"], strict=True)
            jira_mock.assert_not_called("getIssue")
            jira_mock.assert_nothing_else(*steps)
    """)

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("assertion", "line"),
    [
        (
            'jira_mock.assert_not_called("getRemoteIssueLinks")',
            "E*getRemoteIssueLinks: called once, expected never",
        ),
        (
            'jira_mock.assert_order(["getIssue", "getRemoteIssueLinks"])',
            "E*step 1 of 2 did not happen: getIssue",
        ),
        ('jira_mock.assert_nothing_else("getIssue")', "E*1 other request beside getIssue"),
        (
            'jira_mock.wait_for("getIssue", timeout=0.01)',
            "E*waited 0.01 seconds for getIssue: called never, expected at least 1",
        ),
    ],
)
def test_a_failed_assertion_is_told_without_the_inside_of_the_mock(run, assertion, line):
    result = run(f"""
        def test_it(jira_mock):
            links(jira_mock)
            {assertion}
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([line])
    result.stdout.no_fnmatch_line("*testing*service.py*")


def test_a_test_waits_for_what_another_thread_does(run):
    result = run("""
        import threading

        def test_it(jira_mock):
            threads = [threading.Timer(0.05, lambda: links(jira_mock)) for _ in range(2)]
            for one in threads:
                one.start()

            found = jira_mock.wait_for("getRemoteIssueLinks", times=2, path={"issueIdOrKey": "MKY-1"})

            assert [one.status for one in found] == [200, 200]
            for one in threads:
                one.join()
    """)

    result.assert_outcomes(passed=1)


def test_an_asynchronous_test_waits_in_a_thread(run):
    result = run(
        """
        import asyncio

        async def test_it(jira_mock):
            sent = asyncio.create_task(asyncio.to_thread(links, jira_mock))
            found = await asyncio.to_thread(jira_mock.wait_for, "getRemoteIssueLinks")
            await sent

            assert len(found) == 1
    """,
        *("-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto"),
        *("-o", "asyncio_default_fixture_loop_scope=function"),
    )

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("act", "keyword"), [(RUBBISH, "contract"), (LOST, "unexpected"), (UNMET, "unused")], ids=str
)
@pytest.mark.parametrize(
    ("mode", "outcome"), [("strict", "failed"), ("warn", "passed"), ("off", "passed")], ids=str
)
def test_each_check_is_switched_by_its_own_keyword(run, act, keyword, mode, outcome):
    result = run(
        f"""
        @pytest.mark.mock({keyword}="{mode}")
        def test_it(jira_mock):
            {act}
    """,
        *("-W", "default"),
    )

    result.assert_outcomes(**{outcome: 1}, warnings=int(mode == "warn"))


@pytest.mark.parametrize(
    ("act", "keyword"),
    [(RUBBISH, "unexpected"), (RUBBISH, "unused"), (LOST, "unused"), (UNMET, "unexpected")],
    ids=str,
)
def test_a_keyword_switches_no_other_check(run, act, keyword):
    result = run(f"""
        @pytest.mark.mock({keyword}="off")
        def test_it(jira_mock):
            {act}
    """)

    result.assert_outcomes(failed=1)


@pytest.mark.parametrize("act", [RUBBISH, LOST, UNMET])
def test_a_test_that_gives_the_contract_up_gives_all_three_up(run, act):
    result = run(f"""
        @pytest.mark.mock(contract="off")
        def test_it(jira_mock):
            {act}
    """)

    result.assert_outcomes(passed=1)


def test_a_keyword_takes_no_other_mode(run):
    result = run("""
        @pytest.mark.mock(unused="no")
        def test_it(jira_mock):
            pass
    """)

    result.stdout.fnmatch_lines(["*unused= must be one of strict, warn, off, not 'no'*"])


def test_every_refusal_is_one_line_of_the_traffic_with_its_slip(run):
    result = run("""
        def test_it(jira_mock):
            url = jira_mock.url
            for path in ("/api/3/issue/MKY-1", "/rest/api/3/search?jql=x", "/rest/api/3/issue/NONE-1"):
                requests.get(url + path, auth=jira_mock.auth, timeout=10)
            body = {"fields": {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "description": "x"}}
            requests.post(url + "/rest/api/3/issue", json=body, auth=jira_mock.auth, timeout=10)
            assert False
    """)

    result.stdout.fnmatch_lines(
        [
            "*-- Mock traffic --*",
            "GET */api/3/issue/MKY-1 → 404 unknown-route: no such operation. Closest: * — missing /rest: *",
            "GET */search?jql=x → 410 state: * — removed /search: /rest/api/3/search/jql*",
            "GET */issue/NONE-1 → 404 state: no issue 'NONE-1' in this world",
            "POST */issue → 400 validation: * — ADF vs string: fields.description*; body */summary: *",
        ],
        consecutive=True,
    )
