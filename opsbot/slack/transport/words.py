"""What people write, without the few signs that no database takes."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_INSTEAD = "\ufffd"


def keepable(text: str) -> str:
    """Put the sign for what can't be shown in the place of NULs and of halves of letters."""
    return _UNKEEPABLE.sub(_INSTEAD, text)


Words = Annotated[str, AfterValidator(keepable)]
"""A text that somebody wrote, in a payload."""
