"""What people do in modals and on the Home: fill in, click, search, submit, close."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opsbot.sandbox.workspace import payloads
from opsbot.sandbox.workspace.acting import Outcome
from opsbot.sandbox.workspace.controls import Use, action_json, find_control, initial_state, with_choice
from opsbot.sandbox.workspace.delivery import JSON, Acknowledged, Delivery
from opsbot.sandbox.workspace.entries import entry_errors
from opsbot.sandbox.workspace.offers import offered
from opsbot.sandbox.workspace.refusals import RefusedError
from opsbot.sandbox.workspace.webapi.views import read_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.sandbox.workspace.events import Events
    from opsbot.sandbox.workspace.people import Person
    from opsbot.sandbox.workspace.state import Workspace
    from opsbot.sandbox.workspace.views import View

_TABS = frozenset({"home", "messages"})
_NOT_SUBMITTED = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of a submitted modal: `errors` by block id keep it open, `failure` is what the person is told."""

    outcome: Outcome = field(default_factory=Outcome)
    errors: Mapping[str, str] = field(default_factory=dict)
    failure: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether the app took it."""
        return not self.errors and self.failure is None


class ViewInteractions:
    """Does with modals and Homes what people do, and tells the app."""

    def __init__(self, workspace: Workspace, delivery: Delivery, events: Events) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._events = events

    async def open_home(self, user: str, tab: str = "home") -> View | None:
        """Enter the conversation with the app at its `home` or its `messages`; return what the Home shows so far.

        The app hears of it and may publish another.
        """
        person = self._workspace.directory.get(user)
        if tab not in _TABS or (tab == "home" and not self._workspace.app.manifest.home_tab):
            raise RefusedError("no_such_tab")
        channel = self._workspace.channels.direct(person.id, self._workspace.app.bot_user)
        await self._events.home_opened(person.id, channel.id, tab)
        return self._workspace.views.home(person.id)

    def fill(self, user: str, view_id: str, use: Use) -> View:
        """Enter or choose something in an input. The app hears of it when the modal is submitted."""
        view = self._shown(self._workspace.directory.get(user), view_id)
        block_id, element = find_control(view.content["blocks"], use)
        state = with_choice(self._state(view), block_id, element, use)
        return self._workspace.views.keep_state(view, state)

    async def act(self, user: str, view_id: str, use: Use) -> Outcome:
        """Click or choose something of which the app hears at once."""
        person = self._workspace.directory.get(user)
        view = self.fill(user, view_id, use)
        block_id, element = find_control(view.content["blocks"], use)
        action = action_json(block_id, element, use, self._workspace.next_ts())
        payload = payloads.view_action(self._workspace, person, view, action)
        return Outcome(await self._delivery.deliver("interactive", payload), payload=payload)

    async def options(self, user: str, view_id: str, use: Use) -> list[JSON]:
        """Ask the app for the options of an external select that match what was typed (the value of `use`)."""
        person = self._workspace.directory.get(user)
        view = self._shown(person, view_id)
        block_id, element = find_control(view.content["blocks"], Use(use.action_id, use.block_id))
        asked = {"action_id": element["action_id"], "block_id": block_id}

        def payload(typed: str) -> JSON:
            return payloads.options_request(self._workspace, person, view, asked, typed)

        return await offered(self._delivery, element, use, payload)

    async def submit(self, user: str, view_id: str) -> Submission:
        """Submit the modal as it is filled in, and do what the app answers."""
        person = self._workspace.directory.get(user)
        view = self._shown(person, view_id)
        errors = entry_errors(view.content["blocks"], self._state(view))
        if errors:
            return Submission(errors=errors)
        view = self._workspace.views.keep_state(view, self._state(view))
        payload = payloads.view_submission(self._workspace, person, view)
        outcome = Outcome(await self._delivery.deliver("interactive", payload), payload=payload)
        if not isinstance(outcome.answer, Acknowledged):
            return Submission(outcome, failure=_NOT_SUBMITTED)
        return self._answered(view, outcome, outcome.answer.payload)

    async def close(self, user: str, view_id: str, *, cleared: bool = False) -> None:
        """Close the modal, or with `cleared` the whole stack. The app hears of it if it asked to."""
        person = self._workspace.directory.get(user)
        view = self._shown(person, view_id)
        if cleared or view.content.get("clear_on_close"):
            self._workspace.views.close_all(person.id)
        else:
            self._workspace.views.close(view)
        if view.content.get("notify_on_close"):
            payload = payloads.view_closed(self._workspace, person, view, cleared=cleared)
            await self._delivery.deliver("interactive", payload)

    def _answered(self, view: View, outcome: Outcome, answer: JSON) -> Submission:
        views = self._workspace.views
        try:
            match answer.get("response_action"):
                case None:
                    views.close(view)
                case "clear":
                    views.close_all(view.user)
                case "update":
                    views.update(view, read_view(answer.get("view"), "modal"))
                case "push":
                    views.push(view.user, read_view(answer.get("view"), "modal"))
                case "errors" if answer.get("errors"):
                    return Submission(outcome, errors=dict(answer["errors"]))
                case _:
                    return Submission(outcome, failure=_NOT_SUBMITTED)
        except RefusedError:
            return Submission(outcome, failure=_NOT_SUBMITTED)
        return Submission(outcome)

    def _shown(self, person: Person, view_id: str) -> View:
        view = self._workspace.views.find(view_id)
        if view is None or view.user != person.id:
            raise RefusedError("view_not_found")
        return view

    def _state(self, view: View) -> JSON:
        return initial_state(view.content["blocks"]) | dict(view.state or {})
