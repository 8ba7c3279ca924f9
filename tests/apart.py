"""What runs on an event loop, in tests whose thread may have the loop of a browser."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

Found = TypeVar("Found")


def run_apart(living: Callable[[], Coroutine[Any, Any, Found]]) -> Found:
    """Run something on an event loop of its own, in a thread of its own: a browser's tests may have one in ours."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(living())).result()
