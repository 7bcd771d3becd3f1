"""Parsed files: kept under the hash of their content, and never a reason to fail."""

from pathlib import Path

import pytest

from mockserver.spec.cache import Cache
from mockserver.spec.yaml12 import YamlError


def test_a_file_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "page.yaml"
    file.write_text("a: [1, no]")
    Cache(tmp_path / "cache").yaml(file)

    monkeypatch.setattr("mockserver.spec.yaml12.parse", lambda text: pytest.fail("parsed again"))

    assert Cache(tmp_path / "cache").yaml(file) == {"a": [1, "no"]}


def test_a_changed_file_is_parsed_again(tmp_path: Path) -> None:
    file = tmp_path / "page.yaml"
    file.write_text("a: 1")
    Cache(tmp_path / "cache").yaml(file)
    file.write_text("a: 2")

    found = Cache(tmp_path / "cache").yaml(file)

    assert found == {"a": 2}


def test_a_spoilt_cache_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "page.yaml"
    file.write_text("a: 1")
    Cache(tmp_path / "cache").yaml(file)
    [kept] = (tmp_path / "cache").iterdir()
    kept.write_text("{")

    found = Cache(tmp_path / "cache").yaml(file)

    assert found == {"a": 1}


def test_a_cache_that_cannot_be_written_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "page.yaml"
    file.write_text("a: 1")

    found = Cache(file / "below-a-file").yaml(file)

    assert found == {"a": 1}


def test_a_broken_file_is_never_kept(tmp_path: Path) -> None:
    file = tmp_path / "page.yaml"
    file.write_text("a: [")

    with pytest.raises(YamlError):
        Cache(tmp_path / "cache").yaml(file)

    assert not (tmp_path / "cache").exists()
