"""The fields of forms: what is entered or chosen in them is told at once to `fill`.

What stands in a field at first goes by `data-initial`: a `value` would be put back at every redrawing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from opsbot.sandbox.page.elements import box, words
from opsbot.sandbox.page.pieces import Pieces
from opsbot.sandbox.page.rich_text import rich_text_of, text_of
from opsbot.sandbox.page.typeahead import TypeAhead
from opsbot.sandbox.workspace.controls import CHOSEN, Use

JSON = dict[str, Any]
# What is drawn as a field in messages, too; inputs have others besides.
FIELDS = frozenset(
    {
        *("external_select", "radio_buttons", "checkboxes", "datepicker", "timepicker", "datetimepicker"),
        *(f"multi_{what}_select" for what in ("static", "external", "users", "conversations", "channels")),
    }
)

Fill = Callable[[Use], Awaitable[None]]
Search = Callable[[Use], Awaitable[list[JSON]]]

_VALUE = "(event) => emit(event.target.value)"
_MOMENT = "(event) => emit(sandboxTimes.epochOf(event.target.value))"
_CHECKED = "(event) => emit([event.target.value, event.target.checked])"
_TYPES = {
    "email_text_input": "email",
    "url_text_input": "url",
    "number_input": "number",
    "datepicker": "date",
    "timepicker": "time",
    "datetimepicker": "datetime-local",
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
        elif self.kind.startswith("multi_"):
            self._draw_several()
        elif self.kind in ("radio_buttons", "checkboxes"):
            self._draw_choices()
        elif self.kind == "file_input":
            words("Files can't be chosen on this page.", "block-unknown")
        else:
            self._draw_text()

    def _draw_text(self) -> None:
        multiline = bool(self.element.get("multiline")) or self.kind == "rich_text_input"
        field = box("field", "textarea" if multiline else "input", data_action_id=self.element["action_id"])
        if multiline:
            field.props["rows"] = "4"
        else:
            field.props["type"] = _TYPES.get(self.kind, "text")
        initial = self.entered.get(CHOSEN.get(self.kind, "value")) or ""
        field.props["data-initial"] = text_of(initial) if isinstance(initial, dict) else str(initial)
        field.props["placeholder"] = self.element.get("placeholder", {}).get("text", "")
        if "max_length" in self.element:
            field.props["maxlength"] = str(self.element["max_length"])

        async def enter(event: Any) -> None:
            await self.fill(self.use(self._read(event.args)))

        field.on("input", enter, js_handler=_MOMENT if self.kind == "datetimepicker" else _VALUE)

    def _read(self, typed: Any) -> Any:
        """Return what was entered as Slack has it: seconds for a date with a time, rich text for rich text."""
        if not typed or self.kind == "datetimepicker":
            return typed or None
        return rich_text_of(str(typed)) if self.kind == "rich_text_input" else str(typed)

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

        with box("choices", data_action_id=self.element["action_id"]) as group:
            for option in self.element["options"]:
                with box("choice", "label"):
                    tick = box("tick", "input", type="radio" if single else "checkbox", name=group.html_id)
                    tick.props["value"] = option["value"]
                    if option["value"] in chosen:
                        tick.props["checked"] = True
                    tick.on("change", choose, js_handler=_CHECKED)
                    words(option["text"]["text"], tag="span")
                    if "description" in option:
                        words(option["description"]["text"], "input-hint", "span")

    def _draw_search(self) -> None:
        async def take(option: JSON) -> None:
            await self.fill(self.use(option["value"], option))

        now = self.entered.get("selected_option") or {}
        placeholder = self.element.get("placeholder", {}).get("text", "Type to search…")
        with box("search"):
            ahead = TypeAhead(self._look, take)
            ahead.draw(self.element["action_id"], placeholder, now.get("text", {}).get("text", ""))

    def _draw_several(self) -> None:
        async def say(chosen: list[Any]) -> None:
            await self.fill(self.use(chosen))

        Pieces(self.element, self.entered, say, self._look).draw()

    async def _look(self, typed: str) -> list[JSON]:
        return await self.search(self.use(typed))
