"""A home folder for whoever has none: libraries ask for one as they are imported, though nothing is kept there."""

from __future__ import annotations

import os
from pathlib import Path


def have_a_home() -> None:
    """Name the root as the home of a user whom the machine doesn't know, as container engines do.

    In a container people may be any number: without HOME, and without an entry in passwd, nobody could say where they
    are at home, and Slack's SDK can't be imported.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = os.sep
