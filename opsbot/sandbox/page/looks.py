"""How people look: initials on a colour of their own."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from zlib import crc32

from opsbot.sandbox.workspace.people import SLACKBOT, Person

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.state import Workspace

_COLOURS = ("#2f6fed", "#0f8a6d", "#c2452d", "#8b3fc7", "#b5762a", "#c03a7b", "#3d7a2f", "#4a55c9", "#0d7f9c")


def initials(person: Person) -> str:
    """Return the first letters of the first two names."""
    return "".join(word[0] for word in person.real_name.split()[:2]).upper() or "?"


def avatar_html(workspace: Workspace, user: str, size: str = "") -> str:
    """Return the picture of a person, bot or Slack itself; `size` is "", "small" or "tiny"."""
    person = workspace.directory.find(user)
    if user == workspace.app.bot_user:
        return f'<span class="avatar bot {size}" aria-hidden="true">{_ROBOT}</span>'
    if person is None or user == SLACKBOT:
        return f'<span class="avatar slackbot {size}" aria-hidden="true">#</span>'
    colour = _COLOURS[_number(workspace, person) % len(_COLOURS)]
    letters = initials(person)[:1] if size == "tiny" else initials(person)
    return f'<span class="avatar {size}" style="background:{colour}" aria-hidden="true">{escape(letters)}</span>'


def _number(workspace: Workspace, person: Person) -> int:
    humans = workspace.directory.humans
    return humans.index(person) if len(humans) <= len(_COLOURS) else crc32(person.id.encode())


_ROBOT = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round">'
    '<rect x="4.5" y="8" width="15" height="11" rx="3.2"/><path d="M12 8V4.6M9.4 12.6v1.6M14.6 12.6v1.6M2.6 12.4v2.8M21.4 12.4v2.8"/>'
    '<circle cx="12" cy="3.9" r="1.1" fill="currentColor" stroke="none"/></svg>'
)
