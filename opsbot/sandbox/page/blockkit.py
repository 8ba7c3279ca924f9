"""Block Kit on the page: one function per kind of block."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.page.confirm import confirmed
from opsbot.sandbox.page.elements import box, markup, void, words
from opsbot.sandbox.page.inputs import FIELDS, Field
from opsbot.sandbox.page.markdown import mrkdwn_of
from opsbot.sandbox.page.mrkdwn import Mrkdwn, plain
from opsbot.sandbox.page.pieces import options_of
from opsbot.sandbox.page.rich_text import text_of
from opsbot.sandbox.workspace.controls import Use, initial_of

if TYPE_CHECKING:
    from nicegui import ui

    from opsbot.sandbox.page.inputs import Search

JSON = dict[str, Any]
OnUse = Callable[[Use], Awaitable[None]]

SELECTS = frozenset({"static_select", "users_select", "conversations_select", "channels_select"})


class BlockKit:
    """Draws blocks where the next element would stand, and says `on_use` when somebody uses a control."""

    def __init__(self, mrkdwn: Mrkdwn, on_use: OnUse, search: Search, layer: ui.element) -> None:
        """`search` is asked for the options of selects whose options the app sends."""
        self.mrkdwn = mrkdwn
        self._on_use = on_use
        self._search = search
        self.layer = layer
        self.drawings: dict[str, Callable[[JSON], None]] = {
            "section": self._section,
            "header": lambda block: void(_header(block["text"]["text"])),
            "divider": lambda _block: void(box("block-divider", "hr")),
            "context": self._context,
            "actions": self._actions,
            "image": self._image,
            "markdown": lambda block: void(markup(self.mrkdwn.html(mrkdwn_of(block["text"])), "mrkdwn")),
            "rich_text": lambda block: void(words(text_of(block), "block-section rich-text")),
        }

    def draw(self, blocks: Iterable[JSON]) -> None:
        """Draw the blocks below each other; one that isn't known is named."""
        for block in blocks:
            draw = self.drawings.get(block["type"])
            if draw is None:
                words(f"[{block['type']}]", "block-unknown")
            else:
                draw(block)

    def text_html(self, text: JSON) -> str:
        """Return a text object as HTML."""
        return self.mrkdwn.html(text["text"]) if text["type"] == "mrkdwn" else plain(text["text"])

    def control(self, block_id: str, element: JSON) -> None:
        """Draw what can be used."""
        if element["type"] == "button":
            self._button(block_id, element)
        elif element["type"] == "image":
            self._image(element)
        elif element["type"] in SELECTS | {"overflow"}:
            self._select(block_id, self.with_options(element))
        elif element["type"] in FIELDS:
            self._field(block_id, self.with_options(element))
        else:
            words(f"[{element['type']}]", "block-unknown")

    def with_options(self, element: JSON) -> JSON:
        """Return the element with the people or the channels that may be chosen in it, where it is for those."""
        what = element["type"].removeprefix("multi_")
        if what == "users_select":
            people = self.mrkdwn.workspace.directory.humans
            options = [{"text": {"text": person.real_name}, "value": person.id} for person in people]
            return element | {"options": options}
        if what in ("conversations_select", "channels_select"):
            return element | {"options": self._conversations(what)}
        return element

    def _section(self, block: JSON) -> None:
        with box("block-section"):
            with box("block-section-text"):
                if "text" in block:
                    markup(self.text_html(block["text"]), "mrkdwn")
                if block.get("fields"):
                    cells = "".join(f'<div class="mrkdwn">{self.text_html(field)}</div>' for field in block["fields"])
                    markup(cells, "block-fields")
            if "accessory" in block:
                with box("block-accessory"):
                    self.control(block["block_id"], block["accessory"])

    def _context(self, block: JSON) -> None:
        with box("block-context"):
            for element in block["elements"]:
                if element["type"] == "image":
                    markup(_picture(element), "context-image")
                else:
                    markup(self.text_html(element), "mrkdwn")

    def _actions(self, block: JSON) -> None:
        with box("block-actions"):
            for element in block["elements"]:
                self.control(block["block_id"], element)

    def _image(self, block: JSON) -> None:
        with box("block-image"):
            if "title" in block:
                words(block["title"]["text"], "block-image-title")
            markup(_picture(block))

    def _button(self, block_id: str, element: JSON) -> None:
        button = box(f"button {element.get('style', '')}", "button", type="button", data_action_id=element["action_id"])
        if element.get("value") is not None:
            button.props["data-value"] = element["value"]
        with button:
            words(element["text"]["text"], "button-text", "span")

        async def press() -> None:
            if await confirmed(element.get("confirm"), self.text_html, self.layer):
                button.classes(add="busy")
                await self._on_use(Use(element["action_id"], block_id, element.get("value")))
                if not button.is_deleted:
                    button.classes(remove="busy")

        button.on("click", press, args=[])
        if _is_link(element.get("url", "")):
            button.props["data-url"] = element["url"]

    def _select(self, block_id: str, element: JSON) -> None:
        select = box("select", "select", data_action_id=element["action_id"])
        initial = (element.get("initial_option") or {}).get("value")
        with select:
            placeholder = element.get("placeholder", {}).get("text", "Choose…")
            _option("", placeholder, selected=initial is None)
            for option in options_of(element):
                _option(option["value"], option["text"]["text"], selected=option["value"] == initial)

        async def choose(event: Any) -> None:
            if event.args and await confirmed(element.get("confirm"), self.text_html, self.layer):
                await self._on_use(Use(element["action_id"], block_id, str(event.args)))

        select.on("change", choose, js_handler="(event) => emit(event.target.value)")

    def _field(self, block_id: str, element: JSON) -> None:
        async def choose(use: Use) -> None:
            if await confirmed(element.get("confirm"), self.text_html, self.layer):
                await self._on_use(use)

        Field(block_id, element, initial_of(element), choose, self._search).draw()

    def _conversations(self, what: str) -> list[JSON]:
        """Name what the person may choose: channels, and with whom they talk."""
        workspace = self.mrkdwn.workspace
        seen = workspace.channels.visible_to(self.mrkdwn.viewer)
        named = [(channel.id, f"#{channel.name}") for channel in seen if channel.kind != "im"]
        if what == "conversations_select":
            named += [(channel.id, workspace.directory.bot.name) for channel in seen if channel.kind == "im"]
        return [{"text": {"text": name}, "value": channel} for channel, name in named]


def _header(text: str) -> ui.element:
    header = words(text, "block-header")
    header.props.update({"role": "heading", "aria-level": "2"})
    return header


def _option(value: str, text: str, *, selected: bool) -> None:
    option = words(text, tag="option")
    option.props["value"] = value
    if selected:
        option.props["selected"] = True


def _picture(image: JSON) -> str:
    alt = escape(image.get("alt_text", ""))
    url = image.get("image_url", "")
    if url.startswith(("/", "http://127.0.0.1", "http://localhost", "data:image/")):
        return f'<img src="{escape(url)}" alt="{alt}">'
    return f'<span class="picture" title="{escape(url)}">🖼 {alt}</span>'  # nothing is fetched from elsewhere


def _is_link(url: str) -> bool:
    return url.startswith(("https://", "http://"))
