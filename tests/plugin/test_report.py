"""The report of a failed test shows what went over the wire."""


def test_a_failed_test_shows_its_traffic_a_line_each(run):
    result = run("""
        def test_it(jira_mock):
            links(jira_mock)
            link(jira_mock, path="/rest/api/3/isue")
            link(jira_mock, {"object": {"title": 3, "url": "http://a.example"}})
            jira_mock.force("getRemoteIssueLinks", status=503)
            requests.get(jira_mock.url + ISSUE, timeout=10)
            assert False
    """)

    result.stdout.fnmatch_lines(
        [
            "*-- Mock traffic --*",
            "GET /jira/rest/api/3/issue/MKY-1/remotelink → 200 getRemoteIssueLinks",
            "POST /jira/rest/api/3/isue → 404 unknown-route: no such operation. Closest: *",
            "POST /jira/*/remotelink → 400 validation: the body breaks *; body /object/title: type",
            "GET /jira/*/remotelink → 503 override: forced reply",
        ],
        consecutive=True,
    )


def test_a_test_that_passes_shows_nothing(run):
    result = run(
        """
        def test_it(jira_mock):
            links(jira_mock)
    """,
        "-rA",
    )

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*Mock traffic*")


def test_no_secret_is_shown(run):
    result = run("""
        def test_it(jira_mock):
            secret = {"token": "hush-1", "api_key": "hush-2", "page": "5"}
            requests.get(jira_mock.url + ISSUE, params=secret, auth=("mia", "hush-3"), timeout=10)
            link(jira_mock, {"object": {"title": "A", "url": 3}, "password": "hush-4"})
            pytest.fail("as intended", pytrace=False)
    """)

    result.stdout.fnmatch_lines(
        ["GET */remotelink[?]token=[[]redacted[]]&api_key=[[]redacted[]]&page=5 → 200 *"]
    )
    result.stdout.no_fnmatch_line("*hush*")


def test_only_the_last_twenty_exchanges_are_shown(run):
    result = run("""
        def test_it(jira_mock):
            for number in range(25):
                requests.get(jira_mock.url + ISSUE, params={"n": number}, timeout=10)
            assert False
    """)

    shown = [line for line in result.outlines if line.startswith("GET ")]
    assert len(shown) == 20
    assert "n=5 " in shown[0]
    assert "n=24 " in shown[-1]
    result.stdout.fnmatch_lines(["… 5 earlier"])


def test_several_worlds_are_told_apart(run):
    result = run("""
        def test_it(jira_mock, make_mock_world):
            links(jira_mock)
            links(make_mock_world().jira)
            assert False
    """)

    result.stdout.fnmatch_lines(
        [
            "*Mock traffic of world test-it-????????*",
            "GET *",
            "*Mock traffic of world test-it-????????-1*",
            "GET *",
        ]
    )


def test_traffic_in_a_shared_world_is_that_of_the_failed_test_only(run):
    result = run("""
        def test_one(jira_mock_module):
            requests.get(jira_mock_module.url + ISSUE, params={"by": "one"}, timeout=10)

        def test_two(jira_mock_module):
            requests.get(jira_mock_module.url + ISSUE, params={"by": "two"}, timeout=10)
            assert False
    """)

    shown = [line for line in result.outlines if line.startswith("GET ")]
    assert len(shown) == 1
    assert "by=two" in shown[0]


def test_traffic_reaches_the_report_from_another_process(run):
    result = run(
        """
        def test_it(jira_mock):
            links(jira_mock)
            assert False
        """,
        *("-n", "2"),
        apart=True,
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Mock traffic*", "GET */remotelink → 200 getRemoteIssueLinks"])
