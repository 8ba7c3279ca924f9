"""What people type in Slack, made plain, and split into words."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from opsbot.domain.commands import Mention
from opsbot.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable

# Phones and Macs turn "straight" quotes and -- into these.
_SMART_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″", '"'))
_SMART_DASH = re.compile(r"(?<!\S)[—–―](?=[a-z])")
# No < is inside: Slack escapes it there, and to look for the end past the next beginning takes the square of the time.
_LINK = re.compile(r"<(?P<address>(?:https?://|mailto:)[^|<>]*)(?:\|(?P<label>[^<>]*))?>")
_BROADCAST = re.compile(r"<!(?P<whom>[a-z]+)(?:\^[A-Z0-9]+)?(?:\|(?P<label>[^<>]*))?>")
_MENTION = re.compile(r"<@(?P<id>[A-Z0-9]+)(?:\|[^>]*)?>|@(?P<name>[\w.-]+)")
_NAMELESS = re.compile(r"<@(?P<id>[A-Z0-9]+)>")
_NAMED = re.compile(r"<@[A-Z0-9]+\|(?P<name>[^<>|]+)>")
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_SPACES = re.compile(r"[\u00a0\u2007\u202f]")
_LONGEST_NUMBER = 9


def split(text: str) -> list[str]:
    """Split a line into words; only double quotes hold words together, so that apostrophes are just apostrophes."""
    lexer = shlex.shlex(straightened(text), posix=True)
    lexer.whitespace_split = True
    lexer.quotes = '"'
    lexer.escape = ""
    lexer.commenters = ""
    try:
        return [_unescaped(word) for word in lexer]
    except ValueError:
        raise CommandError('A quotation is opened with " and never closed.') from None


def read_mention(word: str) -> Mention | None:
    """Read `<@U012|maya>`, `<@U012>` or `@maya`; None where it is none of these."""
    found = _MENTION.fullmatch(word)
    return Mention(found["id"], found["name"]) if found is not None else None


def named(text: str, name: Callable[[str], str | None]) -> str:
    """Write names into mentions, which have only ids in messages: `<@U012>` becomes `<@U012|maya>` where she is known."""

    def with_name(said: re.Match[str]) -> str:
        known = name(said["id"])
        return f"<@{said['id']}|{known}>" if known else said[0]

    return _NAMELESS.sub(with_name, text)


def as_said(text: str) -> str:
    """Write mentions in what people say as they read them: `<@U012|maya>` as @maya. Nobody is called by it again."""
    return _NAMED.sub(lambda said: f"@{said['name']}", text)


def read_number(text: str) -> int | None:
    """Read the number of a request or of a watch, `12` or `#12`; None where it is none, or longer than any is."""
    number = text.removeprefix("#")
    is_one = number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER
    return int(number) if is_one else None


def without_mention_of(user: str, text: str) -> str:
    """Take the first mention of the user out of a message."""
    return _mention_of(user).sub(" ", text, count=1).strip()


def behind_mention_of(user: str, text: str) -> str:
    """Give what follows the first mention of the user in a message that begins with something else; else nothing."""
    found = _mention_of(user).search(text)
    return text[found.end() :].strip() if found is not None and text[: found.start()].strip() else ""


def _mention_of(user: str) -> re.Pattern[str]:
    return re.compile(rf"<@{re.escape(user)}(\|[^<>]*)?>")


def _link(link: re.Match[str]) -> str:
    """Show a link as it was typed; one that hides its address shows both."""
    address, label = link["address"], link["label"]
    if label is None:
        return address
    return label if label in address else f"{label} ({address})"


def straightened(text: str) -> str:
    """Undo what phones and Macs make of quotes, dashes and spaces."""
    plain = _SPACES.sub(" ", text.translate(_SMART_QUOTES))
    return _SMART_DASH.sub("--", plain)


def _unescaped(word: str) -> str:
    plain = _LINK.sub(_link, word)
    plain = _BROADCAST.sub(lambda said: said["label"] or f"@{said['whom']}", plain)
    for escaped, character in _ESCAPES:
        plain = plain.replace(escaped, character)
    return plain
