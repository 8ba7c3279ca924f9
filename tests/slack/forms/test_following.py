"""Which choice in a form counts, in whatever order they are heard of."""

from __future__ import annotations

from opsbot.slack.forms.following import Latest

FIRST, SECOND = "1764072000.000100", "1764072000.900000"


def test_the_later_of_two_choices_counts_though_it_is_heard_of_first() -> None:
    latest = Latest()
    latest.note("V1", SECOND)
    latest.note("V1", FIRST)
    latest.note("V2", FIRST)
    assert [latest.is_latest(*each) for each in (("V1", FIRST), ("V1", SECOND), ("V2", FIRST))] == [False, True, True]
