"""A project of somebody else's that uses the plugin."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest
import requests

import mockserver.server
import mockserver.testing
import mockserver.world
from mockserver.spec.load import Folder
from mockserver.world import Catalogue

# A run in this process forgets the modules it imported; these would not survive being imported twice.
KEPT = (requests, mockserver.server, mockserver.testing)

HEAD = """
import pytest
import requests

ISSUE = "/rest/api/3/issue/MKY-1/remotelink"
LINK = {"object": {"title": "A", "url": "http://cases.example/1"}}


def links(mock):
    reply = requests.get(mock.url + ISSUE, auth=mock.auth, timeout=10)
    assert reply.status_code == 200, reply.text
    return reply.json()


def link(mock, body=LINK, path=ISSUE):
    return requests.post(mock.url + path, json=body, auth=mock.auth, timeout=10)
"""
# The project has no plugin for asynchronous tests.
ALWAYS = ("-p", "no:cacheprovider", "--strict-markers")
APART = (
    *(*ALWAYS, "-p", "no:asyncio", "-p", "no:aiohttp"),
    *("-p", "no:randomly", "-p", "no:rerunfailures"),
)
HERE = (*ALWAYS, "-p", "mockserver.pytest_plugin")

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, shared: Catalogue) -> Run:
    """Runs a test module, which finds ``links`` and ``link`` ready, with these arguments.

    In this process it runs with this plugin alone and with fixtures that were loaded before; ``apart``,
    in another process, the plugin is found as it is by everybody.
    """
    load = mockserver.world.catalogue

    def catalogue(folders: list[Folder], **options: Any) -> Catalogue:
        return load(folders, **options) if len(folders) > 1 else shared

    monkeypatch.setattr(mockserver.world, "catalogue", catalogue)

    def run(module: str, *arguments: str, apart: bool = False) -> pytest.RunResult:
        pytester.makepyfile(HEAD + dedent(module))
        if apart:
            return pytester.runpytest_subprocess(*APART, *arguments)
        with monkeypatch.context() as patched:
            patched.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            return pytester.runpytest_inprocess(*HERE, *arguments)

    return run
