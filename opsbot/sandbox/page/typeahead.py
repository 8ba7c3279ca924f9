"""A field below which stands what is found for what is typed; `scripts/3-search.js` moves in it with the keyboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.page.elements import box, void, words

if TYPE_CHECKING:
    from nicegui import ui

JSON = dict[str, Any]
Look = Callable[[str], Awaitable[list[JSON]]]
Take = Callable[[JSON], Awaitable[None]]

_TYPED = "(event) => emit(event.target.value)"
_OPENED = "(event) => { if (sandboxSearch.open(event)) emit(''); }"
_TAKEN = "(event) => { sandboxSearch.take(event); emit(); }"


class TypeAhead:
    """Asks `look` for what goes with the typed words, and tells `take` what is chosen."""

    def __init__(self, look: Look, take: Take) -> None:
        self._look = look
        self._take = take

    def draw(self, action_id: str, placeholder: str, initial: str = "") -> ui.element:
        """Draw it where the next elements would stand, inside a box of the class `search`; return the field."""
        field = box("field", "input", type="text", autocomplete="off", data_action_id=action_id)
        field.props["placeholder"] = placeholder
        field.props["data-initial"] = initial
        found = box("search-found", tabindex="-1", role="listbox")
        field.props.update({"role": "combobox", "aria-autocomplete": "list", "aria-expanded": "false"})
        field.props["aria-controls"] = found.html_id

        async def look(event: Any) -> None:
            options = await self._look(str(event.args))
            if found.is_deleted:
                return  # the form was redrawn or closed in the meantime
            found.clear()
            with found:
                for option in options:
                    self._draw_found(option, found)
                if not options:
                    words("No results", "found-none")

        field.on("input", look, js_handler=_TYPED, throttle=0.15, leading_events=False)
        for event in ("focus", "click"):  # what stands there already is no search
            field.on(event, look, js_handler=_OPENED)
        field.on("keydown", js_handler="(event) => sandboxSearch.keydown(event)")
        field.on("blur", js_handler="(event) => sandboxSearch.leave(event)")
        return field

    def _draw_found(self, option: JSON, found: ui.element) -> None:
        async def take() -> None:
            await self._take(option)
            if not found.is_deleted:
                found.clear()

        text = option["text"]["text"]
        row = box("found", "button", type="button", tabindex="-1", role="option", data_value=option["value"])
        row.props["data-text"] = text
        # The browser writes it into the field at once: when the app has answered, the field may be gone.
        with row.on("mousedown", take, js_handler=_TAKEN):
            void(words(text, tag="span"))
            if "description" in option:
                void(words(option["description"]["text"], "found-note", "span"))
