"""Modals and Homes: what the app shows to one person outside of a channel."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from opsbot.sandbox.workspace.controls import controls, current_conversation, initial_state
from opsbot.sandbox.workspace.feed import Feed, ViewChanged, ViewClosed
from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

STACK_LIMIT = 3


@dataclass(frozen=True, slots=True)
class View:
    """A modal or Home as the app described it in `content`, on one person's screen.

    `channel` is the conversation in front of which a modal stands, where that is known.
    """

    id: str
    kind: Literal["modal", "home"]
    user: str
    content: Mapping[str, Any]
    hash: str
    root_id: str
    previous_id: str | None = None
    state: Mapping[str, Any] | None = None
    channel: str | None = None


class Views:
    """Keeps each person's stack of modals, and their Home."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._stacks: defaultdict[str, list[View]] = defaultdict(list)
        self._homes: dict[str, View] = {}

    def open(self, user: str, content: Mapping[str, Any], channel: str | None = None) -> View:
        """Show a modal in place of whatever modals the person has open."""
        self.close_all(user)
        view_id = _new_id()
        state = current_conversation(content["blocks"], channel)
        return self._shown(View(view_id, "modal", user, content, _new_hash(), view_id, state=state, channel=channel))

    def push(self, user: str, content: Mapping[str, Any]) -> View:
        """Show a modal above the one that is open; at most three."""
        stack = self._stacks[user]
        if not stack:
            raise RefusedError("not_found")
        if len(stack) >= STACK_LIMIT:
            raise RefusedError("push_limit_reached")
        below = stack[-1]
        state = current_conversation(content["blocks"], below.channel)
        view = View(_new_id(), "modal", user, content, _new_hash(), below.root_id, below.id, state, below.channel)
        return self._shown(view)

    def update(self, view: View, content: Mapping[str, Any], *, expected_hash: str | None = None) -> View:
        """Show something else in the place of `view`; refuse when it isn't what the caller last saw.

        What stands in inputs whose block and action keep their ids stays, whatever their new initial value is: an app
        that wants it to be shown gives the block another id.
        """
        if expected_hash is not None and expected_hash != view.hash:
            raise RefusedError("hash_conflict")
        before = initial_state(view.content["blocks"]) | dict(view.state or {})
        staying = {
            (block_id, element["action_id"], element["type"]) for block_id, element in controls(content["blocks"])
        }
        state = current_conversation(content["blocks"], view.channel)
        for block_id, entered in before.items():
            kept = {action: each for action, each in entered.items() if (block_id, action, each["type"]) in staying}
            if kept:
                state[block_id] = state.get(block_id, {}) | kept
        return self._replace(replace(view, content=content, hash=_new_hash(), state=state))

    def keep_state(self, view: View, state: Mapping[str, Any]) -> View:
        """Remember what the person has entered so far; the screen stays as it is."""
        return self._replace(replace(view, state=state), quiet=True)

    def publish_home(self, user: str, content: Mapping[str, Any], *, expected_hash: str | None = None) -> View:
        """Show a Home to the person from now on; refuse when it isn't to replace what the caller last published."""
        old = self._homes.get(user)
        if expected_hash is not None and (old is None or expected_hash != old.hash):
            raise RefusedError("hash_conflict")
        view_id = old.id if old is not None else _new_id()
        home = View(view_id, "home", user, content, _new_hash(), view_id)
        self._homes[user] = home
        self._feed.publish(ViewChanged(home))
        return home

    def close(self, view: View) -> None:
        """Take one modal off the stack; twice is the same as once."""
        stack = self._stacks[view.user]
        if any(open_view.id == view.id for open_view in stack):
            self._stacks[view.user] = [open_view for open_view in stack if open_view.id != view.id]
            self._feed.publish(ViewClosed(view))

    def close_all(self, user: str) -> list[View]:
        """Take all the person's modals away; gives them, the uppermost first."""
        closed = list(reversed(self._stacks[user]))
        for view in closed:
            self.close(view)
        return closed

    def find(self, view_id: str) -> View | None:
        """Return the modal or Home of this id, if it is open."""
        stacked = (view for stack in self._stacks.values() for view in stack)
        return next((view for view in [*stacked, *self._homes.values()] if view.id == view_id), None)

    def find_external(self, external_id: str) -> View | None:
        """Return the modal that the app gave this external id, if it is open."""
        stacked = (view for stack in self._stacks.values() for view in stack)
        return next((view for view in stacked if view.content.get("external_id") == external_id), None)

    def top(self, user: str) -> View | None:
        """Return the modal in front of the person, if any."""
        stack = self._stacks[user]
        return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        """Return the person's Home, if the app published one."""
        return self._homes.get(user)

    def clear(self) -> None:
        """Forget everything, without a word."""
        self._stacks.clear()
        self._homes.clear()

    def _shown(self, view: View) -> View:
        self._stacks[view.user].append(view)
        self._feed.publish(ViewChanged(view))
        return view

    def _replace(self, view: View, *, quiet: bool = False) -> View:
        if view.kind == "home":
            self._homes[view.user] = view
        else:
            stack = self._stacks[view.user]
            self._stacks[view.user] = [view if shown.id == view.id else shown for shown in stack]
        if not quiet:
            self._feed.publish(ViewChanged(view))
        return view


def _new_id() -> str:
    return f"V{secrets.token_hex(5).upper()}"


def _new_hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_urlsafe(6)}"
