"""What ``import mockserver`` offers, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import mockserver
from mockserver.installation import FOREIGN, clash


@pytest.mark.parametrize("name", mockserver.__all__)
def test_every_public_name_is_there(name):
    assert getattr(mockserver, name).__name__ == name
    assert name in dir(mockserver)


def test_another_name_is_refused_as_every_module_does():
    with pytest.raises(AttributeError, match="module 'mockserver' has no attribute 'Wrld'"):
        _ = mockserver.Wrld


def test_importing_the_package_imports_nothing_else():
    code = (
        "import sys, mockserver; print(*sorted(one for one in sys.modules if 'mockserver' in one or one in "
    )
    code += "('aiohttp', 'jsonschema', 'orjson', 'yaml')))"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.split() == ["mockserver", "mockserver.installation"]


@pytest.mark.parametrize("name", FOREIGN)
def test_files_of_the_other_distribution_among_ours_are_named_in_one_sentence(tmp_path, name):
    (tmp_path / name).touch()

    sentence = clash(str(tmp_path))

    assert "jira-mockserver and mockserver-client" in sentence
    assert sentence.endswith(f"{tmp_path}: install them into separate environments.")
    assert clash() == ""


def test_a_package_with_files_of_the_other_distribution_is_not_imported(tmp_path):
    package = tmp_path / "mockserver"
    package.mkdir()
    for source in ("__init__.py", "installation.py"):
        text = (Path(mockserver.__file__).parent / source).read_text()
        (package / source).write_text(text)
    (package / FOREIGN[0]).touch()

    found = subprocess.run(
        [sys.executable, "-c", "import mockserver"], cwd=tmp_path, capture_output=True, text=True
    )

    assert found.returncode == 1
    assert "ImportError: The distributions jira-mockserver and mockserver-client both" in found.stderr
