"""The command line: what people and service managers start; one of the two places where errors become words."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml

from opsbot.errors import ConfigError, OpsbotError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opsbot.config import Config

_CONFIG = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    default=Path("opsbot.toml"),
    show_default=True,
    help="The TOML file to read.",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; errors that people can mend end in a sentence and exit code 1."""
    try:
        program.main(arguments, prog_name="opsbot")
    except OpsbotError as error:
        click.echo(str(error), err=True)
        for fault in error.faults if isinstance(error, ConfigError) else ():
            click.echo(f"  {fault}", err=True)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="opsbot")
def program() -> None:
    """The API Designer of a Dataiku design node, in Slack."""


@program.command()
@_CONFIG
def serve(path: Path) -> None:
    """Run the bot until it is told to stop."""
    from opsbot.assembly.bot import Bot

    _log_to_terminal()
    with Bot(_load(path)) as bot:
        _leave_what_stays_to_itself()
        click.echo(f"opsbot is ready; its HTTP port is {bot.http.port}.")
        _wait_for_a_signal()


@program.command()
@_CONFIG
@click.option("--online", is_flag=True, help="Also call Slack and every node.")
def check(path: Path, online: bool) -> None:  # noqa: FBT001 - Click calls it so
    """Read the configuration and list every fault at once."""
    from opsbot.assembly.online import faults_online

    config = _load(path)
    faults = faults_online(config) if online else ()
    if faults:
        raise ConfigError(f"{path} can be read, but:", faults)
    click.echo(f"{path} is good.")


@program.command()
@_CONFIG
@click.option("--request-url", help="Where Slack reaches the bot over HTTP; without it, Socket Mode.")
def manifest(path: Path, request_url: str | None) -> None:
    """Print the app manifest to give to Slack."""
    from opsbot.slack import manifest as describe

    command_name = "/apid"
    if path.exists():
        command_name = _load(path).slack.command
    click.echo(yaml.safe_dump(describe(command_name, request_url), sort_keys=False), nl=False)


@program.command()
@_CONFIG
def migrate(path: Path) -> None:
    """Bring the database's schema to what this version needs."""
    from opsbot.store import Database
    from opsbot.store import migrate as run_migrations

    database = Database(_load(path).database.url.get_secret_value())
    run_migrations(database)
    database.close()
    click.echo("The database is ready.")


@program.command()
@click.option("--only", type=click.Choice(["designer"]), help="Only the design node's stand-in.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port of the page.")
@click.option("--api-key", default="sandbox", show_default=True, help="The design node's key.")
@click.option("--no-browser", is_flag=True, help="Don't open the page.")
def sandbox(**options: Any) -> None:
    """Try everything in the browser: a workspace, a design node, and the bot."""
    try:
        from opsbot.assembly.trying import designer_only, everything
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"The sandbox isn't installed ({error.name} is missing): pip install 'opsbot[sandbox]'."
        ) from error

    _log_to_terminal()
    only = options.pop("only")
    if only is None:
        with everything(options["host"], options["port"], options["api_key"]) as url:
            _greet(url, open_browser=not options["no_browser"])
            _wait_for_a_signal()
    else:
        with designer_only(options["host"], options["port"], options["api_key"]) as url:
            click.echo(f"The design node is at {url}; its key is {options['api_key']}.")
            _wait_for_a_signal()


def _load(path: Path) -> Config:
    from opsbot.config import load
    from opsbot.grammar import manual

    return load(path, [entry.verb for entry in manual()])


def _leave_what_stays_to_itself() -> None:
    """Keep the garbage collector from walking through all that was loaded, while an acknowledgement waits."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _log_to_terminal() -> None:
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr
    )


def _wait_for_a_signal() -> None:
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    told.wait()


def _greet(url: str, *, open_browser: bool) -> None:
    click.echo(f"The sandbox is at {url} (Ctrl-C ends it). Type there: /apid packages FRAUD/scoring")
    if open_browser:
        click.launch(url)
