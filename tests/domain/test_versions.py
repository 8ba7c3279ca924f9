"""The version that is proposed after those that are there."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.domain.references import checked_version
from opsbot.domain.versions import next_version

TODAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("newest_first", "proposed"),
    [
        ([], "v1"),
        (["v11", "v10"], "v12"),
        (["v9"], "v10"),
        (["v1.2.3"], "v1.2.4"),
        (["1.9"], "1.10"),
        (["1"], "2"),
        (["007"], "008"),
        (["v2", "v3"], "v4"),
        (["2026-10-31"], "2026-11-02"),
        (["20261031"], "20261102"),
        (["release_2026.10.31"], "release_2026.11.02"),
        (["2026-11-02", "2026-10-31"], "2026-11-02.2"),
        (["2026-11-02.2", "2026-11-02"], "2026-11-02.3"),
        (["2026-99-99"], "2026-99-100"),
        (["20261031123000"], "20261031123001"),
        (["v1.2.3-rc1"], "v1.2.3-rc2"),
        (["v3-final"], "v4-final"),
        (["final"], "final-2"),
        (["9" * 200], "v1"),
        (["v1", "x" * 200], "v2"),
        (["x" * 200, "v1"], "v2"),
    ],
)
def test_the_next_version_follows_the_scheme_of_the_newest(newest_first: list[str], proposed: str) -> None:
    assert next_version(newest_first, TODAY) == proposed


_IDS = st.one_of(
    st.from_regex(r"\A(?!\.)[\w.-]{1,30}\Z", fullmatch=True).filter(str.isascii),
    st.integers(0, 40).map(lambda number: f"v{number}"),
    st.dates(date(2026, 10, 28), date(2026, 11, 3)).map(str),
    st.sampled_from(["9" * 200, "x" * 200, "v" + "9" * 199]),
)


@given(newest_first=st.lists(_IDS, max_size=60), today=st.dates(date(2026, 10, 28), date(2026, 11, 3)))
def test_what_is_proposed_is_new_and_may_be_a_version(newest_first: list[str], today: date) -> None:
    proposed = next_version(newest_first, today)
    assert proposed not in newest_first
    assert checked_version(proposed) == proposed
