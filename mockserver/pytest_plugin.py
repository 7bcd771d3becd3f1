"""The pytest plugin: fixtures, options, and what a test's report gains.

Nothing but pytest is imported before a fixture is used: the plugin is loaded in every project of the
environment, also where nobody needs it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from mockserver.remote import RemoteServer
    from mockserver.server import MockServer
    from mockserver.testing import MockWorld, ServiceMock
    from mockserver.values import Json

WorldFactory: TypeAlias = "Callable[..., MockWorld]"
# The server of this run: in a thread of this process, or in that of the one who started this worker.
AnyServer: TypeAlias = "MockServer | RemoteServer"

CONTRACT = ("strict", "warn", "off")
KEYWORDS = ("seed", "auth", "validation", "freeze", "faults", "contract", "unexpected", "unused")
MARKER = (
    "mock(seed=, auth=, validation=, freeze=, faults=, contract=, "
    "unexpected=, unused=): how the mock server's world of this test "
    "is made, what goes wrong in it, and whether a broken contract fails the test (contract='off' for one "
    "that means to send rubbish)"
)
BROKEN = 'the client broke the contract (a test that means to is marked @pytest.mark.mock(contract="off")):'
UNEXPECTED = 'the client called what does not exist (@pytest.mark.mock(unexpected="off") allows it):'
UNUSED = "forced replies and faults that no call ever met:"
SHOWN = 20  # exchanges in the report of a failed test


class MockContractWarning(pytest.PytestWarning):
    """What the test's client did wrong, where that is to be a warning only."""


class Watched:
    """A world that a test holds, alone (``own``) or with others.

    ``since``: number of the last exchange before the current test; ``gone``: its fixture has ended, and it
    is dropped as soon as the report has been written; ``forgiven``: a test with it failed, so its
    overrides may well be unused.
    """

    def __init__(self, mock: MockWorld, drop: Callable[[], object], *, own: bool) -> None:
        """A world with nothing to hold against it. ``drop``: what to do when nobody asks any more."""
        self.mock = mock
        self.drop = drop
        self.own = own
        self.since = 0
        self.gone = False
        self.forgiven = False


