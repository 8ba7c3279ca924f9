"""A line that can't be read, written as it was probably meant: what tired people type, and what they paste."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opsbot.errors import CommandError, UnknownVerbError
from opsbot.grammar.parsing import find_verb, parse
from opsbot.grammar.words import straightened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opsbot.domain.commands import Defaults

_LONGEST = 1_000
_MOST_FILLERS = 3
_COMMAND = re.compile(r"^/\S+\s+")
_MARKED = re.compile(r"(?<!\S)`+([^`\s\"]+)`+(?!\S)")
_COMMA = re.compile(r"(?<=[\w`])[,;](?=\s|$)")
_COURTESY = re.compile(r"[\s,]+(?:please|pls|thanks|thank you|thx)[.!]*$", re.IGNORECASE)
_SINGLE_QUOTED = re.compile(r"(?<!\S)['‘’]([^'‘’\"]*)['‘’](?!\S)")
_SHORT_DASH = re.compile(r"(?<!\S)-(?=[a-z]{2,})")
_UNQUOTED = re.compile(r"(?<!\S)(--(?:reason|notes|quiet-hours))\s+([^\s\"-][^\"]*?)(?=\s+--[a-z]|$)", re.DOTALL)
_NUMBERED = re.compile(r"(?<=\s)(?:request|req|nr|no|number)\.?\s+(?=#?\d)", re.IGNORECASE)
_SPACED = re.compile(r"(?<=\w)\s+/\s+(?=\w)")
_TWO_NAMES = re.compile(r"^(\S+\s+)([\w-]+)\s+([\w-]+)(?=\s|$)")
_COLON = re.compile(r"(?<!\S)([A-Za-z]\w*):([\w-]+)(?!\S)")
_NODE_SLASH = re.compile(r"(?<!\S)([\w.-]+)/(\w+/[\w-]+)(?!\S)")
_VERSION_FIRST = re.compile(r"^(\S+\s+)([\w.-]*\d[\w.-]*)\s+(\S+/\S+)(?=\s|$)")
_LEFT_OVER = re.compile(
    r"^(?P<what>(?P<verb>publish|package)\s+\S+\s+\S+)\s+(?P<said>\"[^\"]*\"|[^\s\"-][^\"]*?)(?=\s+--[a-z]|$)",
    re.DOTALL | re.IGNORECASE,
)
_HEAD = re.compile(r"(?:(?!--)[^\s\"]+(?:\s+|$)){0,5}")
_TEXT_OF = {"publish": "--reason", "package": "--notes"}


def mended(text: str, defaults: Defaults) -> str | None:
    """Write a line that can't be read so that it can, with nothing of what was said left out; None where nobody knows how.

    It is for people to confirm: what they meant may be something else.
    """
    if len(text) > _LONGEST:
        return None
    return next((line for line in _candidates(text) if line != text and _can_be_read(line, defaults)), None)


def _can_be_read(line: str, defaults: Defaults) -> bool:
    try:
        parse(line, defaults)
    except CommandError:
        return False
    return True


def _candidates(text: str) -> Iterator[str]:
    """Give what may have been meant, the likeliest first: with its marks off, then with its words where they belong.

    Only the names that a line begins with are put right, and the marks around texts: what people say stays as it is.
    """
    plain = _from_its_verb(_bare(straightened(text)))
    plain = _in_head(plain, lambda head: _COMMA.sub("", _MARKED.sub(r"\1", head)))
    yield plain
    plain = _in_head(plain, lambda head: _NUMBERED.sub("", _COURTESY.sub("", head)))
    yield plain
    plain = _outside_quotes(plain, lambda part: _SHORT_DASH.sub("--", part))
    if '"' not in plain:
        plain = _SINGLE_QUOTED.sub(r'"\1"', plain)
    yield plain
    if plain.count('"') % 2:
        plain = f'{plain}"'
    for placed in (plain, *_placed(plain)):
        yield placed
        quoted = _UNQUOTED.sub(r'\1 "\2"', placed)
        yield quoted
        yield _with_option(quoted)


def _bare(line: str) -> str:
    """Take off the marks of code and the slash command: people paste what they were shown."""
    line = line.strip()
    if line.startswith("`"):
        line = line.strip("`").strip()
    return _COMMAND.sub("", line)


def _in_head(line: str, mend: Callable[[str], str]) -> str:
    """Mend the few words that a line begins with, before the first option or quotation."""
    head = _HEAD.match(line)
    end = head.end() if head is not None else 0
    return mend(line[:end]) + line[end:]


def _outside_quotes(line: str, mend: Callable[[str], str]) -> str:
    return '"'.join(part if number % 2 else mend(part) for number, part in enumerate(line.split('"')))


def _placed(line: str) -> Iterator[str]:
    """Write the service as it is written, before the version."""
    yield _in_head(line, lambda head: _SPACED.sub("/", head))
    yield _VERSION_FIRST.sub(r"\1\3 \2", line)
    yield _in_head(line, lambda head: _TWO_NAMES.sub(r"\1\2/\3", head))
    yield _in_head(line, lambda head: _COLON.sub(r"\1/\2", head))
    yield _in_head(line, lambda head: _NODE_SLASH.sub(r"\1:\2", head))


def _with_option(line: str) -> str:
    """Say what is left over as the text that the verb takes, where it has none yet."""
    found = _LEFT_OVER.match(line)
    option = _TEXT_OF[found["verb"].lower()] if found is not None else ""
    if found is None or option in line:
        return line
    quotation = found["said"].strip('"')
    return f'{found["what"]} {option} "{quotation}"{line[found.end() :]}'


def _from_its_verb(line: str) -> str:
    """Leave out what stands before the verb, as in “please publish”; not where the line begins with a verb already."""
    words = line.split()
    if words and _is_verb(words[0]):
        return line
    for number, word in enumerate(words[1 : _MOST_FILLERS + 1], start=1):
        if _is_verb(word):
            return line.split(maxsplit=number)[number]
    return line


def _is_verb(word: str) -> bool:
    try:
        find_verb(word)
    except UnknownVerbError:
        return False
    return True
