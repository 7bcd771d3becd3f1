"""``doctor``: whether this machine is fit to run and to reach the mock."""

from __future__ import annotations

import importlib
import os
import platform
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click

from mockserver.cli import options
from mockserver.cli.console import NOT_READY, Failed, plural, say, show_json
from mockserver.cli.ports import listener

DEPENDENCIES = ("aiohttp", "click", "jsonschema", "jsonschema-rs", "lark", "orjson", "PyYAML")
OPTIONAL = ("uvloop", "pytest")
PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
LOOPBACK = "127.0.0.1"
PORT = 8080
FEW_FILES = 256  # below this a few hundred clients at once run out


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. state: fine | note | bad; ``detail`` says what was found and what to do."""

    name: str
    state: str
    detail: str


@click.command()
@options.JSON
def doctor(as_json: bool) -> None:
    """Look at this machine: is it fit for the mock?

    Python, dependencies, the port, proxy variables, localhost, limits. Exit code 3 if something is bad.
    """
    found = list(findings())
    bad = sum(one.state == "bad" for one in found)
    if as_json:
        show_json({"findings": [asdict(one) for one in found], "bad": bad})
    else:
        _show(found)
    if bad:
        raise Failed("" if as_json else f"{plural(bad, 'problem')} to solve first", code=NOT_READY)


def findings() -> Iterator[Finding]:
    """Everything that was looked at."""
    yield _python()
    yield from _dependencies()
    yield from _accelerators()
    yield _port()
    yield _proxies()
    yield from _localhost()
    yield _files()


def _show(found: list[Finding]) -> None:
    colours = {"fine": "green", "note": "yellow", "bad": "red"}
    width = max(len(one.name) for one in found)
    for one in found:
        state = click.style(one.state.ljust(4), fg=colours[one.state])
        say(f"{state}  {one.name.ljust(width)}  {one.detail}")


def _python() -> Finding:
    detail = f"{platform.python_implementation()} {platform.python_version()} on {platform.platform()}"
    return Finding("python", "fine", detail)


def _dependencies() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    for name in DEPENDENCIES:
        try:
            yield Finding(name, "fine", version(name))
        except PackageNotFoundError:
            yield Finding(name, "bad", f"not installed: python -m pip install {name}")
    for name in OPTIONAL:
        try:
            yield Finding(name, "fine", f"{version(name)} (optional)")
        except PackageNotFoundError:
            yield Finding(name, "fine", "not installed (optional)")


def _accelerators() -> Iterator[Finding]:
    """The compiled parts whose absence only costs time."""
    known = {
        "aiohttp in C": ("aiohttp._http_parser", "requests are parsed in Python, which is slower"),
        "multidict in C": ("multidict._multidict", "headers are kept in Python, which is slower"),
        "libyaml": ("yaml._yaml", "fixtures are read about ten times slower"),
    }
    for name, (module, without) in known.items():
        try:
            importlib.import_module(module)
        except ImportError:
            yield Finding(name, "note", f"not there: {without}")
        else:
            yield Finding(name, "fine", "in use")


def _port() -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, PORT))
        except OSError as error:
            held = listener(PORT)
            who = f" by pid {held[0]}, {held[1]}" if held else f": {error.strerror}"
            return Finding("port", "note", f"{PORT} is in use{who}; serve with --port 0 or another one")
    return Finding("port", "fine", f"{PORT} is free")


def _proxies() -> Finding:
    """Many clients send even what is meant for this machine to the proxy of the environment."""
    set_ = [name for name in PROXIES if os.environ.get(name)]
    if not set_:
        return Finding("proxy", "fine", "none set")
    spared = {
        one.strip()
        for name in ("no_proxy", "NO_PROXY")
        for one in os.environ.get(name, "").split(",")
        if one.strip()
    }
    missing = [one for one in (LOOPBACK, "localhost") if one not in spared and "*" not in spared]
    if not missing:
        return Finding("proxy", "fine", f"{', '.join(set_)} set, loopback spared by NO_PROXY")
    names = ", ".join(set_)
    hint = f"export NO_PROXY='{','.join(sorted({*spared, LOOPBACK, 'localhost'}))}'"
    return Finding("proxy", "note", f"{names} swallows calls to {' and '.join(missing)}: {hint}")


def _localhost() -> Iterator[Finding]:
    try:
        found = socket.getaddrinfo("localhost", PORT, type=socket.SOCK_STREAM)
    except OSError as error:
        yield Finding("localhost", "note", f"does not resolve ({error}): use {LOOPBACK}")
        return
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if addresses[0] == LOOPBACK:
        yield Finding("localhost", "fine", ", ".join(addresses))
    else:
        detail = (
            f"{', '.join(addresses)}: clients may try {addresses[0]} first; the mock listens on {LOOPBACK}"
        )
        yield Finding("localhost", "note" if LOOPBACK in addresses else "bad", detail)


def _files() -> Finding:
    try:
        import resource
    except ImportError:
        return Finding("open files", "fine", "no such limit on this system")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FEW_FILES:
        return Finding("open files", "note", f"at most {soft}: `ulimit -n 1024` before many clients at once")
    return Finding("open files", "fine", f"at most {_limit(soft)} (may be raised to {_limit(hard)})")


def _limit(count: int) -> str:
    import resource

    return "any number" if count == resource.RLIM_INFINITY else f"{count:,}"
