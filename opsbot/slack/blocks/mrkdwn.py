"""Text in Slack's markup: the one place where other people's text is made inert."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

from opsbot.domain.counting import MOST_COUNTED
from opsbot.slack.blocks.lookalikes import told_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from opsbot.domain.authorization import Whom
    from opsbot.domain.models import Person

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LIVE = (
    (re.compile("`"), "ˋ"),
    (re.compile(r"\*"), "∗"),
    (re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"), "ˍ"),  # inside a word it does nothing, and ids stay as they are
    (re.compile("~"), "∼"),
)
_EMOJI = re.compile(r":(?=(?!\d+(?:-\d+)*:)[a-z0-9_+'-]{1,100}:|100:|1234:)")
_LIVE_PART = re.compile(r"<(?:!date\^\d+\^[^|<>]*\|([^<>]*)|[@#]([A-Z0-9]+)|[^|<>]*\|([^<>]*)|([^<>]*))>")
_NAMED_PART = re.compile(r"<(?:([@#])[A-Z0-9]+\|([^<>]+)|!([a-z]+)(?:\^[A-Z0-9]+)?(?:\|([^<>]+))?)>")
_CHANNEL = re.compile("&lt;#([A-Z0-9]+)&gt;")
_LONGEST_CODE = 240
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")
"""Letters and marks, as Unicode has it, of which nothing is to be seen."""
_JOINERS = frozenset("\n\t\u200c\u200d")


_MOST_ASKED = 5


def visible(text: str, kept: frozenset[str] = frozenset("\n\t")) -> str:
    """Show what hides: control, bidi and zero-width characters become a mark that can be seen."""
    if text.isascii() and text.isprintable():  # as almost all text is
        return text
    return "".join(character if character in kept else _shown(character) for character in text)


def readable(text: str) -> str:
    """Show what hides in somebody's own words, but leave what joins emoji and letters."""
    return visible(text, _JOINERS)


def escaped(text: str) -> str:
    """Make text inert inside mrkdwn: no mention, link, emoji or markup in it comes alive, no letter passes for another.

    It is one line: what begins another would pass for the bot's own.
    """
    inert = told_apart(visible(" ".join(text.splitlines()))).translate(_ESCAPES)
    inert = _EMOJI.sub("∶", inert)
    for live, lookalike in _LIVE:
        if len(live.findall(inert)) > 1:  # a single one does nothing
            inert = live.sub(lookalike, inert)
    return inert


def naming_channels(text: str) -> str:
    """Make text inert, but for the channels that a sentence of ours in it names."""
    return _CHANNEL.sub(r"<#\1>", escaped(text))


def code(text: object) -> str:
    """Set an id in type of its own, inert, so that no other looks like it; what is longer than any id that opsbot takes is cut."""
    shown = " ".join(clipped(told_apart(visible(str(text)), as_id=True), _LONGEST_CODE).replace("`", "ˋ").split())
    return f"`{shown.translate(_ESCAPES)}`"


def person(who: Person) -> str:
    """Name somebody so that Slack shows, and tells, them."""
    return f"<@{who.id}>"


def named(who: Person) -> str:
    """Name somebody who needn't be told: whoever looks through a list calls nobody."""
    return f"@{escaped(who.name)}" if who.name != who.id else person(who)


def packaged_by(packager: Person | None, login: str | None, name: Callable[[Person], str] = named) -> str:
    """Say who packaged something: somebody in Slack, else the node's own login, which is shown for what it is.

    Nothing where neither is known. Where nobody is called, a name that isn't known in Slack is the login, and no @name.
    """
    if packager is not None and name is named and packager.name == packager.id and login:
        return f"by {escaped(login)}"
    if packager is not None:
        return f"by {name(packager)}"
    return f"by the node's login {code(login)}" if login else ""


def date(at: datetime | None) -> str:
    """Show a time in the reader's own zone."""
    if at is None:
        return "at an unknown time"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def link(url: str, text: str) -> str:
    """Lead somewhere; the address is ours or the configuration's, the text is made inert."""
    address = url.translate(_ESCAPES).replace("|", "%7C")
    return f"<{address}|{escaped(text)}>"


def plain(markup: str) -> str:
    """Write mrkdwn as people read it: mentions as ids, dates in UTC, and the three escapes undone."""
    said = _LIVE_PART.sub(lambda live: live[1] or (f"@{live[2]}" if live[2] else live[3] or live[4]), markup)
    return html.unescape(said)


def as_typed(line: str) -> str:
    """Write a line as somebody typed it: Slack hands it over escaped, with ids before the names."""
    return plain(_NAMED_PART.sub(lambda part: part[4] or f"@{part[3]}" if part[3] else f"{part[1]}{part[2]}", line))


def split(text: str, limit: int) -> list[str]:
    """Cut a text into parts of a length, between lines where there are any; only blank ends are lost."""
    parts: list[str] = []
    while text.strip():
        end = len(text) if len(text) <= limit else text.rfind("\n", limit // 2, limit) + 1 or limit
        part, text = text[:end], text[end:]
        if part.strip():
            parts.append(part.rstrip("\n"))
    return parts


def listed(words: Iterable[str], joined: str = "and") -> str:
    """Join words as a sentence does."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} {joined} {last}" if first else last


def whom(ask: Whom) -> str:
    """Name whom to ask, the first of them; nothing where there is nobody."""
    users, groups = ask
    known = [f"<@{user}>" for user in sorted(users)] + [code(group) for group in sorted(groups)]
    more = [f"{len(known) - _MOST_ASKED} more"] if len(known) > _MOST_ASKED else []
    return listed([*known[:_MOST_ASKED], *more], "or")


def counted(number: int, noun: str) -> str:
    """Say how many."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def or_none(number: int, noun: str) -> str:
    """Say how many, or that there are none."""
    return counted(number, noun) if number else f"no {noun}s"


def at_least(number: int, noun: str) -> str:
    """Say how many, or none, or that they are more than were counted."""
    return or_none(number, noun) if number <= MOST_COUNTED else f"more than {MOST_COUNTED} {noun}s"


def sentence(text: str) -> str:
    """End what somebody wrote as a sentence does, where another follows it."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def clipped(text: str, limit: int) -> str:
    """Cut what is too long for Slack, and say so."""
    return text if len(text) <= limit else text[: limit - 12] + "… (cut off)"


def cut(text: str, limit: int) -> str:
    """Cut mrkdwn that is too long for Slack, but never inside a mention, a date or an escaped character."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    for opening, closing in (("<", ">"), ("&", ";")):
        last = kept.rfind(opening)
        if last > kept.rfind(closing):
            kept = kept[:last]
    return kept + "…"


def _shown(character: str) -> str:
    hidden = character in _BLANKS or unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    return "\N{REPLACEMENT CHARACTER}" if hidden else character
