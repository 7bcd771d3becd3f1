"""A test fails if its client broke the contract, although nothing in it failed."""

import pytest

BREACH = """
    def test_it(jira_mock):
        link(jira_mock, {"object": {"title": 3}})
"""
SENTENCE = 'the client broke the contract (a test that means to is marked @pytest.mark.mock(contract="off")):'


def test_a_broken_request_schema_fails_the_test_and_every_broken_rule_is_a_line(run):
    result = run(BREACH)

    result.assert_outcomes(failed=1)
    line = "  POST /jira/rest/api/3/issue/MKY-1/remotelink body "
    result.stdout.fnmatch_lines(
        [
            SENTENCE.replace("[", "[[]"),
            line + '/object/url: required, expected [[]"url","title"[]], got nothing',
            line + "/object/title: type, expected *string*, got 3",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (
            'link(mock, path="/rest/api/3/isue")',
            "  POST /jira/rest/api/3/isue unknown-route: no such operation.*",
        ),
        (
            "requests.patch(mock.url + ISSUE, timeout=10)",
            "  PATCH /jira*/remotelink wrong-method: only DELETE, GET, POST here",
        ),
        (
            'requests.get(mock.url + ISSUE, headers={"Prefer": "example=nothing"}, timeout=10)',
            "  GET /jira*/remotelink not-implemented: no example 'nothing' of getRemoteIssueLinks*",
        ),
        (
            'requests.post(mock.url + ISSUE, "{", headers=mock.headers | {"Content-Type": "text/json+json"})',
            "  POST /jira*/remotelink validation: the body is not JSON*",
        ),
    ],
    ids=["unknown-route", "wrong-method", "not-implemented", "malformed"],
)
def test_a_call_that_leads_nowhere_fails_the_test(run, call, line):
    result = run(f"""
        def test_it(jira_mock):
            mock = jira_mock
            {call}
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([line])


def test_a_refusal_that_is_no_breach_is_no_failure(run):
    result = run("""
        def test_it(jira_mock):
            assert link(jira_mock, path="/rest/api/3/issue/MKY-999/remotelink").status_code == 404
    """)

    result.assert_outcomes(passed=1)


def test_a_test_that_means_to_send_rubbish_says_so(run):
    result = run("@pytest.mark.mock(contract='off')" + BREACH.replace("\n    ", "\n"))

    result.assert_outcomes(passed=1)


def test_a_breach_can_be_a_warning(run):
    result = run(BREACH, "--mock-contract=warn", "-W", "default")

    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        ["*test_a_breach_can_be_a_warning.py:17: MockContractWarning: the client broke*"]
    )


def test_an_unmet_reply_of_the_world_of_all_tests_can_be_a_warning(run):
    result = run(
        """
        def test_it(jira_mock_session):
            jira_mock_session.force("getRemoteIssueLinks", status=503)
        """,
        *("--mock-contract=warn", "-W", "default"),
    )

    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*MockContractWarning: forced replies and faults that no call ever met:"])


def test_a_breach_can_be_nothing(run):
    result = run(BREACH, "--mock-contract=off", "-W", "error")

    result.assert_outcomes(passed=1)


def test_a_marker_makes_one_test_strict(run):
    result = run(
        "@pytest.mark.mock(contract='strict')" + BREACH.replace("\n    ", "\n"),
        "--mock-contract=off",
    )

    result.assert_outcomes(failed=1)


def test_a_forced_reply_that_nobody_met_fails_the_test(run):
    result = run("""
        def test_it(jira_mock):
            jira_mock.force("getRemoteIssueLinks", "linking_disabled")
            jira_mock.force("getRemoteIssueLinkById", status=503)
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "forced replies and faults that no call ever met:",
            "  jira getRemoteIssueLinks: forced to answer example linking_disabled, but never called",
            "  jira getRemoteIssueLinkById: forced to answer status 503, but never called",
        ]
    )


