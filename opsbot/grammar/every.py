"""Every verb: the modules that declare them are read here, in the order of learning them."""

from opsbot.grammar import verbs as _everyday
from opsbot.grammar.declaring import Verb, verbs

# isort: split
from opsbot.grammar import designing as _designing

__all__ = ["Verb", "verbs"]

THEMES = (_everyday, _designing)
