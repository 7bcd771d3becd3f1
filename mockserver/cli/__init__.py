"""The command line: ``jira-mockserver``, also ``python -m mockserver``."""

from __future__ import annotations

import os
import sys

import click

from mockserver import installation
from mockserver.cli.asking import explain, metrics, verify
from mockserver.cli.console import DEFECT, colour, say
from mockserver.cli.demo import demo
from mockserver.cli.doctor import doctor
from mockserver.cli.faults import fault
from mockserver.cli.fixtures import check, routes
from mockserver.cli.group import Commands
from mockserver.cli.journal import journal
from mockserver.cli.limiting import limits
from mockserver.cli.logins import credentials, login
from mockserver.cli.observing import coverage, ready, world
from mockserver.cli.records import reset, seed, snapshot, state
from mockserver.cli.run import env, execute
from mockserver.cli.serve import serve
from mockserver.cli.steering import auth, force, settings, validation
from mockserver.cli.timing import clock
from mockserver.cli.webhooks import webhooks

LOCAL = (serve, demo, env, execute, check, routes, explain, doctor)
REMOTE = (
    ready,
    seed,
    reset,
    state,
    snapshot,
    settings,
    limits,
    force,
    fault,
    auth,
    login,
    credentials,
    validation,
    clock,
    world,
    journal,
    webhooks,
    verify,
    coverage,
    metrics,
)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="jira-mockserver", message="jira-mockserver %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """A mock of Jira Cloud, Enterprise Tester, Kordiam and SD Elements, for tests and local work.

    Exit codes: 0 fine, 1 contract failed, 2 usage or fixture error, 3 not ready, 4 port taken.
    Every option that names an environment variable can be given as that.
    """
    ctx.color = colour()


for _command in (*LOCAL, *REMOTE):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; never returns. A defect of ours is one sentence, too."""
    if broken := installation.clash():
        say(broken, err=True)
        sys.exit(DEFECT)
    try:
        cli(prog_name="jira-mockserver")
    except Exception as error:
        if os.environ.get("MOCKSERVER_DEBUG"):
            raise
        say(f"a defect of jira-mockserver: {error!r} (MOCKSERVER_DEBUG=1 shows where)", err=True)
        sys.exit(DEFECT)


__all__ = ["cli", "main"]
