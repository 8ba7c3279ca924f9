"""The bot in a terminal, wired: the same road as in Slack, but nothing is listened to, and nothing carried out.

What is claimed here is in the database; the running bot finds it at its next sweep, and carries it on.
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Self

from opsbot.actions.dispatcher import Dispatcher
from opsbot.actions.world import no_link
from opsbot.assembly.opening import now, open_database, open_nodes, open_slack, secrets_of, version
from opsbot.assembly.readiness import Health, NodeProbe
from opsbot.assembly.rules import rules_of
from opsbot.assembly.stores import Outside, open_stores, world_of
from opsbot.dataiku.survey import NodeSurvey
from opsbot.domain.authorization import Membership
from opsbot.domain.models import Asker, Person, Place
from opsbot.domain.tracing import new_trace, traced
from opsbot.errors import CommandError, ConfigError, OpsbotError, StoreError
from opsbot.grammar import corrected, parse
from opsbot.pictures import Drawing
from opsbot.slack import SlackDirectory
from opsbot.slack.blocks.plain import Reader
from opsbot.slack.blocks.results import answer, apology
from opsbot.slack.blocks.status import status_blocks
from opsbot.store import RecordStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import TracebackType

    from opsbot.config import Config
    from opsbot.domain.files import Attachment
    from opsbot.domain.models import MessageRef
    from opsbot.domain.results import Result
    from opsbot.domain.rules import Rules
    from opsbot.domain.status import Status
    from opsbot.slack.blocks.plain import Line

PROGRAM = "opsbot ask"

_USER = re.compile(r"[UW][A-Z0-9]+")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said, and why: a result, or an error. `slack_is_silent`: whether that may be for Slack's silence.

    `files` go with it; whoever takes them deletes those that are on the disk.
    """

    lines: tuple[Line, ...]
    result: Result | None = None
    error: OpsbotError | None = None
    files: tuple[Attachment, ...] = ()
    slack_is_silent: bool = False


class Terminal:
    """Answers one person's lines; `login` is who the operating system says they are."""

    def __init__(self, config: Config, login: str) -> None:
        self._login = login
        self._rules = rules_of(config)
        self._database = open_database(config, is_ours=False)
        self._nodes = open_nodes(config)
        self._survey = NodeSurvey(self._nodes)
        self._client = open_slack(config) if config.slack.bot_token is not None else None
        groups = self._rules.access.groups
        self._slack = (
            SlackDirectory(self._client, groups, guests=self._rules.guests, vouched=True)
            if self._client is not None
            else None
        )
        left = _LeftToTheBot()
        stores = open_stores(self._database, secrets_of(config), left.deliver, now)
        outside = Outside(
            designer=self._nodes,
            survey=self._survey,
            directory=self._slack or _NoSlack(self._rules),
            durable=left,
            progress=_NoProgress(),
            pictures=Drawing(),
            health=self._health(config),
            clock=now,
            link_to=no_link,
        )
        self._dispatcher = Dispatcher(world_of(lambda: self._rules, stores, outside))
        self._command_name = config.slack.command
        self._reader = Reader(self._name, config.slack.command, PROGRAM)

    def _health(self, config: Config) -> Health:
        """See what can be seen from here: the database and the nodes, but not a replica's socket."""
        probes = {name: NodeProbe(partial(self._nodes.projects, name)) for name in config.nodes}
        health = Health(version(), RecordStore(self._database).read, probes, now)
        health.checks["database"] = self._database.ping
        return health

    def ask(self, text: str, user: str | None, channel: str | None) -> Reply:
        """Do what a line asks, as if this person had typed it in this channel, and say what came of it.

        Raises StoreError: whoever runs this may mend the database.
        """
        try:
            asker = self._asker(user, channel)
            command = parse(text, self._dispatcher.defaults(asker)).command
            with traced(trace=new_trace()):
                result = self._dispatcher.do(command, asker)
        except (StoreError, ConfigError):
            raise
        except OpsbotError as error:
            instead = corrected(text, error.near) if error.near is not None else None
            said_of_it = apology(error, self._command_name, instead=instead)
            return Reply(tuple(self._reader.lines(said_of_it)), error=error)
        said = answer(result, asker, self._command_name, private=True)
        lines = tuple(self._reader.lines(said)) if said is not None else ()
        files = said.files if said is not None else ()
        return Reply(lines, result, files=files, slack_is_silent=self._slack_is_silent(asker))

    def close(self) -> None:
        """Let go of everything."""
        self._survey.close()
        self._nodes.close()
        if self._client is not None:
            self._client.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _asker(self, user: str | None, channel: str | None) -> Asker:
        user = user or self._rules.terminal.known(self._login)
        if user and user.startswith("@") and self._slack is not None:
            user = self._slack.find(user[1:]) or user
        if user is None:
            raise CommandError(
                "Who asks? Name their Slack id with --user, or whose login it is under [terminal.people]."
            )
        if not _USER.fullmatch(user):
            raise CommandError(
                f"“{user}” is nobody that I know: name their Slack id, like U012AB3CD; their profile has it."
            )
        if channel is not None and not _CHANNEL.fullmatch(channel):
            raise CommandError(f"“{channel}” isn't a channel's id in Slack, like C012AB3CD; its details have it.")
        return Asker(Person(user, self._name(user)), Place(channel or "", terminal=self._login))

    def _name(self, user: str) -> str:
        return self._slack.name(user) if self._slack is not None else user

    def _slack_is_silent(self, asker: Asker) -> bool:
        return self._slack is not None and bool(self._slack.membership(asker.person).problem)


