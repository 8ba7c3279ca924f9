from __future__ import annotations

import pytest

from opsbot.durable.active import Active


def test_what_was_begun_is_named_until_it_is_over_though_it_waits_for_a_thread() -> None:
    active = Active(2)
    with active.beginning("publish-1-0"):
        pass
    begun = frozenset({"publish-1-0"})
    with pytest.raises(ValueError, match="in use"), active.beginning("publish-1-0"):
        raise ValueError("in use")
    assert active.names() == begun
    with active.at("publish-1-0"):
        assert active.names() == begun
    assert active.names() == frozenset()


def test_what_could_not_be_begun_is_not_named() -> None:
    active = Active(2)
    with pytest.raises(ValueError, match="in use"), active.beginning("publish-1-0"):
        raise ValueError("in use")
    assert active.names() == frozenset()
    active.wait_for_none(60)  # nor waited for


def test_where_all_threads_are_taken_nobody_knows_who_waits() -> None:
    active = Active(2)
    with active.at("a"), active.at("b"):
        assert active.names() is None
    assert active.names() == frozenset()
