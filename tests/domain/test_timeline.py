from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from opsbot.domain.lifecycle import State
from opsbot.domain.models import Package
from opsbot.domain.timeline import MOST_SHOWN, timeline_in_words, timeline_of
from tests.builders import NOON, SCORING, package, request, wish

DAY = timedelta(days=1)


def test_packages_and_requests_come_in_the_order_of_time() -> None:
    packages = [package("v3"), package("v1", age=9 * DAY), package("v2", age=4 * DAY)]
    asked = [
        request(2, State.PENDING, wanted=replace(wish("v3"), asked_at=NOON - DAY)),
        request(1, State.PUBLISHED, wanted=replace(wish("v1"), asked_at=NOON - 8 * DAY), ended_at=NOON - 7 * DAY),
    ]
    timeline = timeline_of(SCORING, packages, frozenset({"v1"}), asked, asked=2, now=NOON)
    assert [(each.version, each.is_published) for each in timeline.packages] == [
        ("v1", True),
        ("v2", False),
        ("v3", False),
    ]
    assert [(each.request, each.ended_at) for each in timeline.requests] == [(1, NOON - 7 * DAY), (2, None)]
    assert timeline.since == NOON - 9 * DAY
    assert timeline_in_words(timeline) == (
        "Timeline of design:FRAUD/scoring. 3 packages, from v1 on 2026-10-24 to v3 on 2026-11-02. "
        "2 publish requests from 2026-10-25 to 2026-11-01: 1 pending, 1 published. Published last: v1 on 2026-10-26."
    )


def test_what_is_older_than_can_be_shown_is_counted() -> None:
    packages = [package(f"v{number}", age=number * DAY) for number in range(MOST_SHOWN + 3)]
    timeline = timeline_of(SCORING, packages, frozenset(), [request()], asked=5, now=NOON)
    assert len(timeline.packages) == MOST_SHOWN
    assert timeline.packages[-1].version == "v0"
    assert timeline.earlier == 3 + 4
    assert "7 more are older." in timeline_in_words(timeline)


def test_packages_of_unknown_age_are_counted_and_not_shown() -> None:
    timeline = timeline_of(SCORING, [package("v1"), Package("v0")], frozenset(), [], asked=0, now=NOON)
    assert timeline_in_words(timeline) == (
        "Timeline of design:FRAUD/scoring. 1 package: v1 on 2026-11-02. No publish requests. "
        "The node doesn't tell the age of 1 more."
    )


def test_where_nothing_happened_there_is_nothing_to_show() -> None:
    timeline = timeline_of(SCORING, [], frozenset(), [], asked=0, now=NOON)
    assert timeline.is_empty
    assert timeline_in_words(timeline) == "Timeline of design:FRAUD/scoring. No packages. No publish requests."
