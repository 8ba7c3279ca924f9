"""What a test does on the page, by the hooks that the page promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.sandbox.workspace.support import JSON


class Tab:
    """One browser tab at the page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)

    def open(self, user: str = "maya", channel: str = "ml-ops", *, path: str | None = None) -> Tab:
        self.page.goto(f"{self.url}{path or f'/?user={user}&channel={channel}'}")
        expect(self.page.locator(".sidebar .person.me")).to_be_visible()
        return self

    @property
    def field(self) -> Locator:
        return self.page.locator(".main .composer-field")

    @property
    def thread(self) -> Locator:
        return self.page.locator(".thread-pane")

    def type(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def type_in_thread(self, text: str) -> None:
        field = self.thread.locator(".composer-field")
        field.fill(text)
        field.press("Enter")

    def message(self, text: str) -> Locator:
        return self.page.locator(".main .message", has_text=text)

    def act_as(self, name: str) -> None:
        self.page.locator(f".person[data-name={name}]").click()
        expect(self.page.locator(f".person.me[data-name={name}]")).to_be_visible()

    def go_to(self, channel: str) -> None:
        self.page.locator(f".channel[data-name={channel}]").click()
        expect(self.page.locator(f".channel.here[data-name={channel}]")).to_be_visible()

    def action(self, action_id: str) -> Locator:
        return self.page.locator(f".main [data-action-id={action_id}]")


def plain(text: str) -> JSON:
    return {"type": "plain_text", "text": text}


def asked(name: str, element: JSON, **more: Any) -> JSON:
    """An input block for an element, both by one name."""
    return {"type": "input", "block_id": name, "label": plain(name), "element": element | {"action_id": name}} | more
