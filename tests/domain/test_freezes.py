from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.domain.freezes import Freeze, WeekTime, frozen

ZONES = ("Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu", "America/Havana")
FRIDAY = WeekTime(4, time(16))
MONDAY = WeekTime(0, time(8))
WEEKEND = Freeze(FRIDAY, MONDAY, "Europe/Berlin", "Nobody is here at weekends.")


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


week_times = st.builds(WeekTime, st.integers(0, 6), st.times().map(lambda t: t.replace(second=0, microsecond=0)))
dates = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))  # noqa: DTZ001 - local times of a zone named apart
moments = st.datetimes(datetime(2025, 12, 1), datetime(2028, 1, 31), timezones=st.just(UTC))  # noqa: DTZ001 - as above
once = st.tuples(dates, dates).filter(lambda pair: pair[0] < pair[1])
weekly = st.tuples(week_times, week_times).filter(lambda pair: pair[0] != pair[1])
freezes = st.builds(lambda pair, zone: Freeze(pair[0], pair[1], zone), once | weekly, st.sampled_from(ZONES))


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        ("2026-11-06T15:59", False),
        ("2026-11-06T16:00", True),
        ("2026-11-08T12:00", True),
        ("2026-11-09T07:59", True),
        ("2026-11-09T08:00", False),
        ("2026-11-11T12:00", False),
    ],
)
def test_a_weekly_window_goes_by_the_clocks_of_its_zone_and_over_the_end_of_the_week(now: str, holds: bool) -> None:  # noqa: FBT001 - a column of the table
    ends = WEEKEND.end_of(at(now, "Europe/Berlin"))
    assert ends == (at("2026-11-09T08:00", "Europe/Berlin") if holds else None)


@pytest.mark.parametrize(
    ("now", "hours"),
    [("2026-03-27T16:00", 64 - 1), ("2026-10-23T16:00", 64 + 1), ("2026-06-05T16:00", 64)],
)
def test_a_weekend_in_which_clocks_are_put_is_an_hour_shorter_or_longer(now: str, hours: int) -> None:
    start = at(now, "Europe/Berlin").astimezone(UTC)
    assert WEEKEND.end_of(start) == start + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "start", "end", "first", "over"),
    [
        # the hour from two to three comes twice
        ("Europe/Berlin", "2026-10-25T02:15", "2026-10-25T02:30", "2026-10-25T00:15", "2026-10-25T01:30"),
        # the hour from two to three doesn't come
        ("Europe/Berlin", "2026-03-29T01:00", "2026-03-29T02:30", "2026-03-29T00:00", "2026-03-29T01:30"),
        ("America/New_York", "2026-11-01T01:15", "2026-11-01T01:30", "2026-11-01T05:15", "2026-11-01T06:30"),
        ("America/New_York", "2026-03-08T02:15", "2026-03-08T04:00", "2026-03-08T06:15", "2026-03-08T08:00"),
    ],
)
def test_a_time_that_comes_twice_or_not_at_all_makes_the_window_the_longer_one(
    zone: str, start: str, end: str, first: str, over: str
) -> None:
    freeze = Freeze(datetime.fromisoformat(start), datetime.fromisoformat(end), zone)
    assert freeze.end_of(at(first)) == at(over)
    assert freeze.end_of(at(first) - timedelta(seconds=1)) is None
    assert freeze.end_of(at(over) - timedelta(seconds=1)) == at(over)
    assert freeze.end_of(at(over)) is None


def test_a_time_may_be_told_in_the_zone_of_the_window_itself() -> None:
    freeze = Freeze(datetime.fromisoformat("2026-10-25T01:00"), datetime.fromisoformat("2026-10-25T02:30"), "UTC")
    second = at("2026-10-25T03:29", "Europe/Berlin")
    assert freeze.end_of(second) == freeze.end_of(second.astimezone(UTC)) == at("2026-10-25T02:30")


def test_a_week_that_begins_in_an_hour_that_does_not_come_is_frozen_from_the_night_before() -> None:
    # On Sunday, 8 March 2026, Havana's clocks go from 00:00 to 01:00.
    freeze = Freeze(WeekTime(6, time(0, 30)), WeekTime(6, time(12)), "America/Havana")
    assert freeze.end_of(at("2026-03-08T04:30")) == at("2026-03-08T12:00", "America/Havana")
    assert freeze.end_of(at("2026-03-08T04:29")) is None


def test_windows_that_touch_or_overlap_count_as_one() -> None:
    holidays = Freeze(
        datetime.fromisoformat("2026-12-21T08:00"), datetime.fromisoformat("2027-01-02T00:00"), "Europe/Berlin"
    )
    found = frozen((holidays, WEEKEND), at("2026-12-19T12:00"))
    assert found == (WEEKEND, at("2027-01-04T08:00", "Europe/Berlin"))


def test_nothing_is_frozen_without_a_window() -> None:
    assert frozen((), at("2026-11-07T12:00")) is None
    assert frozen((WEEKEND,), at("2026-11-05T12:00")) is None


def test_who_is_frozen_always_is_told_no_end() -> None:
    rest = Freeze(MONDAY, FRIDAY, "Europe/Berlin")
    assert frozen((rest, WEEKEND), at("2026-11-07T12:00")) == (WEEKEND, None)


@given(freezes, moments)
def test_a_window_holds_until_it_ends_and_no_longer(freeze: Freeze, now: datetime) -> None:
    over = freeze.end_of(now)
    if over is None:
        return
    assert over > now
    assert freeze.end_of(over - timedelta(microseconds=1)) is not None
    halfway = now + (over - now) / 2
    assert freeze.end_of(halfway) is not None


@given(st.lists(freezes, max_size=4), moments)
def test_what_is_frozen_is_so_until_the_time_told_and_free_then(windows: list[Freeze], now: datetime) -> None:
    found = frozen(windows, now)
    assert (found is None) == all(window.end_of(now) is None for window in windows)
    if found is None:
        return
    first, until = found
    assert first.end_of(now) is not None
    if until is not None:
        assert frozen(windows, until) is None
        assert all(frozen(windows, now + (until - now) * part / 7) is not None for part in range(7))


@given(week_times, week_times, moments, st.sampled_from(ZONES))
def test_a_weekly_window_and_the_rest_of_the_week_leave_no_gap(
    start: WeekTime, end: WeekTime, now: datetime, zone: str
) -> None:
    both = (Freeze(start, end, zone), Freeze(end, start, zone))
    found = frozen(both, now)
    assert found is not None
    assert found[1] is None


@given(moments, st.sampled_from(ZONES))
def test_a_day_off_is_that_day_on_the_clocks_of_the_zone(now: datetime, zone: str) -> None:
    local = now.astimezone(ZoneInfo(zone))
    noon = WeekTime(local.weekday(), time(12)), WeekTime(local.weekday(), time(14))
    assert (Freeze(*noon, zone).end_of(now) is not None) == (12 <= local.hour < 14)
