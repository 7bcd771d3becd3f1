"""Every test has a world of its own, unless it asks to share one."""

import pytest


def test_what_one_test_writes_no_other_sees(run):
    result = run("""
        @pytest.mark.parametrize("turn", range(3))
        def test_a_link_is_added(jira_mock, turn):
            assert len(links(jira_mock)) == 2

            link(jira_mock)

            assert len(links(jira_mock)) == 3
    """)

    result.assert_outcomes(passed=3)


def test_the_address_of_a_world_names_its_test_and_is_the_same_in_every_run(run):
    module = """
        def test_address(jira_mock, mock_world):
            print("\\nat", jira_mock.url.partition("~")[2])
            assert jira_mock.url == mock_world.url + "/jira"
    """

    first, second = run(module, "-s"), run(module, "-s")

    addresses = [[line for line in one.outlines if line.startswith("at ")] for one in (first, second)]
    assert addresses[0] == addresses[1]
    assert addresses[0][0].startswith("at test-address-")


def test_a_world_is_gone_after_its_test(run):
    result = run("""
        seen = []

        def test_one(mock_world, mock_server):
            seen.append(mock_world.name)
            assert mock_server.worlds.get(seen[0]) is mock_world.world

        def test_two(mock_server):
            assert mock_server.worlds.get(seen[0]) is None
    """)

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("scope", ["module", "session"])
def test_a_shared_world_keeps_what_its_tests_write(run, scope):
    result = run(f"""
        def test_one(jira_mock_{scope}):
            link(jira_mock_{scope})

        def test_two(jira_mock_{scope}, mock_world_{scope}, jira_mock):
            assert len(links(jira_mock_{scope})) == 3
            assert len(mock_world_{scope}.jira.journal) == 2
            assert len(links(jira_mock)) == 2
    """)

    result.assert_outcomes(passed=2)


def test_one_test_can_have_several_worlds(run):
    result = run("""
        def test_two_sites(make_mock_world, jira_mock):
            first = make_mock_world()
            second = make_mock_world(seed={"jira": {"project": [{"key": "ABC", "name": "A"}]}})

            link(first.jira)

            assert [len(links(one)) for one in (first.jira, jira_mock)] == [3, 2]
            assert [one["key"] for one in second.jira.records("project")] == ["ABC"]
            assert len({first.url, second.url, jira_mock.url}) == 3
    """)

    result.assert_outcomes(passed=1)


def test_the_clock_stands_at_the_instant_of_the_seed(run):
    result = run("""
        def test_now(mock_world):
            shown = mock_world.world.show_clock()
            assert (shown["now"], shown["mode"]) == ("2025-01-15T09:30:00+00:00", "frozen")
    """)

    result.assert_outcomes(passed=1)


def test_the_marker_says_when_it_is(run):
    result = run("""
        from datetime import datetime

        @pytest.mark.mock(freeze="2030-02-01")
        def test_text(mock_world):
            assert mock_world.world.clock.now().year == 2030

        @pytest.mark.mock(freeze=datetime(2031, 1, 1))
        def test_datetime(mock_world):
            assert mock_world.world.clock.now().year == 2031

        @pytest.mark.mock(freeze=False)
        def test_real(mock_world, make_mock_world):
            assert not mock_world.world.clock.frozen
            assert make_mock_world(clock="2032-01-01").world.clock.now().year == 2032
    """)

    result.assert_outcomes(passed=3)


def test_the_marker_says_what_a_world_starts_with(run, pytester):
    pytester.makefile(".yaml", team="jira: {project: [{key: TEAM, name: Team}]}")

    result = run("""
        @pytest.mark.mock(seed={"jira": {"project": [{"key": "ABC", "name": "A"}]}})
        def test_data(jira_mock):
            assert [one["key"] for one in jira_mock.records("project")] == ["ABC"]

        @pytest.mark.mock(seed=["documented", "team.yaml"])
        def test_name_and_file(jira_mock):
            assert {"MKY", "TEAM"} <= {one["key"] for one in jira_mock.records("project")}
    """)

    result.assert_outcomes(passed=2)


def test_the_marker_of_a_test_wins_over_that_of_its_module(run):
    result = run("""
        pytestmark = pytest.mark.mock(freeze="2030-01-01", auth="off")

        @pytest.mark.mock(freeze="2031-01-01")
        def test_it(mock_world):
            assert mock_world.world.clock.now().year == 2031
            assert mock_world.world.auth_mode == "off"
    """)

    result.assert_outcomes(passed=1)