WATCHED = pytest.StashKey[list[Watched]]()
SHARED = pytest.StashKey["MockServer"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options, each with its line in the ini-file."""
    group = parser.getgroup("mock", "mock server (jira-mockserver)")
    group.addoption(
        "--mock-contract",
        choices=CONTRACT,
        help="what a test's broken contract leads to: failure (strict, default), warning, nothing (off)",
    )
    group.addoption(
        "--mock-seed",
        action="append",
        metavar="SEED",
        help="a shipped seed or a YAML or JSON file that worlds start with, repeatable (default: documented)",
    )
    group.addoption("--mock-auth", choices=("any", "strict", "off"), help="who is let in (default: any)")
    group.addoption(
        "--mock-validation",
        choices=("strict", "warn", "off"),
        help="what a request that breaks its schema leads to (default: strict)",
    )
    group.addoption(
        "--mock-fixtures",
        action="append",
        metavar="DIR",
        help="a folder of fixtures that adds to the shipped ones or overrides them, repeatable",
    )
    group.addoption(
        "--mock-shared",
        action="store_true",
        default=None,
        help="with pytest-xdist: one server for all workers (default: one for each)",
    )
    parser.addini("mock_contract", "default of --mock-contract", default="strict")
    parser.addini("mock_seed", "default of --mock-seed, one a line", type="linelist", default=["documented"])
    parser.addini("mock_auth", "default of --mock-auth", default="any")
    parser.addini("mock_validation", "default of --mock-validation", default="strict")
    parser.addini("mock_fixtures", "default of --mock-fixtures", type="paths", default=[])
    parser.addini("mock_shared", "default of --mock-shared", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and begin the list of worlds."""
    config.addinivalue_line("markers", MARKER)
    config.stash[WATCHED] = []
    if _chosen(config, "mock_contract") not in CONTRACT:
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
    if not _chosen(config, "mock_shared"):
        return
    if SHARED not in config.stash:
        try:
            config.stash[SHARED] = _server(config).start()
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
    _forget(session.config)


@pytest.fixture(scope="session")
def mock_server(pytestconfig: pytest.Config) -> Iterator[AnyServer]:
    """The mock server of this test run, on a free port, in a thread of its own.

    With ``--mock-shared``, the one of all workers as this one sees it: its default world is this worker's.
    """
    if (url := _worker(pytestconfig, "mock_server")) is not None:
        yield from _shared(pytestconfig, url)
        return
    try:
        server = _server(pytestconfig)
    except ValueError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    with server:
        watched = _watched(pytestconfig, server, server.worlds.default.name, list, own=False)
        yield server
        watched.gone = True


def _server(config: pytest.Config) -> MockServer:
    """A server as the options say; nothing listens yet. Raises ValueError with all that is wrong."""
    from platformdirs import user_cache_path

    from mockserver.server import MockServer
    from mockserver.spec.load import FixtureErrors, shipped, users
    from mockserver.world import CommandError, UnknownFunction, World, Worlds, catalogue

    folders = [shipped()]
    for one in _chosen(config, "mock_fixtures"):
        folders.append(users(config.invocation_params.dir / one))
    try:
        default = World(
            catalogue(folders, cache=user_cache_path("jira-mockserver"), thorough=len(folders) > 1),
            seeds=_seeds(_chosen(config, "mock_seed"), config, config.rootpath),
            auth=_chosen(config, "mock_auth"),
            validation=_chosen(config, "mock_validation"),
        )
    except (FixtureErrors, UnknownFunction, CommandError) as error:
        raise ValueError(f"the mock server cannot start:\n{error}") from None
    return MockServer(Worlds(default))


def _shared(config: pytest.Config, url: str) -> Iterator[RemoteServer]:
    """The server of all workers, with a world of this worker's own for its default one."""
    from contextlib import closing

    from mockserver.remote import RemoteServer, RemoteWorld

    name: str = _worker(config, "workerid")
    with closing(RemoteWorld(url)) as first:
        first.create_world(name)
    server = RemoteServer(url, name)

    def leave() -> None:
        server.worlds.drop_world(name)
        server.close()

    watched = _watched(config, server, name, leave, own=False)
    yield server
    watched.gone = True


def _watched(
    config: pytest.Config, server: AnyServer, name: str, drop: Callable[[], object], *, own: bool
) -> Watched:
    """A world of the server as the hooks see it from now on."""
    from mockserver.testing import MockWorld

    root = getattr(server, "server_url", server.url)
    made = Watched(MockWorld(server.worlds.named(name), root), drop, own=own)
    config.stash[WATCHED].append(made)
    return made


def _worker(config: pytest.Config, name: str) -> Any:
    """What the process that started this worker of pytest-xdist told it; None if this is no worker."""
    return getattr(config, "workerinput", {}).get(name)


@pytest.fixture
def mock_world(request: pytest.FixtureRequest, mock_server: AnyServer) -> Iterator[MockWorld]:
    """A fresh world for this test, gone afterwards."""
    yield from _world(request, mock_server)


@pytest.fixture(scope="module")
def mock_world_module(request: pytest.FixtureRequest, mock_server: AnyServer) -> Iterator[MockWorld]:
    """A world that the tests of a module share."""
    yield from _world(request, mock_server)


@pytest.fixture(scope="session")
def mock_world_session(request: pytest.FixtureRequest, mock_server: AnyServer) -> Iterator[MockWorld]:
    """A world that all tests share."""
    yield from _world(request, mock_server)


@pytest.fixture
def make_mock_world(request: pytest.FixtureRequest, mock_server: AnyServer) -> Iterator[WorldFactory]:
    """A function that makes worlds for this test: ``make_mock_world(seed=, clock=, auth=, validation=)``."""
    made: list[Watched] = []

    def make(
        *, seed: Json = None, clock: Json = None, auth: str | None = None, validation: str | None = None
    ) -> MockWorld:
        name = f"{_name(request)}-{len(made) + 1}"
        made.append(_made(request, mock_server, name, seed, clock, auth, validation))
        return made[-1].mock

    yield make
    for one in made:
        _ended(request, one)


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
    _forget(item.config)
    for one in item.config.stash[WATCHED]:
        one.since = one.mock.last


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that passed although its client broke the contract."""
    result = yield
    watched = [one for one in item.config.stash[WATCHED] if not one.gone]
    if watched:
        _judge(item, watched, [one for one in watched if one.own])
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failed test's traffic; what its client did wrong is not held against it a second time."""
    report = yield
    watched = item.config.stash[WATCHED]
    if report.failed:
        shown = [(one.mock.name, lines) for one in watched if (lines := _traffic(one))]
        for name, lines in shown:
            title = "Mock traffic" if len(shown) == 1 else f"Mock traffic of world {name}"
            report.sections.append((title, lines))
    if report.failed or report.skipped:
        for one in watched:
            one.mock.findings()
            one.forgiven = True
    return report


def _world(request: pytest.FixtureRequest, server: AnyServer) -> Iterator[MockWorld]:
    """A world made as the marker says, until the fixture's scope ends."""
    says = _marked(request.node)
    made = _made(
        request,
        server,
        _name(request),
        says.get("seed"),
        says.get("freeze"),
        says.get("auth"),
        says.get("validation"),
        says.get("faults"),
    )
    yield made.mock
    _ended(request, made)


def _made(
    request: pytest.FixtureRequest,
    server: AnyServer,
    name: str,
    seed: Json,
    clock: Json,
    auth: str | None,
    validation: str | None,
    faults: Json = None,
) -> Watched:
    from mockserver.world import CommandError

    seeds = None if seed is None else seed if isinstance(seed, (list, tuple)) else [seed]
    if seeds is not None:
        seeds = _seeds(seeds, request.config, request.path.parent if request.scope != "session" else None)
    try:
        server.worlds.create_world(name, seeds=seeds, clock=_instant(clock), auth=auth, validation=validation)
        if faults is not None:
            server.worlds.named(name).fault(faults)
    except CommandError as error:
        raise pytest.fail.Exception(f"the mock world cannot be made: {error}", pytrace=False) from None
    drop = partial(server.worlds.drop_world, name)
    return _watched(request.config, server, name, drop, own=request.scope == "function")


def _ended(request: pytest.FixtureRequest, made: Watched) -> None:
    """Let a world go; fail for what its client did after the test was judged, or for what nobody used."""
    made.gone = True
    _judge(request.node, [made], [] if made.own or made.forgiven else [made])


def _forget(config: pytest.Config) -> None:
    """Drop the worlds whose fixtures have ended: the report about them has been written."""
    watched = config.stash[WATCHED]
    ended = [one for one in watched if one.gone]
    watched[:] = [one for one in watched if not one.gone]
    if ended:
        from mockserver.world import CommandError

        for one in ended:
            with suppress(CommandError):  # a test may have dropped it itself
                one.drop()


def _judge(node: pytest.Item | pytest.Collector, watched: list[Watched], done: list[Watched]) -> None:
    """Fail or warn if a client broke the contract, or an override of those ``done`` met no call."""
    judged = [one.mock.judged() for one in watched]
    found = {
        "contract": _listed(BROKEN, [line for broken, _ in judged for line in broken]),
        "unexpected": _listed(UNEXPECTED, [line for _, strange in judged for line in strange]),
        "unused": _listed(UNUSED, [line for one in done for line in one.mock.unused()]),
    }
    says = _marked(node)
    contract = says.get("contract") or _chosen(node.config, "mock_contract")
    modes = {name: says.get(name) or contract for name in found}
    warned = [line for name, lines in found.items() for line in lines if modes[name] == "warn"]
    failed = [line for name, lines in found.items() for line in lines if modes[name] == "strict"]
    if warned:
        node.warn(MockContractWarning("\n".join(warned)))
    if failed:
        pytest.fail("\n".join(failed), pytrace=False)


def _listed(title: str, lines: list[str]) -> list[str]:
    return [title, *("  " + line for line in lines)] if lines else []


def _traffic(watched: Watched) -> str:
    """The last exchanges of the current test, one a line."""
    seen = [one for one in watched.mock.journal if one.number > watched.since]
    left = [f"… {len(seen) - SHOWN} earlier"] if len(seen) > SHOWN else []
    return "\n".join([*left, *(str(one) for one in seen[-SHOWN:])])


def _marked(node: pytest.Item | pytest.Collector) -> Mapping[str, Any]:
    """What the markers of a test and of what it is in say, the nearest first."""
    from difflib import get_close_matches

    says: dict[str, Any] = {}
    for marker in node.iter_markers("mock"):
        if marker.args:
            pytest.fail(f"@pytest.mark.mock takes keywords only: {', '.join(KEYWORDS)}", pytrace=False)
        for name, value in marker.kwargs.items():
            if name not in KEYWORDS:
                near = get_close_matches(name, KEYWORDS, n=1)
                meant = f" — did you mean '{near[0]}'?" if near else f" (known: {', '.join(KEYWORDS)})"
                pytest.fail(f"unknown keyword '{name}' in @pytest.mark.mock{meant}", pytrace=False)
            says.setdefault(name, value)
    for name in ("contract", "unexpected", "unused"):
        if says.get(name) not in (None, *CONTRACT):
            known = ", ".join(CONTRACT)
            pytest.fail(f"{name}= must be one of {known}, not {says[name]!r}", pytrace=False)
    return says


def _chosen(config: pytest.Config, name: str) -> Any:
    """The value of an option: as given, else from the ini-file."""
    given = config.getoption(name)
    return config.getini(name) if given is None else given


def _seeds(seeds: Sequence[Json], config: pytest.Config, near: Path | None) -> list[Json]:
    """Seeds, where a file is looked for ``near``, in the current folder and in the root folder."""
    folders = [one for one in (near, config.invocation_params.dir, config.rootpath) if one is not None]
    found: list[Json] = []
    for seed in seeds:
        file = isinstance(seed, Path) or (isinstance(seed, str) and seed.endswith((".yaml", ".yml", ".json")))
        there = [folder / seed for folder in folders if (folder / seed).exists()] if file else []
        found.append(there[0] if there else seed)
    return found


def _instant(freeze: Json) -> str | None:
    """What a world's clock is made from: None for the seed's instant, ``real`` where False was said."""
    if freeze is None or isinstance(freeze, str):
        return freeze
    return "real" if freeze is False else str(freeze.isoformat())


def _name(request: pytest.FixtureRequest) -> str:
    """A world's name from that of a test: readable, the same in every run, another for every test.

    On a server that workers share, another for every worker too: two may run tests of one module.
    """
    import hashlib

    nodeid = request.node.nodeid
    digest = hashlib.sha256(nodeid.encode()).hexdigest()[:8]
    words = re.sub(r"[^A-Za-z0-9]+", "-", nodeid.rpartition("::")[2] or "session").strip("-")
    name = f"{words[-60:].strip('-')}-{digest}"
    return f"{name}-{_worker(request.config, 'workerid')}" if _worker(request.config, "mock_server") else name