def test_a_forced_reply_that_was_met_is_no_failure(run):
    result = run("""
        def test_it(jira_mock):
            jira_mock.force("getRemoteIssueLinks", "linking_disabled", times=2)

            assert requests.get(jira_mock.url + ISSUE, timeout=10).status_code == 403
    """)

    result.assert_outcomes(passed=1)


def test_a_test_that_fails_anyway_fails_once(run):
    result = run("""
        def test_it(jira_mock):
            jira_mock.force("getRemoteIssueLinks", status=503)
            link(jira_mock, {})
            assert False, "my own reason"
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*my own reason*"])
    result.stdout.no_fnmatch_line("*the client broke*")


@pytest.mark.parametrize("how", ["pytest.skip('not today')", "pytest.xfail('known')"])
def test_a_test_that_is_given_up_does_not_fail(run, how):
    result = run(f"""
        def test_it(jira_mock):
            link(jira_mock, {{}})
            {how}
    """)

    assert result.ret == pytest.ExitCode.OK


def test_a_breach_while_a_fixture_is_torn_down_is_an_error(run):
    result = run("""
        @pytest.fixture
        def careless(jira_mock):
            yield
            link(jira_mock, {})

        def test_it(careless):
            pass
    """)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR at teardown of test_it*", "the client broke the contract*", "*Mock traffic*"]
    )


def test_a_breach_before_a_reset_is_not_forgotten(run):
    result = run("""
        def test_it(jira_mock):
            link(jira_mock, {})
            jira_mock.reset()
    """)

    result.assert_outcomes(failed=1)


def test_a_breach_in_a_shared_world_fails_only_the_test_that_made_it(run):
    result = run("""
        def test_one(jira_mock_module):
            link(jira_mock_module, {})

        def test_two(jira_mock_module):
            link(jira_mock_module)
    """)

    result.assert_outcomes(failed=1, passed=1)


def test_a_forced_reply_of_a_shared_world_may_be_met_in_another_test(run):
    result = run("""
        def test_one(jira_mock_module):
            jira_mock_module.force("getRemoteIssueLinks", status=503)

        def test_two(jira_mock_module):
            assert requests.get(jira_mock_module.url + ISSUE, timeout=10).status_code == 503
    """)

    result.assert_outcomes(passed=2)


def test_a_forced_reply_of_a_shared_world_that_nobody_met_is_an_error_at_its_end(run):
    result = run("""
        def test_one(jira_mock_module):
            jira_mock_module.force("getRemoteIssueLinks", status=503)

        def test_two(jira_mock_module):
            pass
    """)

    result.assert_outcomes(passed=2, errors=1)


def test_a_breach_on_the_server_itself_is_seen_too(run):
    result = run("""
        def test_it(mock_server):
            requests.get(mock_server.url + "/jira/nowhere", timeout=10)
    """)

    result.assert_outcomes(failed=1)


def test_a_fault_that_met_no_call_fails_the_test(run):
    result = run("""
        def test_it(jira_mock):
            jira_mock.fault("getRemoteIssueLinks", drop=True)
            jira_mock.fault(method="GET", path="/rest/api/3/issue/*", status=503, then={"drop": True})
            jira_mock.fault(status=503, times=None, match={"headers": {"X-Never": "sent"}})
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "forced replies and faults that no call ever met:",
            "  jira getRemoteIssueLinks: fault 1 never met a call",
            "  jira GET /rest/api/3/issue/[*]: fault 2 never met a call",
        ]
    )
    result.stdout.no_fnmatch_line("*fault 3*")


def test_a_fault_that_met_a_call_is_no_failure(run):
    result = run("""
        def test_it(jira_mock):
            jira_mock.fault("createOrUpdateRemoteIssueLink", status=503, then={"drop": True})
            assert link(jira_mock).status_code == 503
    """)

    result.assert_outcomes(passed=1)
