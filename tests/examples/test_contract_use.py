"""A client that breaks the contract fails its test, although it never looked at the reply."""

from __future__ import annotations

import pytest
import requests


def test_the_mistake_is_named(pytester):
    pytester.makepyfile("""
        import requests

        def test_sloppy(jira_mock):
            target = f"{jira_mock.url}/rest/api/3/issue/MKY-1/remotelink"
            requests.post(target, json={"object": {"title": "No address"}}, auth=jira_mock.auth, timeout=10)
    """)

    result = pytester.runpytest_subprocess("-p", "no:asyncio", "-p", "no:aiohttp")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "the client broke the contract*",
            "*POST /jira/rest/api/3/issue/MKY-1/remotelink body /object/url: required, * got nothing",
            "*Mock traffic*",
            "POST /jira/rest/api/3/issue/MKY-1/remotelink → 400 validation: *",
        ]
    )


@pytest.mark.mock(contract="off")
def test_a_test_that_means_to_send_rubbish_says_so(jira_mock):
    target = f"{jira_mock.url}/rest/api/3/issue/MKY-1/remotelink"

    reply = requests.post(target, json={"object": {"title": "No address"}}, auth=jira_mock.auth, timeout=10)

    assert reply.status_code == 400
    assert reply.json() == {"errorMessages": [], "errors": {"url": "'url' is required."}}
