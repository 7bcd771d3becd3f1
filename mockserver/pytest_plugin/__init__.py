"""The pytest plugin: fixtures, options, and what a test's report gains.

Nothing but pytest is imported before a fixture is used: the plugin is loaded in every project of the
environment, also where nobody needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from mockserver.pytest_plugin.judging import WATCHED, MockContractWarning, Watched, forget, judge, traffic
from mockserver.pytest_plugin.options import CONTRACT, MARKER, add_options, chosen
from mockserver.pytest_plugin.worlds import (
    AnyServer,
    ended,
    made_world,
    name_of,
    server_of,
    shared,
    told_worker,
    watch,
    world_of,
)

if TYPE_CHECKING:
    from mockserver.server import MockServer
    from mockserver.testing import MockWorld, ServiceMock
    from mockserver.values import Json

WorldFactory: TypeAlias = "Callable[..., MockWorld]"
SHARED: pytest.StashKey[MockServer] = pytest.StashKey()
# For users: the plugin's own warning, to be named in filters.
__all__ = ["MockContractWarning"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options, each with its line in the ini-file."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and begin the list of worlds."""
    config.addinivalue_line("markers", MARKER)
    config.stash[WATCHED] = []
    if chosen(config, "mock_contract") not in CONTRACT:
        known = ", ".join(CONTRACT)
        raise pytest.UsageError(
            f"mock_contract must be one of {known}, not {config.getini('mock_contract')!r}"
        )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the server of all workers is, if there is to be one.

    It is started before the first worker, in this process, which outlives them all.
    """
    config: pytest.Config = node.config
    if not chosen(config, "mock_shared"):
        return
    if SHARED not in config.stash:
        try:
            config.stash[SHARED] = server_of(config).start()
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None
    node.workerinput["mock_server"] = config.stash[SHARED].url


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server of all workers; the last of them has ended."""
    server = config.stash.get(SHARED, None)
    if server is not None:
        server.stop()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drop the worlds of the last test; nobody will ask about them any more."""
    forget(session.config)


@pytest.fixture(scope="session")
def mock_server(pytestconfig: pytest.Config) -> Iterator[AnyServer]:
    """The mock server of this test run, on a free port, in a thread of its own.

    With ``--mock-shared``, the one of all workers as this one sees it: its default world is this worker's.
    """
    if (url := told_worker(pytestconfig, "mock_server")) is not None:
        yield from shared(pytestconfig, url)
        return
    try:
        server = server_of(pytestconfig)
    except ValueError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    with server:
        watched = watch(pytestconfig, server, server.worlds.default.name, list, own=False)
        yield server
        watched.gone = True


@pytest.fixture
def mock_world(request: pytest.FixtureRequest, mock_server: AnyServer) -> Iterator[MockWorld]:
    """A fresh world for this test, gone afterwards."""
    yield from world_of(request, mock_server)


@pytest.fixture(scope="module")
def mock_world_module(request: pytest.FixtureRequest, mock_server: AnyServer) -> Iterator[MockWorld]:
    """A world that the tests of a module share."""
    yield from world_of(request, mock_server)


@pytest.fixture(scope="session")
def mock_world_session(request: pytest.FixtureRequest, mock_server: AnyServer) -> Iterator[MockWorld]:
    """A world that all tests share."""
    yield from world_of(request, mock_server)


@pytest.fixture
def make_mock_world(request: pytest.FixtureRequest, mock_server: AnyServer) -> Iterator[WorldFactory]:
    """A function that makes worlds for this test: ``make_mock_world(seed=, clock=, auth=, validation=)``."""
    made: list[Watched] = []

    def make(
        *, seed: Json = None, clock: Json = None, auth: str | None = None, validation: str | None = None
    ) -> MockWorld:
        name = f"{name_of(request)}-{len(made) + 1}"
        made.append(made_world(request, mock_server, name, seed, clock, auth, validation))
        return made[-1].mock

    yield make
    for one in made:
        ended(request, one)


@pytest.fixture
def jira_mock(mock_world: MockWorld) -> ServiceMock:
    """Jira Cloud in this test's world."""
    return mock_world.jira


@pytest.fixture
def enterprise_tester_mock(mock_world: MockWorld) -> ServiceMock:
    """Enterprise Tester in this test's world."""
    return mock_world.enterprise_tester


@pytest.fixture
def kordiam_mock(mock_world: MockWorld) -> ServiceMock:
    """Kordiam in this test's world."""
    return mock_world.kordiam


@pytest.fixture
def sd_elements_mock(mock_world: MockWorld) -> ServiceMock:
    """SD Elements in this test's world."""
    return mock_world.sd_elements


@pytest.fixture(scope="module")
def jira_mock_module(mock_world_module: MockWorld) -> ServiceMock:
    """Jira Cloud in the world of the module."""
    return mock_world_module.jira


@pytest.fixture(scope="module")
def enterprise_tester_mock_module(mock_world_module: MockWorld) -> ServiceMock:
    """Enterprise Tester in the world of the module."""
    return mock_world_module.enterprise_tester


@pytest.fixture(scope="module")
def kordiam_mock_module(mock_world_module: MockWorld) -> ServiceMock:
    """Kordiam in the world of the module."""
    return mock_world_module.kordiam


@pytest.fixture(scope="module")
def sd_elements_mock_module(mock_world_module: MockWorld) -> ServiceMock:
    """SD Elements in the world of the module."""
    return mock_world_module.sd_elements


@pytest.fixture(scope="session")
def jira_mock_session(mock_world_session: MockWorld) -> ServiceMock:
    """Jira Cloud in the world of all tests."""
    return mock_world_session.jira


@pytest.fixture(scope="session")
def enterprise_tester_mock_session(mock_world_session: MockWorld) -> ServiceMock:
    """Enterprise Tester in the world of all tests."""
    return mock_world_session.enterprise_tester


@pytest.fixture(scope="session")
def kordiam_mock_session(mock_world_session: MockWorld) -> ServiceMock:
    """Kordiam in the world of all tests."""
    return mock_world_session.kordiam


@pytest.fixture(scope="session")
def sd_elements_mock_session(mock_world_session: MockWorld) -> ServiceMock:
    """SD Elements in the world of all tests."""
    return mock_world_session.sd_elements


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget the worlds of the test before; what happened so far in shared ones is not this test's."""
    forget(item.config)
    for one in item.config.stash[WATCHED]:
        one.since = one.mock.last


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that passed although its client broke the contract."""
    result = yield
    watched = [one for one in item.config.stash[WATCHED] if not one.gone]
    if watched:
        judge(item, watched, [one for one in watched if one.own])
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failed test's traffic; what its client did wrong is not held against it a second time."""
    report = yield
    watched = item.config.stash[WATCHED]
    if report.failed:
        shown = [(one.mock.name, lines) for one in watched if (lines := traffic(one))]
        for name, lines in shown:
            title = "Mock traffic" if len(shown) == 1 else f"Mock traffic of world {name}"
            report.sections.append((title, lines))
    if report.failed or report.skipped:
        for one in watched:
            one.mock.findings()
            one.forgiven = True
    return report
