"""The control endpoint: one table of commands, ``control.table``, each a method of World or Worlds."""

from mockserver.control.command import CONTROL, SEED_FILES, Command, Param
from mockserver.control.endpoint import control, stream, waits

__all__ = ["CONTROL", "SEED_FILES", "Command", "Param", "control", "stream", "waits"]
