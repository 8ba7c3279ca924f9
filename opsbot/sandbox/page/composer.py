"""Where people type: Enter sends, arrow-up brings back what was sent; a slash, an @ or a # offer what there is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nicegui import ui

from opsbot.sandbox.page.elements import box, markup

if TYPE_CHECKING:
    from opsbot.sandbox.page.screen import Screen

_SEND = '<svg viewBox="0 0 24 24" fill="currentColor"><path d="M3.4 20.2 21 12 3.4 3.8l-.1 6.4L14 12 3.3 13.8z"/></svg>'


class Composer:
    """A field for messages and commands, of a channel or of its open thread."""

    def __init__(self, screen: Screen, *, in_thread: bool = False) -> None:
        self._screen = screen
        self._in_thread = in_thread
        with box("composer", "form") as form:
            offered = box("completions", role="listbox")
            self._field = box("composer-field", "textarea", rows="1", autocomplete="off", spellcheck="false")
            self._field.props.update({"aria-controls": offered.html_id, "aria-autocomplete": "list"})
            self._field.props["data-commands"] = json.dumps(self._commands())
            self._field.props["data-names"] = json.dumps(self._names())
            with box("send", "button", type="submit", title="Send"):
                markup(_SEND, tag="span")
        self._field.on("keydown", js_handler="(event) => sandboxComposer.keydown(event)")
        self._field.on("input", js_handler="(event) => sandboxComposer.input(event)")
        form.on("shortcut", self._use_shortcut, js_handler="(event) => emit(event.detail)")
        form.on(
            "submit",
            self._send,
            js_handler="(event) => { event.preventDefault(); const text = sandboxComposer.take(event); if (text) emit(text); }",
        )

    async def _use_shortcut(self, event: Any) -> None:
        await self._screen.use_shortcut(str(event.args))

    def set_hint(self, hint: str) -> None:
        """Say in the empty field what it is for."""
        self._field.props["placeholder"] = hint
        self._field.props["aria-label"] = hint

    def focus(self) -> None:
        """Put the cursor into the field."""
        ui.run_javascript(f"sandboxComposer.focus({self._field.id})")

    async def _send(self, event: Any) -> None:
        await self._screen.send(str(event.args), in_thread=self._in_thread)

    def _commands(self) -> list[dict[str, str]]:
        """List what a slash offers: the app's commands, Slack's own, and the app's shortcuts, which open at once."""
        manifest = self._screen.workspace.app.manifest
        declared = manifest.commands.values()
        shortcuts = [
            {"name": s.name, "hint": "shortcut", "description": s.description, "shortcut": s.callback_id}
            for s in manifest.shortcuts.values()
            if s.kind == "global" and not self._in_thread
        ]
        commands = [{"name": c.name, "hint": c.usage_hint, "description": c.description} for c in declared]
        invite = {"name": "/invite", "hint": "@someone", "description": "Add someone to this channel"}
        return [*commands, invite, *shortcuts]

    def _names(self) -> list[dict[str, str]]:
        """List who and what can be mentioned."""
        workspace = self._screen.workspace
        people = [
            {"name": f"@{person.name}", "hint": person.real_name, "description": person.title}
            for person in (*workspace.directory.humans, workspace.directory.bot)
        ]
        groups = [
            {"name": f"@{group.handle}", "hint": group.name, "description": f"{len(group.members)} people"}
            for group in workspace.directory.groups
        ]
        channels = [
            {"name": f"#{channel.name}", "hint": "", "description": channel.topic}
            for channel in workspace.channels.all()
            if channel.kind == "public"
        ]
        return [*people, *groups, *channels]
