"""Letters that pass for others: shown by their code points where an id, or a word, would be taken for another by them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_BESIDES = frozenset("κτχωԼꓘꓞꓤꓥꓨꓩ")
"""Letters that pass for others though Unicode's table, which is strict about it, doesn't say so."""
_OWN = frozenset("ıɣʋ")
"""Letters of languages that are written in Latin ones, as Turkish is: in running text they are what they look like."""
_REMEMBERED = 4096
_RUN = re.compile(r"[^\W_]+")


def told_apart(text: str, *, as_id: bool = False) -> str:
    """Write look-alikes in words of Latin letters as `[U+0430]`; in an id also where a word has nothing but these.

    A word of another script stays as it is: nobody takes it for a Latin one.
    """
    if text.isascii():
        return text
    return _RUN.sub(lambda run: _spelled_out(run[0], as_id=as_id), text)


def _spelled_out(word: str, *, as_id: bool) -> str:
    spared = frozenset() if as_id else _OWN
    alike = {each for each in word if each not in spared and _is_alike(each)}
    if not alike:
        return word
    has_latin = any(character.isascii() and character.isalpha() for character in word)
    has_nothing_else = all(character.isascii() or character in alike for character in word)
    if not has_latin and not (as_id and has_nothing_else):
        return word
    return "".join(f"[U+{ord(each):04X}]" if each in alike else each for each in word)


@lru_cache(_REMEMBERED)
def _is_alike(character: str) -> bool:
    """Tell whether it passes for an ASCII letter or digit: by its looks, or as another form of it, such as a wide one."""
    if character.isascii():
        return False
    if character in _BESIDES or _is_plain(unicodedata.normalize("NFKC", character)):
        return True
    from confusable_homoglyphs import confusables  # noqa: PLC0415 - it reads its tables then, and most text needs none

    found = confusables.is_confusable(character, greedy=True)
    return bool(found) and any(_is_plain(each["c"]) for each in found[0]["homoglyphs"])


def _is_plain(text: str) -> bool:
    return len(text) == 1 and text.isascii() and text.isalnum()
