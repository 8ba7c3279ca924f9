"""Figures, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opsbot.domain.figures import Figures, Span
from opsbot.domain.pace import Digest
from opsbot.slack.blocks.figures import in_figures, in_words
from opsbot.slack.blocks.mrkdwn import plain
from tests.builders import NOON

WEEK = Span(Digest.WEEKLY, "design:FRAUD/*", NOON - timedelta(days=7), NOON)
_HEAD = ":newspaper: The weekly digest of design:FRAUD/*, 26 Oct 2026, 12:00 UTC to 2 Nov 2026, 12:00 UTC: "


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=-5), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=2, minutes=5), "2 hours and 5 minutes"),
        (timedelta(days=1, minutes=5), "1 day"),
        (timedelta(days=3, hours=4, minutes=5), "3 days and 4 hours"),
        (timedelta(days=30, hours=4), "30 days"),
    ],
)
def test_a_time_is_said_by_what_matters_of_it(length: timedelta, said: str) -> None:
    assert in_words(length) == said


def test_only_what_happened_is_counted_out() -> None:
    assert plain(in_figures(Figures(WEEK))).endswith(": nothing was packaged or published. No request waits.")
    some = Figures(WEEK, packaged=4, published=2, declined=1, waiting=2, oldest=NOON, took=timedelta(hours=26))
    said = plain(in_figures(some))
    assert "4 packaged, 2 published and 1 declined." in said
    assert "From package to publish it took 1 day and 2 hours, half of them less" in said
    assert "2 requests wait, the oldest since" in said
    assert "1 request waits, since" in in_figures(Figures(WEEK, waiting=1, oldest=NOON))
