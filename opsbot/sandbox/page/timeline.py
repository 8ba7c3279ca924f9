"""Messages below each other, in a channel or in a thread; each is drawn anew when it changes."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.page.attachments import draw_files
from opsbot.sandbox.page.blockkit import BlockKit
from opsbot.sandbox.page.elements import box, markup, words
from opsbot.sandbox.page.emoji import emoji_of
from opsbot.sandbox.page.looks import avatar_html
from opsbot.sandbox.page.mrkdwn import Mrkdwn, time_html
from opsbot.sandbox.workspace.people import SLACKBOT

if TYPE_CHECKING:
    from nicegui import ui

    from opsbot.sandbox.page.screen import Screen
    from opsbot.sandbox.workspace.controls import Use
    from opsbot.sandbox.workspace.messages import Message

JSON = dict[str, Any]

_TOGETHER_SECONDS = 300
_PAGE = 50
_EYE = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"><path d="M2.5 12S6 5.5 12 5.5 21.5 12 '
    '21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z"/><circle cx="12" cy="12" r="2.8"/></svg>'
)
_DOTS = (
    '<svg viewBox="0 0 24 24" fill="currentColor"><circle cx="12" cy="5.5" r="1.7"/><circle cx="12" cy="12" r="1.7"/>'
    '<circle cx="12" cy="18.5" r="1.7"/></svg>'
)
_BUBBLE = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linejoin="round">'
    '<path d="M4 5.5h16v11h-8.5L7 20.3v-3.8H4z"/><path d="M8 9.4h8M8 12.6h5"/></svg>'
)


class Timeline:
    """The messages of one place, as one person sees them."""

    def __init__(self, screen: Screen, *, in_thread: bool = False) -> None:
        self._screen = screen
        self._in_thread = in_thread
        self._rows: dict[str, ui.element] = {}
        self._feet: dict[str, ui.element] = {}
        self._shown: dict[str, Message] = {}
        self._messages: list[Message] = []
        self._most = _PAGE
        self._element = box("messages")

    def show(self, messages: list[Message]) -> None:
        """Show these and nothing else; of many, the newest, and a button for earlier ones."""
        self._messages = messages
        self._most = _PAGE
        self._draw_newest()

    def _draw_newest(self) -> None:
        self._element.clear()
        self._rows.clear()
        self._feet.clear()
        self._shown.clear()
        if len(self._messages) > self._most:
            with self._element, box("earlier", "button", type="button").on("click", self._show_earlier, args=[]):
                words("Show earlier messages", tag="span")
        for message in self._messages[-self._most :]:
            self.put(message)

    def _show_earlier(self) -> None:
        self._messages = [*self._messages[: -self._most], *self._shown.values()]
        self._most = len(self._shown) + _PAGE
        self._draw_newest()

    def put(self, message: Message) -> None:
        """Show a new message below the others, or a changed one where it stands."""
        self._shown[message.ts] = message
        row = self._rows.get(message.ts)
        if row is None:
            with self._element:
                row = self._rows[message.ts] = box("message", data_ts=message.ts, data_user=message.user)
        row.clear()
        row.classes(add="ephemeral" if message.is_ephemeral else "")
        row.classes(add="notice" if message.subtype == "channel_join" else "")
        follows = self._follows(message)
        row.classes(add="compact" if follows else "", remove="" if follows else "compact")
        with row:
            self._draw(message, follows=follows)

    def touch(self, message: Message) -> None:
        """Show what hangs below a message anew: reactions and replies. Its buttons stay, under people's fingers."""
        foot = self._feet.get(message.ts)
        if foot is not None:
            self._shown[message.ts] = message
            foot.clear()
            with foot:
                self._draw_foot(message)

    def drop(self, ts: str) -> None:
        """Show a message no more, if it is shown."""
        row = self._rows.pop(ts, None)
        if row is None:
            return
        order = list(self._shown)
        after = order[order.index(ts) + 1 :]
        del self._shown[ts], self._feet[ts]
        row.delete()
        for next_ts in after[:1]:
            self.put(self._shown[next_ts])

    def _follows(self, message: Message) -> bool:
        """Whether a message belongs below its author's last one, without the name again."""
        before: Message | None = None
        for other in self._shown.values():
            if other.ts == message.ts:
                break
            before = other
        return (
            before is not None
            and (before.user, before.addressee, before.subtype) == (message.user, message.addressee, message.subtype)
            and not (self._in_thread and before.thread_ts is None)
            and float(message.ts) - float(before.ts) < _TOGETHER_SECONDS
        )

    def _draw(self, message: Message, *, follows: bool) -> None:
        workspace = self._screen.workspace
        clock = time_html(float(message.ts), "{time}")
        markup(clock if follows else avatar_html(workspace, message.user), "gutter")
        with box("message-body"):
            if message.is_ephemeral and not follows:
                markup(f"{_EYE}<span>Only visible to you</span>", "only-you")
            if not follows:
                markup(self._author_html(message) + clock, "byline")
            self._content(message)
            draw_files(message.files)
            self._feet[message.ts] = box("message-foot")
            with self._feet[message.ts]:
                self._draw_foot(message)
        if not message.is_ephemeral:
            with box("message-tools"):
                if not self._in_thread:
                    reply = box("tool reply-in-thread", "button", type="button", title="Reply in thread")
                    with reply.on("click", lambda: self._screen.open_thread(message.ts), args=[]):
                        markup(_BUBBLE, tag="span")
                self._shortcuts(message)

    def _shortcuts(self, message: Message) -> None:
        """Draw the menu of the app's shortcuts for messages, if it has any."""
        manifest = self._screen.workspace.app.manifest
        declared = [shortcut for shortcut in manifest.shortcuts.values() if shortcut.kind == "message"]
        if not declared:
            return
        with box("more", "details") as more:
            with box("tool more-actions", "summary", title="More actions"):
                markup(_DOTS, tag="span")
            menu = box("more-menu")

        def fill() -> None:
            if menu.default_slot.children:
                return
            with menu:
                for shortcut in declared:
                    use = partial(self._screen.use_shortcut, shortcut.callback_id, message)
                    item = box("more-item", "button", type="button", data_shortcut=shortcut.callback_id)
                    with item.on("click", use, args=[]):
                        words(shortcut.name, "more-name", "span")
                        words(manifest.name, "more-app", "span")

        # Most menus are never opened, and each costs as much as the message.
        more.on("toggle", fill, js_handler="(event) => { if (event.target.open) emit(); }")

    def _draw_foot(self, message: Message) -> None:
        self._reactions(message)
        if not self._in_thread:
            self._replies_link(message)

    def _author_html(self, message: Message) -> str:
        person = self._screen.workspace.directory.find(message.user)
        name = escape(person.real_name if person is not None and not person.is_bot else _bot_name(message, person))
        badge = '<span class="badge">APP</span>' if person is not None and person.is_bot else ""
        return f'<span class="author">{name}</span>{badge}'

    def _content(self, message: Message) -> None:
        screen = self._screen
        mrkdwn = Mrkdwn(screen.workspace, screen.viewer)
        if not message.blocks and (message.text or not message.files):
            edited = ' <span class="edited">(edited)</span>' if message.edited_ts is not None else ""
            markup(mrkdwn.html(message.text) + edited, "message-text mrkdwn")
            return

        async def use(used: Use) -> None:
            await screen.act(message, used)

        async def offered(asked: Use) -> list[JSON]:
            return await screen.options(message, asked)

        with box("blocks"):
            BlockKit(mrkdwn, use, offered, screen.layer).draw(message.blocks)

    def _reactions(self, message: Message) -> None:
        if message.reactions:
            chips = "".join(
                f'<span class="reaction">{emoji_of(name) or f":{escape(name)}:"} <b>{len(users)}</b></span>'
                for name, users in message.reactions.items()
            )
            markup(chips, "reactions")

    def _replies_link(self, message: Message) -> None:
        workspace = self._screen.workspace
        replies = workspace.messages.replies(message.channel, message.ts)
        seen = [reply for reply in replies if reply.is_visible_to(self._screen.viewer)]
        if not seen:
            return
        faces = "".join(avatar_html(workspace, user, "tiny") for user in list(dict.fromkeys(r.user for r in seen))[:4])
        count = "1 reply" if len(seen) == 1 else f"{len(seen)} replies"
        last = time_html(float(seen[-1].ts), "Last reply {ago}", css="stamp last-reply")
        link = box("replies", "button", type="button", data_replies=str(len(seen)))
        with link.on("click", lambda: self._screen.open_thread(message.ts), args=[]):
            markup(
                f'<span class="faces">{faces}</span><span class="count">{count}</span>{last}', "replies-inner", "span"
            )


def _bot_name(message: Message, person: object) -> str:
    if message.user == SLACKBOT:
        return "Slackbot"
    return getattr(person, "name", message.user)
