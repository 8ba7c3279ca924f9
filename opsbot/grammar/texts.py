"""Words at the end of a line: which request they name, and what is said of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opsbot.errors import CommandError, MissingWordError
from opsbot.grammar.words import as_said

if TYPE_CHECKING:
    from opsbot.domain.commands import Defaults

_NUMBER = re.compile(r"(?P<sure>#)?(?P<number>[0-9]{1,9})")


def obligatory(text: str, example: str) -> str:
    """Give back the text, or ask for one: others will read it."""
    if not text.strip():
        raise MissingWordError("Write a few words: others will want to know why.", example)
    return text


def request_and_text(words: tuple[str, ...], defaults: Defaults, example: str) -> tuple[int, str]:
    """Tell the named request from the text behind it.

    In a request's own thread no number is needed, nor in a version's where one request is open. A bare one that isn't the request's could be another request or the
    first word of the text, so it is neither: `#3` names a request anywhere.
    """
    number = _NUMBER.fullmatch(words[0]) if words else None
    if number is not None:
        named = int(number["number"])
        if not number["sure"] and defaults.request not in {None, named}:
            raise CommandError(
                f"This thread is about request {defaults.request}. Write #{named} for the other one, "
                "or begin your text with a word.",
                example.replace("12", f"#{named}", 1),
            )
        return named, as_said(" ".join(words[1:]))
    if defaults.request is None and len(defaults.open_requests) > 1:
        *first, last = map(str, defaults.open_requests)
        raise MissingWordError(
            f"Which request? Here {', '.join(first)} and {last} are open: name one by its number.",
            example.replace("12", last, 1),
        )
    if defaults.request is None:
        raise MissingWordError("Which request? Name its number; “requests” lists them.", example)
    return defaults.request, as_said(" ".join(words))
