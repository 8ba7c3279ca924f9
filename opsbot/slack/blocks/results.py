"""From a result to what is said about it, by the module that has its words; and what is said of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from slack_sdk.models.blocks import ActionsBlock
from slack_sdk.models.blocks.block_elements import ButtonElement

from opsbot.domain.authorization import NOBODY
from opsbot.domain.homes import HomeShown
from opsbot.domain.results import (
    AccessShown,
    ArchiveFetched,
    ArchiveNotFetched,
    AuditShown,
    ChangeBegun,
    Compared,
    ConfirmationAsked,
    Decided,
    DeliveriesListed,
    Explained,
    HelpShown,
    HistoryShown,
    ModelsListed,
    NodesListed,
    PackagesListed,
    Paused,
    PublishRequested,
    Refused,
    RequestsListed,
    Resumed,
    Reviewed,
    ServiceShown,
    ServicesListed,
    SettingsShown,
    Settled,
    StatusShown,
    SummaryShown,
    TimelineDrawn,
    Unwatched,
    Watched,
    WatchesListed,
    WatchesTested,
)
from opsbot.errors import CommandError
from opsbot.slack.blocks import (
    approvals,
    changes,
    delivered,
    fetched,
    introducing,
    overviews,
    services,
    status,
    watches,
)
from opsbot.slack.blocks.home import inbox
from opsbot.slack.blocks.messages import LONGEST_LINE, RUN_LINE, Answer, Message
from opsbot.slack.blocks.mrkdwn import as_typed, clipped, code, escaped, readable, whom

if TYPE_CHECKING:
    from opsbot.domain.models import Asker
    from opsbot.domain.results import Result
    from opsbot.errors import OpsbotError

_APOLOGY_LIMIT = 500
_BUTTON_LIMIT = 75


def answer(result: Result, asker: Asker, command_name: str, *, private: bool = False) -> Answer | None:  # noqa: C901, PLR0911, PLR0912 - one arm per result
    """Say what came of a command; None where the card says it already and nobody asked for an answer of their own."""
    match result:
        case HelpShown():
            return introducing.help_shown(result, command_name)
        case AccessShown():
            return introducing.access_shown(result)
        case NodesListed():
            return overviews.nodes_listed(result, asker)
        case ServicesListed():
            return overviews.services_listed(result, asker)
        case ModelsListed():
            return overviews.models_listed(result, asker)
        case Compared():
            return overviews.compared(result, asker)
        case ServiceShown():
            return services.service_shown(result, asker)
        case PackagesListed():
            return services.packages_listed(result, asker)
        case SummaryShown():
            return services.summary_shown(result, asker)
        case RequestsListed():
            return approvals.requests_listed(result, asker)
        case ChangeBegun():
            return changes.change_begun(result, asker)
        case ConfirmationAsked():
            return changes.confirmation_asked(result)
        case SettingsShown():
            return fetched.settings_shown(result, asker)
        case ArchiveFetched():
            return fetched.archive_fetched(result, asker)
        case ArchiveNotFetched():
            return fetched.archive_not_fetched(result, asker)
        case TimelineDrawn():
            return fetched.timeline_drawn(result, asker)
        case PublishRequested():
            return approvals.publish_requested(result, asker, private=private)
        case Explained():
            return approvals.explained(result, asker)
        case Decided():
            return approvals.decided(result, asker)
        case Settled() | Reviewed():
            return approvals.judged(result, asker)
        case Paused():
            return approvals.paused(result)
        case Resumed():
            return approvals.resumed(result, asker)
        case HistoryShown() | AuditShown():
            return approvals.records_shown(result, asker)
        case HomeShown():
            return inbox(result, command_name)
        case Watched():
            return watches.watched(result, asker)
        case Unwatched():
            return watches.unwatched(result, asker)
        case WatchesListed():
            return watches.watches_listed(result, asker)
        case WatchesTested():
            return watches.watches_tested(result, asker)
        case DeliveriesListed():
            return delivered.deliveries_listed(result, asker)
        case StatusShown():
            return status.status_shown(result, asker)
        case Refused():
            return refused(result)
        case _:
            assert_never(result)


def refused(result: Refused) -> Answer:
    """Say that the asker may not, and who could change that."""
    ask = f" Ask {whom(result.ask)} for it." if result.ask != NOBODY else ""
    return Answer(f":no_entry: {escaped(clipped(result.reason, _APOLOGY_LIMIT))}{ask}", private=True, undone=True)


def apology(error: OpsbotError, command_name: str, note: str = "", instead: str | None = None) -> Answer:
    """Say what was wrong, and what to type instead where that is known; `instead` is the whole line, for a button."""
    said = f":warning: {escaped(clipped(str(error), _APOLOGY_LIMIT))}"
    if note:
        said += f" {note}"
    if instead is not None and len(instead) <= LONGEST_LINE:
        line = f"{command_name} {as_typed(instead)}"
        button = ButtonElement(text=clipped(readable(line), _BUTTON_LIMIT), action_id=RUN_LINE, value=instead)
        mended = Message(f"Type: {code(line)}", (ActionsBlock(elements=[button]),))
        return Answer(said, (mended,), private=True, undone=True)
    if isinstance(error, CommandError) and error.suggestion is not None:
        said += f"\nType for example: {code(f'{command_name} {error.suggestion}')}"
    return Answer(said, private=True, undone=True)
