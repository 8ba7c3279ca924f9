"""The blocks of modals and Homes: those of messages, and inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbot.sandbox.page.blockkit import SELECTS, BlockKit
from opsbot.sandbox.page.elements import box, words
from opsbot.sandbox.page.inputs import Field
from opsbot.sandbox.page.mrkdwn import Mrkdwn
from opsbot.sandbox.workspace.controls import CHOSEN, Use, initial_state
from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from nicegui import ui

    from opsbot.sandbox.page.screen import Screen
    from opsbot.sandbox.workspace.views import View

JSON = dict[str, Any]


class FormKit(BlockKit):
    """Draws the blocks of a modal or Home: inputs remember what is entered, everything else is told to the app at once."""

    def __init__(self, screen: Screen, view: View, errors: dict[str, ui.element]) -> None:
        super().__init__(Mrkdwn(screen.workspace, screen.viewer), self._act, self._offered, screen.layer)
        self._screen = screen
        self._views = screen.interactions.views
        self._view = view
        self._errors = errors
        self._state = initial_state(view.content["blocks"]) | dict(view.state or {})
        self.drawings["input"] = self._input

    async def _act(self, use: Use) -> None:
        try:
            outcome = await self._views.act(self._screen.viewer, self._view.id, use)
        except RefusedError as refusal:
            self._screen.tell_refused(refusal)
        else:
            self._screen.tell_unanswered(outcome)

    async def _fill(self, use: Use) -> None:
        self._views.fill(self._screen.viewer, self._view.id, use)

    async def _offered(self, use: Use) -> list[JSON]:
        return await self._views.options(self._screen.viewer, self._view.id, use)

    def _input(self, block: JSON) -> None:
        element, block_id = block["element"], block["block_id"]
        with box("input-block", data_block_id=block_id):
            with box("input-label", "label"):
                words(block["label"]["text"], tag="span")
                if block.get("optional"):
                    words("optional", "input-optional", "span")
            used = self._act if block.get("dispatch_action") else self._fill
            if element["type"] in SELECTS:
                BlockKit(self.mrkdwn, used, self._offered, self.layer).control(
                    block_id, self._with_entered(block_id, element)
                )
            else:
                entered = self._state.get(block_id, {}).get(element["action_id"], {})
                Field(block_id, self.with_options(element), entered, used, self._offered).draw()
            self._errors[block_id] = box("input-error")
            if "hint" in block:
                words(block["hint"]["text"], "input-hint")

    def _with_entered(self, block_id: str, element: JSON) -> JSON:
        state = self._state.get(block_id, {}).get(element["action_id"], {})
        chosen = state.get(CHOSEN.get(element["type"], ""))
        entered = state.get("selected_option") or ({"value": chosen} if chosen else None)
        return element | {"initial_option": entered} if entered else element
