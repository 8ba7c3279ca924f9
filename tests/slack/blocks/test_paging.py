from __future__ import annotations

import json
from typing import TYPE_CHECKING

from opsbot.domain.counting import MOST_COUNTED
from opsbot.slack.blocks.mrkdwn import at_least
from opsbot.slack.blocks.paging import listing

if TYPE_CHECKING:
    from opsbot.slack.blocks.messages import Answer


def test_what_is_more_than_is_counted_is_told_as_more() -> None:
    assert at_least(0, "request") == "no requests"
    assert at_least(MOST_COUNTED, "request") == "200 requests"
    assert at_least(MOST_COUNTED + 1, "request") == "more than 200 requests"


def test_a_list_that_is_not_counted_to_its_end_names_no_last_page_and_can_be_turned() -> None:
    shown = _blocks(listing("Found.", ["a"], "requests", 20, MOST_COUNTED + 1, counts_on=False))
    assert '"Page 20"' in shown
    assert "requests --page 21" in shown


def test_a_list_that_is_counted_to_its_end_names_the_last_page() -> None:
    assert '"Page 20 of 21"' in _blocks(listing("Found.", ["a"], "packages", 20, MOST_COUNTED + 1))


def _blocks(answer: Answer) -> str:
    return json.dumps([block.to_dict() for block in answer.details[0].blocks])
