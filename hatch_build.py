"""Puts what is read of the fixtures into the wheel, so that nobody's first start has to parse them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Compiled(BuildHookInterface):
    """Checks all fixtures, and includes their bundle."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the bundle; an editable installation has none, its fixtures change."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from mockserver.spec.load import BUNDLE, compiled, shipped

        self.made = tempfile.TemporaryDirectory()
        bundle = Path(self.made.name) / BUNDLE
        bundle.write_bytes(compiled(shipped()))
        build_data["force_include"][str(bundle)] = f"mockserver/_data/{BUNDLE}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """The bundle is in the wheel."""
        if version != "editable":
            self.made.cleanup()
