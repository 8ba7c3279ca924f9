"""The terminal as a door: what may be changed through it, and by whom.

Nobody proves there who they are in Slack. The operating system knows a login, and `[terminal.people]` says whose it is:
nothing is changed in the name of anybody else, or somebody could ask as another and approve their own wish in Slack. And
since to become another user of a machine is easier than to become another person in Slack, one may ask from there
(create, add-endpoint, remove-endpoint, package, delete, publish) and hold back (decline, cancel, pause), but let nothing
go on that takes a person's word: to approve, to break the glass, to settle, to review, to resume and to insist that
something is deleted although it is published are for Slack. What a policy publishes at once, it publishes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never, get_args

from opsbot.domain.commands import (
    AddEndpoint,
    Approve,
    Cancel,
    Change,
    CreatePackage,
    CreateService,
    Decline,
    DeletePackage,
    Pause,
    RemoveEndpoint,
    RequestPublish,
    Resume,
    Review,
    Settle,
    TryWatches,
    Unwatch,
    WatchServices,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.domain.commands import Command
    from opsbot.domain.models import Asker

GLASS_IN_SLACK = "Break the glass in Slack: that takes a person's word, and a terminal can't tell whose it is."

_CHANGES = get_args(Change)


@dataclass(frozen=True, slots=True)
class TerminalRules:
    """Whether anything may be changed from the terminal, and whose login is whose there, by Slack id."""

    changes: bool = False
    people: Mapping[str, str] = field(default_factory=dict)

    def known(self, login: str) -> str | None:
        """Tell whose login it is, by their Slack id."""
        return next((user for user, theirs in self.people.items() if theirs == login), None)


def objection_at_the_door(command: Command, asker: Asker, rules: TerminalRules) -> str | None:
    """Say why this person changes nothing through this door, or None where they may try; who came by Slack may."""
    login = asker.place.terminal
    if not login or not isinstance(command, _CHANGES):
        return None
    if not rules.changes:
        return "The terminal only reads. To have it take changes, too, set “changes = true” in [terminal]."
    if rules.people.get(asker.person.id) != login:
        return (
            f"You are “{login}” here, and [terminal.people] doesn't say that this is {asker.person.id}: "
            "in the name of others nothing is changed."
        )
    return None


def unheard(command: Change) -> str | None:
    """Say why this isn't heard from a terminal, whoever says it, or None where it is."""
    match command:
        case DeletePackage(force=True):
            return "Delete with --force in Slack: that takes a person's word, and a terminal can't tell whose it is."
        case (
            CreateService()
            | AddEndpoint()
            | RemoveEndpoint()
            | CreatePackage()
            | DeletePackage()
            | RequestPublish()
            | Decline()
            | Cancel()
            | Pause()
            | WatchServices()
            | Unwatch()
            | TryWatches()
        ):
            return None  # whether the glass may be broken is asked where the policy is known
        case Approve():
            return "Approve in Slack: a vote from the terminal doesn't count towards a quorum."
        case Settle():
            return "Settle it in Slack: that takes a person's word, and a terminal can't tell whose it is."
        case Review():
            return "Review it in Slack: that takes a person's word, and a terminal can't tell whose it is."
        case Resume():
            return "Resume it in Slack: from the terminal publishing is paused, but not let go on."
        case _:
            assert_never(command)
