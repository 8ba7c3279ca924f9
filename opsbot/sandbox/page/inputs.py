"""The fields of forms: what is entered or chosen in them is told at once to `fill`.

What stands in a field at first goes by `data-initial`: a `value` would be put back at every redrawing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.page.elements import box, void, words
from opsbot.sandbox.workspace.controls import CHOSEN, Use

if TYPE_CHECKING:
    from nicegui import ui

JSON = dict[str, Any]
Fill = Callable[[Use], Awaitable[None]]
Search = Callable[[Use], Awaitable[list[JSON]]]

_VALUE = "(event) => emit(event.target.value)"
_CHECKED = "(event) => emit([event.target.value, event.target.checked])"
_TYPES = {
    "email_text_input": "email",
    "url_text_input": "url",
    "number_input": "number",
    "datepicker": "date",
    "timepicker": "time",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: where it is, what the app says of it, and what stands in it now."""

    block_id: str
    element: JSON
    entered: JSON
    fill: Fill
    search: Search

    @property
    def kind(self) -> str:
        """The type of the element."""
        return str(self.element["type"])

    def use(self, value: Any, option: JSON | None = None) -> Use:
        """Return what was entered."""
        return Use(self.element["action_id"], self.block_id, value, option)

    def draw(self) -> None:
        """Draw the field where the next element would stand."""
        if self.kind == "external_select":
            self._draw_search()
        elif self.kind in ("radio_buttons", "checkboxes", "multi_static_select"):
            self._draw_choices()
        else:
            self._draw_text()

    def _draw_text(self) -> None:
        multiline = bool(self.element.get("multiline"))
        field = box("field", "textarea" if multiline else "input", data_action_id=self.element["action_id"])
        if multiline:
            field.props["rows"] = "4"
        else:
            field.props["type"] = _TYPES.get(self.kind, "text")
        field.props["data-initial"] = str(self.entered.get(CHOSEN.get(self.kind, "value")) or "")
        field.props["placeholder"] = self.element.get("placeholder", {}).get("text", "")
        if "max_length" in self.element:
            field.props["maxlength"] = str(self.element["max_length"])

        async def enter(event: Any) -> None:
            await self.fill(self.use(str(event.args) or None))

        field.on("input", enter, js_handler=_VALUE)

    def _draw_choices(self) -> None:
        single = self.kind == "radio_buttons"
        one = self.entered.get("selected_option")
        several = self.entered.get("selected_options") or []
        chosen = {option["value"] for option in ([one] if one else several)}

        async def choose(event: Any) -> None:
            value, checked = event.args
            if single:
                chosen.clear()
            (chosen.add if checked else chosen.discard)(value)
            ordered = [option["value"] for option in self.element["options"] if option["value"] in chosen]
            await self.fill(self.use(value if single else ordered))

        with box("choices", data_action_id=self.element["action_id"]):
            for option in self.element["options"]:
                with box("choice", "label"):
                    tick = box("tick", "input", type="radio" if single else "checkbox", name=self.block_id)
                    tick.props["value"] = option["value"]
                    if option["value"] in chosen:
                        tick.props["checked"] = True
                    tick.on("change", choose, js_handler=_CHECKED)
                    words(option["text"]["text"], tag="span")

    def _draw_search(self) -> None:
        now = self.entered.get("selected_option") or {}
        with box("search"):
            field = box("field", "input", type="text", autocomplete="off", data_action_id=self.element["action_id"])
            field.props["placeholder"] = self.element.get("placeholder", {}).get("text", "Type to search…")
            field.props["data-initial"] = now.get("text", {}).get("text", "")
            found = box("search-found", tabindex="-1")

        async def look(event: Any) -> None:
            options = await self.search(self.use(str(event.args)))
            if found.is_deleted:
                return  # the form was redrawn or closed in the meantime
            found.clear()
            with found:
                for option in options:
                    self._draw_found(option, found)
                if not options:
                    words("No results", "found-none")

        field.on("input", look, js_handler=_VALUE, throttle=0.15, leading_events=False)
        for event in ("focus", "click"):  # what stands there already is no search
            field.on(event, look, js_handler="(event) => { if (sandboxSearch.open(event)) emit(''); }")
        field.on("keydown", js_handler="(event) => sandboxSearch.keydown(event)")
        field.on("blur", js_handler="(event) => sandboxSearch.leave(event)")

    def _draw_found(self, option: JSON, found: ui.element) -> None:
        async def take() -> None:
            await self.fill(self.use(option["value"], option))
            if not found.is_deleted:
                found.clear()

        text = option["text"]["text"]
        # The browser writes it into the field at once: when the app has answered, the field may be gone.
        with box("found", "button", type="button", tabindex="-1", data_value=option["value"], data_text=text).on(
            "mousedown", take, js_handler="(event) => { sandboxSearch.take(event); emit(); }"
        ):
            void(words(text, tag="span"))
            if "description" in option:
                void(words(option["description"]["text"], "found-note", "span"))
