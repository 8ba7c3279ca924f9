"""A pool whose machine has no thread more for it."""

from __future__ import annotations

import threading
from queue import SimpleQueue

from opsbot.slack import Pool


def test_where_no_thread_more_is_to_be_had_a_job_is_done_once_by_one_that_is_there() -> None:
    done: SimpleQueue[str] = SimpleQueue()
    is_begun, goes_on = threading.Event(), threading.Event()

    def first() -> None:
        is_begun.set()
        assert goes_on.wait(10)
        done.put("first")

    pool = Pool(2, 0, None)
    assert pool.submit(first)
    assert is_begun.wait(10)
    usual = threading.stack_size(1 << 46)
    try:
        is_taken = pool.submit(done.put, "second")
    finally:
        threading.stack_size(usual)
    is_more_taken = pool.submit(done.put, "one too many")
    goes_on.set()
    pool.close(10)
    assert (is_taken, is_more_taken, pool.going_on()) == (True, False, 0)
    assert [done.get(timeout=10) for _ in range(2)] == ["first", "second"]
    assert done.empty()
