"""What is said of work that isn't done yet: what is being done, and how long already."""

from __future__ import annotations

from opsbot.slack.blocks.messages import Message, mrkdwn_section
from opsbot.slack.blocks.mrkdwn import clipped, escaped

_LONGEST_TEXT = 500


def working(text: str, seconds: float | None = None) -> Message:
    """Say what is being done, and how long already."""
    so_far = f" · {so_long(seconds)} so far" if seconds is not None else ""
    said = f":hourglass_flowing_sand: {escaped(clipped(text, _LONGEST_TEXT))}{so_far}"
    return Message(said, (mrkdwn_section(said),))


def broken_off(text: str, seconds: float, why: str) -> Message:
    """Say that what was being done came to nothing, and why."""
    said = f":warning: {escaped(clipped(text, _LONGEST_TEXT))} ended without a result after {so_long(seconds)}."
    said += f" {escaped(clipped(why, _LONGEST_TEXT))}" if why else ""
    return Message(said, (mrkdwn_section(said),))


def so_long(seconds: float) -> str:
    """Write a length of time as people say it."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
