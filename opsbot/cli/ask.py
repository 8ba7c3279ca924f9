"""The command that answers in the terminal what the slash command answers in Slack."""

from __future__ import annotations

from pathlib import Path

import click

from opsbot.cli.options import CONFIG


@click.command()
@click.argument("text")
@click.option("--user", metavar="ID", help="Who asks: a Slack id, or @NAME; else whose login it is.")
@click.option("--channel", metavar="ID", help="In which channel, by its Slack id: its defaults and grants hold then.")
@click.option(
    "--into",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The folder for files that the answer brings; else where you are.",
)
@CONFIG
@click.pass_context
def ask(context: click.Context, text: str, user: str | None, channel: str | None, *, into: Path, path: Path) -> None:
    """Answer TEXT, in quotes, as the slash command does in Slack.

    For example: opsbot ask "packages FRAUD/scoring" --user U012AB3CD

    It reads, and with “changes = true” in [terminal] it also has services created, endpoints added and removed,
    packages made and deleted, and asks for publishes, all of which the running bot carries out; and it takes declines,
    cancellations and pauses. Approvals and “delete --force” are for Slack. No token for Slack is needed, but for grants
    to user groups, and for names.

    \b
    It ends with
      0  done
      1  a fault of opsbot, its configuration, its database or the node's key
      2  the text or an option can't be read; what to type instead is said
      3  refused: not allowed, or something speaks against it
      4  not found, or in conflict with what is there
      5  the node, or Slack where it has to be asked, doesn't answer
    """  # noqa: D301 - Click wants \b so, and the line ends with what is typed
    import logging

    from opsbot.assembly.terminal import Terminal
    from opsbot.cli.codes import Code, code_of
    from opsbot.cli.files import save
    from opsbot.cli.reading import read_config
    from opsbot.cli.screen import login, show
    from opsbot.errors import ConflictError

    logging.basicConfig(handlers=[logging.NullHandler()])  # what goes wrong is in the answer
    with Terminal(read_config(path, tokens_needed=False), login()) as terminal:
        reply = terminal.ask(text, user, channel)
    code = code_of(reply)
    show(reply.lines, err=code is not Code.DONE)
    for file in reply.files:
        try:
            click.echo(f"Written: {save(file, into)}")
        except ConflictError as error:
            click.echo(str(error), err=True)
            code = Code.NOT_SO
    context.exit(code)
