"""The control endpoint: one table of commands, each a method of World or Worlds."""

from mockserver.control.command import CONTROL, SEED_FILES, Command, Param
from mockserver.control.endpoint import control, stream, waits
from mockserver.control.table import COMMANDS

__all__ = ["COMMANDS", "CONTROL", "SEED_FILES", "Command", "Param", "control", "stream", "waits"]
