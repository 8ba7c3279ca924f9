"""The command line: what people and service managers start; one of the two places where errors become words."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any

import click
import yaml
from click.core import ParameterSource

from opsbot.cli.ask import ask
from opsbot.cli.audit import audit
from opsbot.cli.ending import End
from opsbot.cli.home import have_a_home
from opsbot.cli.options import CONFIG
from opsbot.cli.reading import read_config
from opsbot.cli.reloading import Reload
from opsbot.cli.status import status
from opsbot.errors import ConfigError, OpsbotError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from opsbot.telemetry.logs import Level, Shape

_STOPPING_SECONDS = 25.0
"""For what was begun to finish, once we were told to stop; whoever watches over containers often kills after 30."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; errors that people can mend end in a sentence and exit code 1."""
    have_a_home()
    try:
        program.main(arguments, prog_name="opsbot")
    except OpsbotError as error:
        click.echo(str(error), err=True)
        faults = error.faults if isinstance(error, ConfigError) else ()
        for line in (*faults, *getattr(error, "__notes__", ())):
            click.echo(f"  {line}", err=True)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="opsbot")
def program() -> None:
    """The API Designer of a Dataiku design node, in Slack."""


@program.command()
@CONFIG
def serve(path: Path) -> None:
    """Run the bot until it is told to stop."""
    gc.disable()  # while all that stays is loaded there is nothing to collect, and looking for it takes a tenth of the start
    end, reload = End(_STOPPING_SECONDS), Reload()  # before all that takes long to load

    config = read_config(path)

    from opsbot.assembly.apart import migrating_apart

    with migrating_apart(config.database.url.get_secret_value()):  # loading the rest takes as long
        from opsbot.assembly.bot import Bot
        from opsbot.assembly.opening import secrets_of

    _log(config.log.format, config.log.level, secrets_of(config))
    with Bot(config) as bot:
        reload.do(lambda: bot.reload(read_config(path)))
        _leave_what_stays_to_itself()
        click.echo(f"opsbot is ready; its HTTP port is {bot.http.port}.")
        end.wait()


@program.command()
@CONFIG
@click.option("--online", is_flag=True, help="Also call Slack, every node and the database.")
def check(path: Path, online: bool) -> None:  # noqa: FBT001 - Click calls it so
    """Read the configuration and list every fault at once."""
    import logging

    from opsbot.assembly.online import faults_online, notices_online
    from opsbot.assembly.rules import rules_of
    from opsbot.domain.policy_faults import notices

    logging.basicConfig(handlers=[logging.NullHandler()])  # what goes wrong is in the list
    config = read_config(path)
    for notice in (*notices(rules_of(config)), *(notices_online(config) if online else ())):
        click.echo(f"  {notice}.")
    faults = faults_online(config) if online else ()
    if faults:
        raise ConfigError(f"{path} can be read, but:", faults)
    click.echo(f"{path} is good.")


@program.command()
@CONFIG
@click.option("--request-url", help="Where Slack reaches the bot over HTTP; without it, Socket Mode.")
@click.pass_context
def manifest(context: click.Context, path: Path, request_url: str | None) -> None:
    """Print the Slack app's manifest.

    Of the file it needs the slash command and the mode only; no token has to exist yet.
    """
    from opsbot.config import SlackConfig, load_app
    from opsbot.slack import manifest as describe

    was_named = context.get_parameter_source("path") is not ParameterSource.DEFAULT
    app = load_app(path) if was_named or path.exists() else SlackConfig()
    if app.mode == "http" and request_url is None:
        raise ConfigError(
            "slack.mode is “http”, so Slack has to know where to call: add --request-url https://HOST/slack/events."
        )
    click.echo(yaml.safe_dump(describe(app.command, request_url), sort_keys=False), nl=False)


@program.command()
@CONFIG
def migrate(path: Path) -> None:
    """Bring the database up to this version.

    No other secret than the database's is needed. Several at once wait for each other; twice is the same as once.
    """
    from opsbot.config import load_database
    from opsbot.store import Database
    from opsbot.store import migrate as run_migrations

    database = Database(load_database(path).url.get_secret_value())
    try:
        run_migrations(database)
    finally:
        database.close()
    click.echo("The database is ready.")


program.add_command(ask)
program.add_command(audit)
program.add_command(status)


@program.command()
@click.option("--only", type=click.Choice(["designer"]), help="Only the design node's stand-in.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port of the page.")
@click.option("--api-key", default="sandbox", show_default=True, help="The design node's key.")
@click.option("--scenario", metavar="NAME", help="Tell the first visitor of the page a story, like two-approvers.")
@click.option("--no-browser", is_flag=True, help="Don't open the page.")
def sandbox(**options: Any) -> None:
    """Try it all in the browser.

    A workspace, a design node and the bot, in one process. Nothing is remembered once it ends.
    """
    if options["only"] is not None and options["scenario"] is not None:
        raise click.UsageError("A story needs the whole sandbox: leave out --only.")
    # Loading it takes seconds the first time. What scripts read comes on the other stream, once it is there.
    click.echo("The sandbox begins; give it a few seconds.", err=True)
    try:
        from opsbot.assembly.trying import designer_only, everything
        from opsbot.sandbox.stories import STORIES
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"The sandbox isn't installed ({error.name} is missing). Where its source is: "
            "pip install -c constraints.txt '.[sandbox]'."
        ) from error

    if options["scenario"] not in {None, *STORIES}:
        raise click.UsageError(f"There is no such story; there are {', '.join(STORIES)}.")
    _log("auto", "info")
    end = End(_STOPPING_SECONDS)
    only = options.pop("only")
    if only is None:
        with everything(options["host"], options["port"], options["api_key"], options["scenario"]) as url:
            _greet(url, open_browser=not options["no_browser"])
            end.wait()
    else:
        with designer_only(options["host"], options["port"], options["api_key"]) as url:
            click.echo(f"The design node is at {url}; its key is {options['api_key']}.")
            end.wait()


def _leave_what_stays_to_itself() -> None:
    """Keep the garbage collector from walking through all that was loaded, while an acknowledgement waits.

    What is young is looked through after 10,000 allocations: a millisecond, and no more garbage than 2 MB before it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)
    gc.enable()


def _log(shape: Shape, level: Level, secrets: Iterable[str] = ()) -> None:
    from opsbot.domain.redaction import redacting
    from opsbot.telemetry import set_up_logs

    set_up_logs(shape, level, redacting(secrets))


def _greet(url: str, *, open_browser: bool) -> None:
    click.echo(f"The sandbox is at {url} (Ctrl-C ends it). Type there: /apid packages FRAUD/scoring")
    if open_browser:
        click.launch(url)
