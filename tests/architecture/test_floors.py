"""What may be imported, named, read and left unsaid on which floor; the floors are those of pyproject."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

TOP = Path(__file__).resolve().parents[2]
PACKAGE = TOP / "mockserver"
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = (
    "jira",
    "atlassian",
    "enterprise tester",
    "enterprisetester",
    "kordiam",
    "desknet",
    "sd elements",
    "sdelements",
)
# Modules, whole or some of their names, that read the time or what else differs from one run to the next.
CLOCKS = {
    "time": None,
    "timeit": None,
    "sched": None,
    "random": None,
    "secrets": None,
    "uuid": {"uuid1", "uuid4", "getnode"},
    "os": {"urandom", "getrandom", "times", "utime"},
    "calendar": {"timegm"},
    "email.utils": {"formatdate", "localtime", "make_msgid"},
    "wsgiref.handlers": {"format_date_time"},
    "aiohttp.helpers": {"rfc822_formatted_time"},
}
# Names that read the time whatever they are attributes of; `now` does unless it is one of OURS that is asked.
READERS = {
    "utcnow",
    "today",
    "monotonic",
    "monotonic_ns",
    "perf_counter",
    "perf_counter_ns",
    "process_time",
    "time_ns",
}
READERS |= {
    "time",
    "localtime",
    "gmtime",
    "ctime",
    "asctime",
    "clock_gettime",
    "urandom",
    "uuid1",
    "uuid4",
    "formatdate",
}
READERS |= {
    "st_mtime",
    "st_atime",
    "st_ctime",
    "st_mtime_ns",
    "st_atime_ns",
    "st_ctime_ns",
    "getmtime",
    "call_at",
}
OURS = {
    "clock",
    "_clock",
    "ctx",
    "self",
    "_world",
    "world",
    "scope",
    "_records",
    "records",
    "course",
    "found",
}
# Sockets and processes wait in real time: timeouts of connections, drains, retries that are due, polling.
# What they read is never shown, stored or answered.
REAL = {
    "server/server.py": "the drain of connections, and the token made up for a run",
    "server/delivery.py": "the drain of deliveries, and when to look for the next",
    "server/direct.py": "timeouts of connections",
    "server/writing.py": "the header Date that every HTTP server writes",
    "server/effects.py": "delays of replies",
    "server/stream.py": "the beats that keep a stream open",
    "wire.py": "the time that a body may take to arrive",
    "cli/observing.py": "`ready --wait`",
    "cli/watch.py": "when a file was written",
}


def floor(module: str) -> int:
    """How many floors are above the lowest; the order is the one that import-linter checks."""
    contracts = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one for one in contracts if one["type"] == "layers")["layers"][::-1]
    return next(at for at, layer in enumerate(layers) if module in re.findall(r"\w+", layer))


def below(module: str) -> list[Path]:
    """The files on the floor of ``module`` and under it."""
    highest = floor(module)
    own = [file for file in MODULES if file.parent != PACKAGE or file.stem not in ("__init__", "__main__")]
    return [file for file in own if floor(file.relative_to(PACKAGE).parts[0].removesuffix(".py")) <= highest]


def named(text: str) -> list[str]:
    """The services' names in ``text``, however their words are joined."""
    plain = re.sub(r"[\W_]+", " ", text.lower())
    return [name for name in NAMES if name in plain]


