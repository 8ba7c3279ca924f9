"""Letters that pass for others: shown by their code points where an id, or a word, would be taken for another by them."""

from __future__ import annotations

import re
import unicodedata

_CYRILLIC = "асԁеһіјӏոорԛѕυԝхуАВСЕНІЈКМОРЅТХУҮԌԜ"
_GREEK = "αγικνορτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
_OTHERS = "ɑɡɩʏօսցհոզԼՕՏᎪᎬᎳᎻᎢᏃᏚᏞᏟᏢꓐꓑꓓꓖꓗꓘꓙꓚꓝꓞꓟꓠꓡꓢꓣꓤꓥꓦꓧꓨꓩꓪꓫꓬꓮꓰꓲꓳꓴ"
_ALIKE = frozenset(_CYRILLIC + _GREEK + _OTHERS)
_RUN = re.compile(r"[^\W_]+")


def told_apart(text: str, *, as_id: bool = False) -> str:
    """Write look-alikes in words of Latin letters as `[U+0430]`; in an id also where a word has nothing but these.

    A word of another script stays as it is: nobody takes it for a Latin one.
    """
    if text.isascii():
        return text
    return _RUN.sub(lambda run: _told_apart(run[0], as_id=as_id), text)


def _told_apart(word: str, *, as_id: bool) -> str:
    if word.isascii() or not any(map(_is_alike, word)):
        return word
    has_latin = any(character.isascii() and character.isalpha() for character in word)
    has_nothing_else = all(character.isascii() or _is_alike(character) for character in word)
    if not has_latin and not (as_id and has_nothing_else):
        return word
    return "".join(f"[U+{ord(each):04X}]" if _is_alike(each) else each for each in word)


def _is_alike(character: str) -> bool:
    """Tell whether it passes for an ASCII letter or digit: by its looks, or as another form of it, such as a wide one."""
    if character.isascii():
        return False
    if character in _ALIKE:
        return True
    plain = unicodedata.normalize("NFKC", character)
    return len(plain) == 1 and plain.isascii() and plain.isalnum()
