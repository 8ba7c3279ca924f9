"""What is said of changes of a node: that one is under way, what became of it, and the question before a deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_sdk.models.blocks import ActionsBlock
from slack_sdk.models.blocks.basic_components import ConfirmObject, PlainTextObject
from slack_sdk.models.blocks.block_elements import ButtonElement

from opsbot.domain import commands
from opsbot.domain.changes import DOING, DONE, GOING_ON, ChangeState, in_progress, object_of
from opsbot.slack.blocks.messages import OF_CHANGE, RUN_LINE, Answer, Message, mrkdwn_section, notes, reopening
from opsbot.slack.blocks.mrkdwn import clipped, code, date, escaped, naming_channels, person, visible
from opsbot.slack.blocks.stamps import stamp_of_change
from opsbot.slack.blocks.working import working

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk.models.blocks import Block

    from opsbot.domain.changes import NodeChange
    from opsbot.domain.commands import DeletePackage
    from opsbot.domain.models import Asker
    from opsbot.domain.results import ChangeBegun, ConfirmationAsked

_MARKS = {
    commands.CreateService.verb: ":sparkles:",
    commands.AddEndpoint.verb: ":heavy_plus_sign:",
    commands.RemoveEndpoint.verb: ":heavy_minus_sign:",
    commands.CreatePackage.verb: ":package:",
    commands.DeletePackage.verb: ":wastebasket:",
}
_OUTCOME_LIMIT = 600
_ON_BUTTON = 40
_ON_DIALOG = 100


def change_begun(result: ChangeBegun, asker: Asker) -> Answer | None:
    """Say that a change is on its way; None where a message for all says so, in plain sight."""
    change = result.change
    what = object_of(change.wanted, code)
    if result.was_begun:
        doing = DOING[change.wanted.verb]
        said = f"I'm {doing} {what} already, as {person(change.by)} asked {date(change.asked_at)}."
        return Answer(said, private=True, undone=True)
    tell = "tell you here"
    if asker.place.terminal:
        channel = change.asked_in.channel
        tell = f"say in <#{channel}>" if channel != change.by.id and not change.is_private else "tell you in Slack"
    elif not change.is_private:
        return None
    return Answer(f"I'm {DOING[change.wanted.verb]} {what}, and {tell} what comes of it.", private=True)


def confirmation_asked(result: ConfirmationAsked) -> Answer:
    """Ask whether it is meant: a button, which asks once more."""
    command = result.command
    version, service = clipped(command.version, _ON_BUTTON), clipped(str(command.service), _ON_DIALOG)
    what = f"{code(command.version)} of {code(command.service)}"
    warning = f":warning: {escaped(clipped(result.warning, _OUTCOME_LIMIT))} " if result.warning else ""
    said = f"{warning}Delete {what}? A deleted package can't be brought back."
    button = ButtonElement(
        text=f"Delete {visible(version)}",
        action_id=RUN_LINE,
        value=confirming(command),
        style="danger",
        confirm=ConfirmObject(
            title="Delete this package?",
            text=PlainTextObject(text=f"{visible(version)} of {visible(service)} will be gone for good."),
            confirm="Delete",
            deny="Keep it",
            style="danger",
        ),
    )
    return Answer(said, (Message(said, (ActionsBlock(elements=[button]),)),), private=True)


def confirming(command: DeletePackage) -> str:
    """Write the line by which the deletion is confirmed."""
    flags = ["--yes", *(["--force"] if command.force else []), *(["--private"] if command.private else [])]
    return " ".join((command.verb, str(command.service), command.version, *flags))


def shown(change: NodeChange, command_name: str, why_here: str = "") -> Message:
    """Show a change as it stands: how it goes, or what became of it; `why_here` says why it isn't told elsewhere."""
    message = working(in_progress(change)) if change.state in GOING_ON else outcome(change, command_name)
    if not why_here:
        return message
    why = mrkdwn_section(f":warning: {naming_channels(why_here)}")
    return Message(message.text, (why, *message.blocks))


def outcome(change: NodeChange, command_name: str) -> Message:
    """Tell what became of a change, and what may be done next."""
    wanted, who = change.wanted, person(change.by)
    what, done = object_of(wanted, code), DONE[wanted.verb]
    because = f" {escaped(clipped(change.outcome, _OUTCOME_LIMIT))}" if change.outcome else ""
    match change.state:
        case ChangeState.DONE:
            took = f"; the node took {change.seconds:.1f} s" if change.seconds else ""
            said = f"{_MARKS[wanted.verb]} {who} {done} {what}{_with(change)}{took}.{because}"
            return Message(said, (mrkdwn_section(said), *_next(change, command_name)))
        case ChangeState.UNKNOWN:
            said = f":grey_question: {who}: whether {what} was {done} can't be said yet.{because}"
        case _:
            said = f":x: {who}: {what} was not {done}.{because}"
            again = ActionsBlock(elements=[reopening(f"{OF_CHANGE}{stamp_of_change(change)}")])
            return Message(said, (mrkdwn_section(said), again))
    return Message(said, (mrkdwn_section(said),))


def reply(change: NodeChange, command_name: str) -> Message:
    """Tell who asked, in the thread of the message that says all of it."""
    if change.state is not ChangeState.DONE:
        return outcome(change, command_name)
    wanted = change.wanted
    said = f":white_check_mark: {person(change.by)}: {object_of(wanted, code)} is {DONE[wanted.verb]}."
    return Message(said, (mrkdwn_section(said),))


def _with(change: NodeChange) -> str:
    wanted = change.wanted
    if not isinstance(wanted, commands.AddEndpoint):
        return ""
    propensity = ", with propensity" if wanted.compute_propensity else ""
    return f" ({wanted.type} with the model {code(wanted.model)}{propensity})"


def _next(change: NodeChange, command_name: str) -> Iterator[Block]:
    wanted, service = change.wanted, change.service
    match wanted:
        case commands.CreatePackage():
            todo = f"To have it published: {code(f'{command_name} publish {service} {wanted.version}')}"
        case commands.CreateService():
            line = f"{command_name} add-endpoint {service} ENDPOINT --type prediction --model MODEL"
            todo = f"To give it an endpoint: {code(line)}"
        case commands.AddEndpoint() | commands.RemoveEndpoint():
            todo = f"Packages that are made from now on have it so: {code(f'{command_name} package {service} VERSION')}"
        case _:
            return
    yield mrkdwn_section(todo)
    yield from _notes(change)


def _notes(change: NodeChange) -> tuple[Block, ...]:
    wanted = change.wanted
    return notes(clipped(wanted.release_notes, _OUTCOME_LIMIT)) if isinstance(wanted, commands.CreatePackage) else ()
