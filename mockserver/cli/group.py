"""The command group: offers the nearest name, and turns our own errors into sentences."""

from __future__ import annotations

from typing import Any

import click

from mockserver.cli.console import MISUSED, NOT_READY, Failed


class Commands(click.Group):
    """Commands in the order they were added; none of our own errors leaves as a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names as they were added, which is the order people need them in."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names. Raises UsageError with the nearest name."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-") and not ctx.resilient_parsing:
            from mockserver.spec.load import meant

            raise click.UsageError(f"no command '{name}'{meant(name, self.list_commands(ctx))}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Carry out the command. Raises ClickException for everything foreseen."""
        try:
            return super().invoke(ctx)
        except (ValueError, LookupError, ConnectionError) as error:
            raise _sentence(error) or error from error


def _sentence(error: Exception) -> Failed | None:
    """One of our own errors as the end of a command; None for any other."""
    from mockserver.remote import Unreachable
    from mockserver.spec.load import FixtureErrors
    from mockserver.world import CommandError, UnknownFunction

    if isinstance(error, Unreachable):
        return Failed(
            str(error), "Start one with `jira-mockserver serve`, or name its --url.", code=NOT_READY
        )
    if isinstance(error, (FixtureErrors, CommandError)):
        return Failed(*error.lines, code=MISUSED)
    if isinstance(error, UnknownFunction):
        return Failed(str(error), code=MISUSED)
    return None