def status_lines(status: Status) -> tuple[Line, ...]:
    """Write how the bot is as the verb does; whoever set a pause is named by their id."""
    said = status_blocks(status, "How the bot is")
    return tuple(Reader(str, "opsbot", PROGRAM).lines(said))


class _LeftToTheBot:
    """Begins nothing: the sweep of the bot that runs begins what it finds claimed."""

    def publish(self, request: int, attempt: int) -> None:
        """Leave the request approved."""

    def change(self, change: int) -> None:
        """Leave the change asked for."""

    def deliver(self, channel: str) -> None:
        """Leave what is to be said in its line."""


class _NoProgress:
    """Shows nothing: whoever waits at a terminal sees that they wait."""

    def begin(self, place: Place, text: str) -> AbstractContextManager[_NoProgress]:  # noqa: ARG002 - the port says so
        """Post nothing."""
        return nullcontext(self)

    def if_long(self, place: Place, text: str) -> AbstractContextManager[_NoProgress]:  # noqa: ARG002 - as above
        """Post nothing, however long it takes."""
        return nullcontext(self)

    def over(
        self,
        where: Callable[[], MessageRef | None],  # noqa: ARG002 - as above
        text: str,  # noqa: ARG002 - as above
    ) -> AbstractContextManager[_NoProgress]:
        """Edit nothing."""
        return nullcontext(self)

    def tell(self, text: str) -> None:
        """Say nothing."""

    def where(self) -> MessageRef | None:
        """Name no message."""
        return None


@dataclass(frozen=True, slots=True)
class _NoSlack:
    """Knows of nobody's user groups, and says why."""

    rules: Rules

    def membership(self, person: Person, *, fresh: bool = False) -> Membership:  # noqa: ARG002 - the port says so
        """Tell that groups can't be read, if any grant names one."""
        named = self.rules.access.groups
        return (
            Membership(problem="I have no token for Slack here, so grants to user groups don't count.")
            if named
            else Membership()
        )

    def known_membership(self, person: Person) -> Membership:
        """Tell the same: there is nothing to wait for."""
        return self.membership(person)

    def members(self, group: str) -> frozenset[str]:  # noqa: ARG002 - as above
        """Name nobody."""
        return frozenset()

    def known_name(self, user: str) -> str | None:  # noqa: ARG002 - as above
        """Know nobody's name."""
        return None
