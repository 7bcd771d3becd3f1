"""The same fixtures in asynchronous tests: the server has a thread of its own."""

from __future__ import annotations

import asyncio

import aiohttp


async def titles(session: aiohttp.ClientSession, url: str) -> list[str]:
    async with session.get(f"{url}/rest/api/3/issue/MKY-1/remotelink") as reply:
        reply.raise_for_status()
        return [link["object"]["title"] for link in await reply.json()]


async def add(session: aiohttp.ClientSession, url: str, case: int) -> None:
    body = {"object": {"title": f"Case {case}", "url": f"http://cases/{case}"}}
    async with session.post(f"{url}/rest/api/3/issue/MKY-1/remotelink", json=body) as reply:
        reply.raise_for_status()


async def test_links_are_added_at_the_same_time(jira_mock):
    async with aiohttp.ClientSession(headers=jira_mock.headers) as session:
        await asyncio.gather(*(add(session, jira_mock.url, case) for case in range(20)))

        assert len(await titles(session, jira_mock.url)) == 22

    jira_mock.assert_called("createOrUpdateRemoteIssueLink", times=20)


async def test_two_sites_at_once(make_mock_world):
    one, other = make_mock_world().jira, make_mock_world().jira

    async with aiohttp.ClientSession(headers=one.headers) as session:
        await add(session, one.url, 1)

        assert len(await titles(session, one.url)) == 3
        assert len(await titles(session, other.url)) == 2
