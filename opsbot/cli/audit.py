"""The commands about the audit: verify the chain or a bundle, export the evidence of a request."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbot.cli.options import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.domain.audit import Head
    from opsbot.domain.chain import KnownHead, Verdict
    from opsbot.store import Database


class _HeadType(click.ParamType[Any]):
    """A head of the chain, as it is written."""

    name = "SEQ:HASH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        from opsbot.domain.audit import Head

        try:
            return Head.parse(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


_HEAD = _HeadType()


@click.group()
def audit() -> None:
    """Verify what was recorded, and export the evidence of a request."""


@audit.command()
@click.argument("bundle", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@CONFIG
@click.option("--head", "heads", type=_HEAD, multiple=True, help="A head that was kept outside; may be repeated.")
@click.option("--from-slack", is_flag=True, help="Also read the heads that Slack keeps; needs the bot's token.")
@click.option("--channel", "channels", multiple=True, help="With --from-slack: one more channel, by its id.")
@click.pass_context
def verify(
    context: click.Context,
    bundle: Path | None,
    path: Path,
    heads: tuple[Head, ...],
    *,
    from_slack: bool,
    channels: tuple[str, ...],
) -> None:
    """Verify the whole chain in the database, or a BUNDLE, which needs neither configuration nor database.

    Ends with 1 where anything is wrong. Only a head that was kept outside of the database proves that nobody rewrote it.
    """
    if bundle is not None:
        if from_slack:
            raise click.UsageError("A bundle is verified with --head; --from-slack is for the chain in the database.")
        _tell(context, _of_bundle(bundle, heads))
        return
    from opsbot.assembly.auditing import given, verify_store

    with _database(path) as database:
        known = given(heads)
        if from_slack:
            known += _in_slack(path, database, channels)
        _tell(context, verify_store(database, known))


@audit.command()
@click.option("--request", "number", type=click.IntRange(1), required=True, help="The number of the request.")
@click.option("--head", type=_HEAD, help="Go on up to this later head, which was kept outside.")
@click.option(
    "-o", "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="The file to write."
)
@CONFIG
@click.pass_context
def export(context: click.Context, number: int, head: Head | None, output: Any, path: Path) -> None:
    """Write the evidence of a request, for “opsbot audit verify BUNDLE”. Ends with 1 where anything is wrong with it."""
    from opsbot.assembly.auditing import export as made_of

    with _database(path) as database:
        made, verdict = made_of(database, number, head)
    json.dump(made, output, ensure_ascii=False, indent=2)
    output.write("\n")
    _tell(context, verdict, err=True)


def _of_bundle(bundle: Path, heads: tuple[Head, ...]) -> Verdict:
    from opsbot.domain.chain import KnownHead
    from opsbot.domain.evidence import read, verify_bundle

    known = [KnownHead(head, "the head given") for head in heads]
    return verify_bundle(read(bundle.read_text(encoding="utf-8", errors="replace")), known)


def _in_slack(path: Path, database: Database, channels: tuple[str, ...]) -> list[KnownHead]:
    from opsbot.assembly.auditing import heads_in_slack
    from opsbot.config import load_slack

    found, problems = heads_in_slack(load_slack(path), database, channels)
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(f"{len(found)} {'head was' if len(found) == 1 else 'heads were'} found in Slack.")
    return found


@contextmanager
def _database(path: Path) -> Iterator[Database]:
    from opsbot.assembly.opening import must_be_there
    from opsbot.config import load_database
    from opsbot.store import Database

    database = Database(load_database(path).url.get_secret_value())
    try:
        must_be_there(database)
        yield database
    finally:
        database.close()


def _tell(context: click.Context, verdict: Verdict, *, err: bool = False) -> None:
    for line in verdict.in_sentences():
        click.echo(line, err=err)
    if verdict.faults:
        context.exit(1)