def test_the_credential_of_a_view_is_let_in_where_only_seeded_ones_are(run):
    result = run("""
        @pytest.mark.mock(auth="strict")
        def test_strict(jira_mock):
            target = jira_mock.url + ISSUE

            with_auth = requests.get(target, auth=jira_mock.auth, timeout=10)
            with_headers = requests.get(target, headers=jira_mock.headers, timeout=10)
            strange = requests.get(target, auth=("no", "body"), timeout=10)

            reasons = [one.headers["X-Seraph-LoginReason"] for one in (with_auth, with_headers, strange)]
            assert reasons == ["OK", "OK", "AUTHENTICATED_FAILED"]
    """)

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "sentence"),
    [
        ("contarct='off'", "unknown keyword 'contarct' in @pytest.mark.mock — did you mean 'contract'?"),
        ("colour='off'", "*known: seed, auth, validation, freeze, faults, contract*"),
        ("'documented'", "@pytest.mark.mock takes keywords only*"),
        ("contract='of'", "contract= must be one of strict, warn, off, not 'of'"),
        ("auth='stric'", "*'auth' must be one of any, strict, off, not 'stric' — did you mean 'strict'?"),
        ("seed='documentd'", "*no seed 'documentd' — did you mean 'documented'?"),
        ("freeze='soon'", "*not an ISO 8601 instant (*'soon'"),
    ],
)
def test_a_wrong_marker_is_refused_in_one_sentence(run, marker, sentence):
    result = run(f"""
        @pytest.mark.mock({marker})
        def test_it(jira_mock):
            pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([sentence])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("During handling*")


def test_a_marker_of_the_same_name_bothers_nobody_who_does_not_use_the_fixtures(run):
    result = run("""
        @pytest.mark.mock("somebody", elses=True)
        def test_it():
            pass
    """)

    result.assert_outcomes(passed=1)


def test_options_say_how_worlds_are_made(run):
    result = run(
        """
        def test_it(jira_mock):
            assert (jira_mock.world.auth_mode, jira_mock.world.validation_mode) == ("off", "warn")
            assert jira_mock.records("issue") == []
        """,
        *("--mock-auth=off", "--mock-validation=warn", "--mock-seed=base"),
    )

    result.assert_outcomes(passed=1)


def test_the_ini_file_says_how_worlds_are_made(run, pytester):
    pytester.makeini("""
        [pytest]
        mock_auth = strict
        mock_validation = off
        mock_contract = off
        mock_fixtures = ours
        mock_seed =
            documented
            team
            more.yaml
    """)
    folder = pytester.mkdir("ours")
    (folder / "jira" / "seeds").mkdir(parents=True)
    (folder / "jira" / "seeds" / "team.yaml").write_text("project: [{key: TEAM, name: Team}]")
    pytester.makefile(".yaml", more="jira: {project: [{key: MORE, name: More}]}")

    result = run("""
        def test_it(jira_mock):
            assert (jira_mock.world.auth_mode, jira_mock.world.validation_mode) == ("strict", "off")
            assert {"MKY", "TEAM", "MORE"} <= {one["key"] for one in jira_mock.records("project")}
            requests.get(jira_mock.url + "/nowhere", timeout=10)
    """)

    result.assert_outcomes(passed=1)


def test_a_wrong_value_in_the_ini_file_is_refused_before_any_test(run, pytester):
    pytester.makeini("[pytest]\nmock_contract = lax\n")

    result = run("def test_it(): pass", apart=True)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*mock_contract must be one of strict, warn, off, not 'lax'"])


def test_broken_fixtures_are_reported_with_file_line_and_column(run, pytester):
    folder = pytester.mkdir("ours") / "jira"
    folder.mkdir()
    (folder / "extra.yaml").write_text("docs: https://example.com/\noperatoins: {}\n")

    result = run("def test_it(jira_mock): pass", "--mock-fixtures", "ours")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*extra.yaml:2:1 unknown key 'operatoins' — did you mean 'operations'?"])


def test_asynchronous_tests_need_no_plugin_of_ours(run):
    result = run("""
        import asyncio

        async def story(jira_mock):
            reply = await asyncio.to_thread(link, jira_mock)
            return reply.status_code

        def test_it(jira_mock):
            assert asyncio.run(story(jira_mock)) == 201
            jira_mock.assert_called("createOrUpdateRemoteIssueLink", times=1)
    """)

    result.assert_outcomes(passed=1)


def test_every_worker_has_a_server_of_its_own(run):
    result = run(
        """
        @pytest.mark.parametrize("turn", range(12))
        def test_a_link_is_added(jira_mock, turn):
            link(jira_mock)
            assert len(links(jira_mock)) == 3
        """,
        *("-n", "2"),
        apart=True,
    )

    result.assert_outcomes(passed=12)


def test_the_plugin_imports_nothing_heavy_before_a_fixture_is_used(run):
    result = run(
        """
        import sys

        HEAVY = {"aiohttp", "jsonschema", "jsonschema_rs", "lark", "orjson", "yaml", "mockserver.world"}

        def test_nothing_is_there_yet():
            assert not HEAVY & set(sys.modules)
        """,
        apart=True,
    )

    result.assert_outcomes(passed=1)


def test_what_a_test_does_to_its_own_data_changes_no_record(run):
    result = run("""
        def test_copies(jira_mock):
            given = {"key": "ABC", "name": "A", "formerKeys": []}
            jira_mock.seed({"project": [given]})

            given["formerKeys"].append("OLD")
            jira_mock.records("project")[-1]["formerKeys"].append("OLDER")

            assert jira_mock.records("project")[-1]["formerKeys"] == []
    """)

    result.assert_outcomes(passed=1)


def test_a_marker_says_what_goes_wrong_in_a_test(run):
    result = run("""
        @pytest.mark.mock(faults=[{"operation": "createOrUpdateRemoteIssueLink", "status": 503}])
        def test_it(jira_mock):
            assert link(jira_mock).status_code == 503
            assert link(jira_mock).status_code == 201

        def test_no_other(jira_mock):
            assert link(jira_mock).status_code == 201
    """)

    result.assert_outcomes(passed=2)


def test_a_fault_that_could_never_happen_is_refused_with_the_marker(run):
    result = run("""
        @pytest.mark.mock(faults={"operation": "getRemoteIsueLinks", "drop": True})
        def test_it(jira_mock):
            pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the mock world cannot be made: *did you mean 'getRemoteIssueLinks'*"])


def test_a_test_arms_and_disarms_faults_of_its_service(run):
    result = run("""
        def test_it(jira_mock, kordiam_mock):
            number = jira_mock.fault(status=503, times=None)
            assert link(jira_mock).status_code == 503

            jira_mock.clear_faults(number)

            assert link(jira_mock).status_code == 201
    """)

    result.assert_outcomes(passed=1)
