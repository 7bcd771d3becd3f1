"""A test sees what its services told others, and is told what came instead of what it waited for."""

HOOK = """
        import requests


        def told(mock, *events, url="http://app.example/hook"):
            hook = {"name": "app", "url": url, "events": list(events)}
            registered = f"{mock.url}/rest/webhooks/1.0/webhook"
            requests.post(registered, json=hook, auth=mock.auth).raise_for_status()


        def comment(mock):
            url = f"{mock.url}/rest/api/2/issue/MKY-1/comment"
            requests.post(url, json={"body": "Done"}, auth=mock.auth).raise_for_status()

"""


def test_what_was_told_is_a_list(run):
    result = run(
        HOOK
        + """
        def test_list(jira_mock, mock_world, kordiam_mock):
            told(jira_mock, "comment_created")
            assert list(jira_mock.webhooks) == []

            comment(jira_mock)
            comment(jira_mock)

            assert [one.id for one in jira_mock.webhooks] == [1, 2]
            assert jira_mock.webhooks[-1].body["comment"]["body"] == "Done"
            assert [one.id for one in jira_mock.webhooks[:1]] == [1]
            assert len(mock_world.webhooks) == 2
            assert len(kordiam_mock.webhooks) == 0
            assert "#1 comment_created → http://app.example/hook  held" in repr(jira_mock.webhooks)

        def test_another_has_its_own(jira_mock):
            assert len(jira_mock.webhooks) == 0
    """
    )

    result.assert_outcomes(passed=2)


def test_waiting_gives_what_came_or_shows_it(run):
    result = run(
        HOOK
        + """
        import pytest


        def test_wait(jira_mock):
            told(jira_mock, "comment_created", "jira:issue_updated")
            comment(jira_mock)

            [found] = jira_mock.webhooks.wait("comment_created")
            assert found.url == "http://app.example/hook"
            with pytest.raises(AssertionError) as failure:
                jira_mock.webhooks.wait("comment_deleted", count=2, timeout=0.05, after=0)
            first = str(failure.value).splitlines()[0]
            assert first == "0 of 2 webhooks (event 'comment_deleted') within 0.05 s"
            assert "#1 comment_created" in str(failure.value)
            with pytest.raises(AssertionError, match="there are none at all"):
                jira_mock.webhooks.clear()
                jira_mock.webhooks.wait(timeout=0)
    """
    )

    result.assert_outcomes(passed=1)


def test_things_go_wrong_and_are_repeated(run):
    result = run(
        HOOK
        + """
        import pytest


        def test_faults(jira_mock):
            told(jira_mock, "comment_created")
            jira_mock.webhooks.fault("drop", "comment_*")
            jira_mock.webhooks.fault("status", status=503, times=1)

            comment(jira_mock)
            comment(jira_mock)

            lost, waiting = jira_mock.webhooks
            assert (lost.state, waiting.state) == ("dropped", "queued")
            assert [one["status"] for one in waiting.attempts] == [503]
            with pytest.raises(ValueError, match="neither this machine"):
                jira_mock.webhooks.redeliver(lost)
    """
    )

    result.assert_outcomes(passed=1)
