"""Ids as parts of a URL, and other text: checked before anything is sent; ids are quoted whole."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from urllib.parse import quote

from opsbot.errors import DSSArgumentError

# Cc: control characters; Cs: halves of a surrogate pair, which have no UTF-8 form.
_UNSENDABLE = frozenset({"Cc", "Cs"})


def url_part(kind: str, value: object) -> str:
    """Quote one id so that it stays one part of the path, whatever it holds.

    Raises DSSArgumentError for what no node could mean: nothing, `.` and `..` (servers fold them into the path
    even when everything else is quoted), control characters. What else an id may hold is the node's to say.
    """
    if not isinstance(value, str):  # before the cache, which would choke on what can't be hashed
        checked_id(kind, value)
    return _quoted(kind, value)


def checked_id(kind: str, value: object) -> str:
    """Return the id as it is, or raise DSSArgumentError as `url_part` does."""
    if not isinstance(value, str):
        raise DSSArgumentError(f"The {kind} has to be text, not {type(value).__name__}.")
    if value in {"", ".", ".."}:
        raise DSSArgumentError(f"“{value}” can't be a {kind}.")
    if any(unicodedata.category(character) in _UNSENDABLE for character in value):
        raise DSSArgumentError(f"The {kind} {value!a} holds a control character.")
    return value


def sendable_text(kind: str, text: str) -> str:
    """Return the text as it is, or raise DSSArgumentError for half of a surrogate pair, which has no UTF-8 form."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DSSArgumentError(f"The {kind} can't be sent: {error.reason}.") from error
    return text


@lru_cache(maxsize=4096)
def _quoted(kind: str, value: str) -> str:
    return quote(checked_id(kind, value), safe="")
