"""Every verb: the modules that declare them are read here, in the order of learning them."""

from opsbot.grammar import looking as _looking
from opsbot.grammar.declaring import Verb, verbs

# isort: split
from opsbot.grammar import designing as _designing

# isort: split
from opsbot.grammar import publishing as _publishing

# isort: split
from opsbot.grammar import watching as _watching

__all__ = ["Verb", "verbs"]

THEMES = (_looking, _designing, _publishing, _watching)
