"""A field in which several are chosen: each stands in it as a piece, which a click or Backspace takes away again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.page.elements import box, words
from opsbot.sandbox.page.typeahead import TypeAhead
from opsbot.sandbox.workspace.controls import CHOSEN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

JSON = dict[str, Any]

_DROPPED = "(event) => { sandboxSearch.drop(event); emit(); }"
_EXTERNAL = "multi_external_select"


def options_of(element: JSON) -> list[JSON]:
    """Return the options that an element has, those of its groups among them."""
    groups = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *groups]


class Pieces:
    """Shows what is chosen in an element, and says what is chosen from then on, all of it at each change.

    `look` asks the app for options; where the element has its own, they are looked through here.
    """

    def __init__(
        self,
        element: JSON,
        entered: JSON,
        say: Callable[[list[Any]], Awaitable[None]],
        look: Callable[[str], Awaitable[list[JSON]]],
    ) -> None:
        self._element = element
        self._say = say
        self._look = look
        self._chosen = {option["value"]: option for option in self._entered(entered)}

    def draw(self) -> None:
        """Draw it where the next element would stand."""
        placeholder = self._element.get("placeholder", {}).get("text", "Type to search…")
        with box("search several"), box("several-field"):
            self._pieces = box("pieces")
            TypeAhead(self._found, self._take).draw(self._element["action_id"], placeholder)
        self._show()

    def _show(self) -> None:
        self._pieces.clear()
        with self._pieces:
            for value, option in self._chosen.items():
                text = option["text"]["text"]
                piece = box("piece", "button", type="button", data_value=value, title=f"Remove {text}")
                with piece.on("click", partial(self._drop, value), js_handler=_DROPPED):
                    words(text, "piece-text", "span")
                    words("✕", "piece-cross", "span")

    async def _found(self, typed: str) -> list[JSON]:
        if self._element["type"] == _EXTERNAL:
            options = await self._look(typed)
        else:
            options = [each for each in options_of(self._element) if typed.lower() in each["text"]["text"].lower()]
        return [option for option in options if option["value"] not in self._chosen]

    async def _take(self, option: JSON) -> None:
        if len(self._chosen) < self._element.get("max_selected_items", len(self._chosen) + 1):
            self._chosen[option["value"]] = option
        await self._changed()

    async def _drop(self, value: str) -> None:
        self._chosen.pop(value, None)  # twice is the same as once
        await self._changed()

    async def _changed(self) -> None:
        self._show()
        whole = self._element["type"] == _EXTERNAL
        await self._say(list(self._chosen.values() if whole else self._chosen))

    def _entered(self, entered: JSON) -> list[JSON]:
        key = CHOSEN.get(self._element["type"])
        if key is None:
            return list(entered.get("selected_options") or [])
        ids = entered.get(key) or []
        return [option for option in options_of(self._element) if option["value"] in ids]