def unsteady(source: str) -> Iterator[str]:
    """Each place in ``source`` that reads the time or chance, under whatever name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (f"import {one.name}" for one in node.names if CLOCKS.get(one.name, ()) is None)
        elif isinstance(node, ast.ImportFrom):
            bad = CLOCKS.get(str(node.module), ())
            yield from (
                f"from {node.module} import {one.name}"
                for one in node.names
                if not node.level and (bad is None or one.name in bad)
            )
        elif isinstance(node, ast.Attribute):
            owner = (
                node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            )
            if node.attr in READERS or (node.attr == "now" and owner not in OURS):
                yield f"{owner}.{node.attr}"
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "__import__":
            yield "__import__"
        elif isinstance(node, ast.Constant) and node.value in READERS - {"time"}:
            yield f"the name {node.value!r} as text"


def wordless(source: str) -> Iterator[str]:
    """Each public module, class, function or method in ``source`` that has no docstring."""
    tree = ast.parse(source)
    if not ast.get_docstring(tree):
        yield "the module"
    yield from _wordless(tree)


def _wordless(node: ast.Module | ast.ClassDef) -> Iterator[str]:
    for one in node.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not one.name.startswith(
            "_"
        ):
            if not ast.get_docstring(one):
                yield one.name
            if isinstance(one, ast.ClassDef):
                yield from _wordless(one)


def loaded_by(statement: str) -> set[str]:
    """Top-level packages that an interpreter of its own has loaded after ``statement``."""
    code = (
        f"import json, sys\n{statement}\nprint(json.dumps(sorted({{n.split('.')[0] for n in sys.modules}})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=TOP)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_imports_go_down_only(monkeypatch, capsys):
    monkeypatch.chdir(TOP)

    failed = lint_imports(config_filename=str(TOP / "pyproject.toml"), no_cache=True)

    assert not failed, capsys.readouterr().out


@pytest.mark.parametrize("folder", ["engine", "state", "spec"])
def test_no_service_is_named_where_all_services_are_served(folder):
    files = [file for file in MODULES if file.is_relative_to(PACKAGE / folder)]

    assert files
    assert {str(file): names for file in files if (names := named(file.read_text()))} == {}


@pytest.mark.parametrize(
    "planted",
    [
        '"""As Jira does."""',
        "class JiraError:",
        "x = 'enterprise_tester'",
        "# Enterprise-Tester",
        "sd_elements",
        "SDElements",
        "KORDIAM",
    ],
)
def test_a_planted_name_is_found(planted):
    assert named(f"import os\n{planted}\n") != []


def test_nothing_but_the_clock_reads_the_time():
    excepted = {PACKAGE / "state" / "clock.py", *(PACKAGE / name for name in REAL)}
    files = [file for file in MODULES if file not in excepted]

    assert len(files) > 200
    assert {str(file): found for file in files if (found := list(unsteady(file.read_text())))} == {}


def test_the_exceptions_are_above_the_worlds_and_really_read_it():
    assert [name for name in REAL if PACKAGE / name in below("world")] == []
    assert [name for name in REAL if not list(unsteady((PACKAGE / name).read_text()))] == []


def test_the_clock_itself_is_found_to_read_it():
    found = set(unsteady((PACKAGE / "state" / "clock.py").read_text()))

    assert {"import time", "time.time", "time.perf_counter"} <= found


@pytest.mark.parametrize(
    "planted",
    [
        "import time",
        "from time import monotonic",
        "import random",
        "from secrets import token_hex",
        "from datetime import datetime\nx = datetime.now()",
        "import datetime\nx = datetime.datetime.utcnow()",
        "from datetime import date\nx = date.today()",
        "import uuid\nx = uuid.uuid4()",
        "from uuid import uuid4",
        "import time as t",
        "import datetime as d\nx = d.datetime.now()",
        "from datetime import datetime as D\nx = D.now()",
        "from datetime import datetime as D\nx = D.today()",
        "import asyncio\nx = asyncio.get_running_loop().time()",
        "def f(loop): return loop.time()",
        "from email.utils import formatdate",
        "x = __import__('time')",
        "x = getattr(datetime, 'utcnow')()",
        "from pathlib import Path\nx = Path().stat().st_mtime",
        "import os\nx = os.urandom(4)",
    ],
)
def test_a_planted_reader_of_time_or_chance_is_found(planted):
    assert list(unsteady(planted)) != []


def test_the_floors_below_the_server_know_no_environment():
    found = [str(file) for file in below("world") if re.search(r"\bos\.environ|\bgetenv\b", file.read_text())]

    assert found == []


def test_whatever_is_public_says_what_it_is():
    assert {str(file): names for file in MODULES if (names := list(wordless(file.read_text())))} == {}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = 1", ["the module"]),
        ('"""M."""\ndef f(): pass', ["f"]),
        ('"""M."""\nclass C:\n    def m(self): pass', ["C", "m"]),
        ('"""M."""\ndef _f(): pass\nclass _C:\n    def m(self): pass', []),
    ],
)
def test_what_says_nothing_is_found(source, names):
    assert list(wordless(source)) == names


def test_json_is_the_only_any_below_the_server():
    files = [file for file in below("world") if file != PACKAGE / "values.py"]

    assert [str(file) for file in files if re.search(r"\bAny\b", _code(file))] == []


def _code(file: Path) -> str:
    """The source without comments and docstrings."""
    return ast.unparse(_Undocumented().visit(ast.parse(file.read_text())))


class _Undocumented(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) else node


@pytest.mark.full
def test_every_module_can_be_the_first_that_is_imported(tmp_path):
    names = [
        ".".join(file.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__")
        for file in MODULES
        if file.stem != "__main__"
    ]
    each = (
        "import importlib\n"
        # What was compiled for one of them need not be compiled again for the next.
        f"sys.dont_write_bytecode, sys.pycache_prefix = False, {str(tmp_path)!r}\n"
        f"for name in {names!r}:\n"
        "    for one in [one for one in sys.modules if one.partition('.')[0] == 'mockserver']:\n"
        "        del sys.modules[one]\n"
        "    importlib.import_module(name)"
    )

    assert "mockserver" in loaded_by(each)


HEAVY = {"aiohttp", "jsonschema", "jsonschema_rs", "yaml", "lark", "click", "orjson", "asyncio"}


@pytest.mark.parametrize(
    ("statement", "may"),
    [
        ("import mockserver", set()),
        ("import pytest; import mockserver.pytest_plugin", set()),
        ("import mockserver.values", {"orjson"}),
        ("import mockserver.state.store, mockserver.state.journal", {"orjson"}),
        ("import mockserver.spec.load", {"orjson", "yaml", "jsonschema_rs"}),
        ("import mockserver.engine.answer", {"orjson", "jsonschema_rs"}),
        ("import mockserver.world", {"orjson", "yaml", "jsonschema_rs"}),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(statement, may):
    allowed = loaded_by("import pytest" if "pytest" in statement else "pass")

    assert (loaded_by(statement) & HEAVY) - allowed - may == set()
