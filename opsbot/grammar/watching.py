"""The verbs about who hears of what happens to services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from opsbot.domain import commands
from opsbot.domain.pace import Digest, Quiet
from opsbot.domain.references import read_watchable
from opsbot.domain.watching import Topic
from opsbot.errors import CommandError
from opsbot.grammar.declaring import PAGE, verb
from opsbot.grammar.types import Read
from opsbot.grammar.words import read_number

if TYPE_CHECKING:
    from opsbot.domain.commands import Defaults
    from opsbot.domain.references import Watchable

_SAID = "SERVICE|PROJECT|NODE:*"


class _Topics(tuple[str, ...]):
    """Topics, written as they are typed: a form shows them so."""

    __slots__ = ()

    def __str__(self) -> str:
        return ",".join(self)


def _topics(text: str, _: Defaults) -> _Topics:
    named = [word for word in text.replace(",", " ").split() if word]
    unknown = [word for word in named if word not in set(Topic)]
    if unknown or not named:
        raise CommandError(f"“{', '.join(unknown) or text}” is no event to hear of. They are {', '.join(Topic)}.")
    return _Topics(dict.fromkeys(named))


def _quiet(text: str, _: Defaults) -> Quiet:
    try:
        return Quiet.parse(text)
    except ValueError as error:
        raise CommandError(f"“{text}” can't be quiet hours: {error}.") from error


def _number(text: str, _: Defaults) -> int:
    number = read_number(text)
    if number is None:
        raise CommandError(f"“{text}” isn't the number of a watch; “watches” lists them.")
    return number


def _watched_or_number(text: str, defaults: Defaults) -> Watchable | int:
    is_number = text.removeprefix("#").isdigit()
    return _number(text, defaults) if is_number else read_watchable(text, node=defaults.node)


_WATCHABLE = Read("watched", lambda text, defaults: read_watchable(text, node=defaults.node))
_QUIET = Read("quiet hours", _quiet)
_TOPICS = Read("events", _topics)
_WHAT = click.argument("what", type=_WATCHABLE, metavar=_SAID)
_ME = click.option("--me", "personally", is_flag=True, help="For you alone, in direct messages.")


@verb(
    commands.WatchServices,
    "watch FRAUD/scoring --events packaged,published",
    _WHAT,
    click.option("--events", type=_TOPICS, metavar="EVENTS", help=f"Of these only: {', '.join(Topic)}."),
    click.option(
        "--quiet-hours",
        "quiet",
        type=_QUIET,
        metavar="HOURS",
        help='Tell what happens then afterwards, in one message: "22:00-07:00 Europe/Berlin".',
    ),
    click.option(
        "--digest",
        type=click.Choice([each.value for each in Digest]),
        metavar="HOW_OFTEN",
        help="Tell all in one message, daily or weekly, at 9:00.",
    ),
    _ME,
)
def _watch(
    what: Watchable,
    events: tuple[str, ...] | None,
    quiet: Quiet | None,
    digest: str | None,
    personally: bool,  # noqa: FBT001 - Click calls it so
) -> commands.WatchServices:
    """Have this channel hear what happens to a service, or to all of a project or a node."""
    return commands.WatchServices(what, events or (), personally, quiet, Digest(digest) if digest else None)


@verb(
    commands.Unwatch,
    "unwatch FRAUD/scoring",
    click.argument("what", type=Read("watched or number", _watched_or_number), metavar=f"{_SAID}|NUMBER"),
    _ME,
)
def _unwatch(
    what: Watchable | int,
    personally: bool,  # noqa: FBT001 - Click calls it so
) -> commands.Unwatch:
    """End what a watch began."""
    return commands.Unwatch(what, personally)


@verb(
    commands.ListWatches,
    "watches --test",
    click.argument("number", type=Read("number", _number), required=False, metavar="[NUMBER]"),
    click.option("--test", is_flag=True, help="Send a test to whoever hears, and tell me whether it arrived."),
)
def _watches(
    number: int | None,
    test: bool,  # noqa: FBT001 - Click calls it so
) -> commands.ListWatches | commands.TryWatches:
    """List what this channel hears of, and who set it; in a direct message what you set."""
    return commands.TryWatches(number) if test else commands.ListWatches(number)


@verb(
    commands.ListDeliveries,
    "deliveries --failed",
    click.option("--failed", is_flag=True, help="Only what is given up, or could not be said yet."),
    click.option(
        "--days", type=click.IntRange(1, 366), default=7, metavar="N", help="Of so many days; of a week if left out."
    ),
    click.option("--all", "everywhere", is_flag=True, help="In all channels and to everybody; for administrators."),
    PAGE,
)
def _deliveries(
    failed: bool,  # noqa: FBT001 - Click calls it so
    days: int,
    everywhere: bool,  # noqa: FBT001 - as above
    page: int,
) -> commands.ListDeliveries:
    """Show what I told this channel of late, and what I could not; in a direct message what I told you."""
    return commands.ListDeliveries(failed, days, everywhere, page)


@verb(commands.ShowStatus, "status")
def _status() -> commands.ShowStatus:
    """Show how I am: replicas, nodes, what waits, what is paused or frozen, and what a person should look at."""
    return commands.ShowStatus()
