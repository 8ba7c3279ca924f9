"""From typed words to a command, and how each verb is used; the same for every surface."""

from opsbot.grammar.fields import forms
from opsbot.grammar.filling import begin, faults, faults_of, fill
from opsbot.grammar.manual import manual
from opsbot.grammar.parsing import Typed, corrected, parse
from opsbot.grammar.words import without_mention_of

__all__ = [
    "Typed",
    "begin",
    "corrected",
    "faults",
    "faults_of",
    "fill",
    "forms",
    "manual",
    "parse",
    "without_mention_of",
]
