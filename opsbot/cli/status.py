"""`opsbot status`: how the bot is, for people, and for whatever watches over it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from opsbot.cli.options import CONFIG

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="All of it, as JSON.")
@click.pass_context
def status(context: click.Context, path: Path, as_json: bool) -> None:  # noqa: FBT001 - Click calls it so
    """Tell how the bot is.

    Replicas, nodes, what waits, what is paused or frozen. It reads the database, and asks the bot that listens where
    [http] says. No token for Slack is needed. It ends with 0 where all is well, else with 1.
    """
    from opsbot.assembly.status import status_of
    from opsbot.assembly.terminal import status_lines
    from opsbot.cli.reading import read_config
    from opsbot.cli.screen import show
    from opsbot.domain.status import status_as_data

    found = status_of(read_config(path, tokens_needed=False))
    if as_json:
        click.echo(json.dumps(status_as_data(found), indent=2))
    else:
        show(status_lines(found))
    context.exit(1 if found.problems else 0)
