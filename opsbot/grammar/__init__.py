"""From typed words to a command, and how each verb is used; the same for every surface."""

from opsbot.grammar.fields import forms
from opsbot.grammar.filling import begin, faults, faults_of, fill
from opsbot.grammar.manual import manual
from opsbot.grammar.mending import mended
from opsbot.grammar.parsing import Typed, corrected, parse
from opsbot.grammar.words import behind_mention_of, named, without_mention_of

__all__ = [
    "Typed",
    "begin",
    "behind_mention_of",
    "corrected",
    "faults",
    "faults_of",
    "fill",
    "forms",
    "manual",
    "mended",
    "named",
    "parse",
    "without_mention_of",
]
