"""What is new in a version, on the card of its request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_sdk.models.blocks import ContextBlock

from opsbot.domain.difference import in_lines
from opsbot.slack.blocks.messages import SECTION_LIMIT, TEXT_LIMIT, mrkdwn, mrkdwn_section
from opsbot.slack.blocks.mrkdwn import clipped, code, cut, escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slack_sdk.models.blocks import Block

    from opsbot.domain.difference import Difference

_MOST_LINES = 12
_LONGEST_LINE = 300
_SHORTEST_CUT = 240


def difference_blocks(difference: Difference) -> tuple[Block, ...]:
    """Show what is new against what was published last; that nobody is asked who they are stands out."""
    blocks: list[Block] = []
    if difference.becomes_public:
        was = f" (was {code(difference.auth[0])})" if difference.auth and difference.auth[0] else ""
        blocks.append(mrkdwn_section(f":rotating_light: *Authentication is PUBLIC{was}: nobody is asked who they are*"))
    lines = list(_lines(difference))
    more = [f"and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
    since = f"Against {code(difference.since)}" if difference.since is not None else "New here"
    blocks.append(mrkdwn_section("\n".join([f"*{since}*", *lines[:_MOST_LINES], *more])))
    if difference.caveats:
        said = "\n".join(f":information_source: {_line(caveat)}" for caveat in difference.caveats[:_MOST_LINES])
        blocks.append(ContextBlock(elements=[mrkdwn(cut(said, SECTION_LIMIT))]))
    return tuple(blocks)


def difference_text(difference: Difference) -> str:
    """Say the same in plain, for where no blocks are shown."""
    return cut("\n".join(escaped(line) for line in in_lines(difference)), TEXT_LIMIT)


def whole_difference(difference: Difference) -> str:
    """Write the difference in full, as plain text, where the card cuts it; nothing where it doesn't."""
    lines, caveats = list(_lines(difference, code=str)), list(difference.caveats)
    if max(len(lines), len(caveats)) <= _MOST_LINES and all(len(each) <= _SHORTEST_CUT for each in (*lines, *caveats)):
        return ""
    since = f"Against {difference.since}" if difference.since is not None else "New here"
    return "\n".join([since, *lines, *caveats])


def _lines(difference: Difference, code: Callable[[object], str] = code) -> Iterator[str]:
    if difference.auth is not None and not difference.becomes_public:
        was, now = difference.auth
        yield f"• Authentication: {code(now)}" if was is None else f"• Authentication: {code(was)} → {code(now)}"
    for mark, lines in (("+", difference.added), ("−", difference.removed), ("•", difference.changed)):
        yield from (f"{mark} {code(line)}" for line in lines)
    is_empty = not (difference.auth or difference.added or difference.removed or difference.changed)
    if is_empty and difference.is_known:
        yield "No difference was found." if difference.since is not None else "No endpoints."


def _line(text: str) -> str:
    return escaped(clipped(text, _LONGEST_LINE))
