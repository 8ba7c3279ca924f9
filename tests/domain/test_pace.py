from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from opsbot.domain.pace import Digest, Quiet, held_until

NIGHT = Quiet(time(22), time(7), "Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("22:00-07:00 Europe/Berlin", NIGHT),
        ("22:00 - 7:00, Europe/Berlin", NIGHT),
        ("12:30-13:00", Quiet(time(12, 30), time(13))),
    ],
)
def test_quiet_hours_are_read_and_written(text: str, quiet: Quiet) -> None:
    assert Quiet.parse(text) == quiet
    assert Quiet.parse(str(quiet)) == quiet


@pytest.mark.parametrize(
    "text", ["", "22:00", "25:00-07:00", "07:00-07:00", "22:00-07:00 Mars/Base", "a-b", "22-7 UTC"]
)
def test_what_can_not_be_quiet_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|no time zone|begin"):
        Quiet.parse(text)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-02 20:59", None),
        ("2026-11-02 21:00", "2026-11-03 06:00"),
        ("2026-11-03 05:59", "2026-11-03 06:00"),
        ("2026-11-03 06:00", None),
        ("2026-10-24 21:00", "2026-10-25 06:00"),  # the clocks go back that night: an hour more
        ("2026-03-28 22:00", "2026-03-29 05:00"),
    ],
)
def test_quiet_hours_go_by_the_clocks_of_their_zone(now: str, end: str | None) -> None:
    assert NIGHT.end_of(at(now)) == (at(end) if end is not None else None)


def test_a_digest_is_told_in_the_next_morning() -> None:
    monday = at("2026-11-02 09:00")
    assert held_until(None, Digest.DAILY, monday) == at("2026-11-03 09:00")
    assert held_until(None, Digest.DAILY, monday - timedelta(minutes=1)) == monday
    assert held_until(None, Digest.WEEKLY, monday) == at("2026-11-09 09:00")
    assert held_until(NIGHT, Digest.WEEKLY, monday) == at("2026-11-09 08:00")
    assert held_until(None, None, monday) is None


def test_a_digest_waits_for_the_end_of_quiet_hours() -> None:
    late = Quiet(time(22), time(11))
    assert held_until(late, Digest.DAILY, at("2026-11-02 15:00")) == at("2026-11-03 11:00")
    assert held_until(late, None, at("2026-11-02 15:00")) is None
