"""The load: signed commands in a closed loop over some connections, or in an open loop at a set rate."""

import argparse
import asyncio
import json
import math
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from tests.benchmarks.slack_request import PEOPLE, CommandSource
from tests.benchmarks.tally import Tally
from tests.benchmarks.wire import read_message

WARM_UP: Final = 100  # answers that are not counted
WARM_UP_LIMIT: Final = 30.0
OPEN_LOOP_CONNECTIONS: Final = 64
LEAD: Final = 0.2
GRACE: Final = 10.0
BURST_FIRST: Final = 5
BURST_EVERY: Final = 60

Reply = Callable[[int, bytes], None]


class Line(asyncio.Protocol):
    """One keep-alive connection with at most one request on it; status 0 tells that it broke."""

    def __init__(self) -> None:
        self._buffer = b""
        self._on_reply: Reply | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, request: bytes, on_reply: Reply) -> None:
        assert self._transport is not None
        self._on_reply = on_reply
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        answer = read_message(self._buffer)
        if answer is not None:
            self._buffer = answer.rest
            self._replied(int(answer.first_line.split(b" ")[1]), answer.body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._replied(0, b"")

    def close(self) -> None:
        self._on_reply = None
        if self._transport is not None:
            self._transport.close()

    def _replied(self, status: int, body: bytes) -> None:
        if self._on_reply is not None:
            on_reply, self._on_reply = self._on_reply, None
            on_reply(status, body)


class ClosedLoop:
    """Sends on each connection as soon as it has its answer, and counts the answers of a span after the warm-up."""

    def __init__(self, source: CommandSource, seconds: float) -> None:
        self._source = source
        self._tally = Tally(seconds=seconds)
        self._sent = 0
        self._replies = 0
        self._until = math.inf
        self._finished = asyncio.Event()

    async def run(self, port: int, connections: int) -> Tally:
        lines = await connect(port, connections)
        for line in lines:
            self._send(line)
        try:
            await asyncio.wait_for(self._finished.wait(), WARM_UP_LIMIT + self._tally.seconds + GRACE)
        except TimeoutError:
            self._tally.silent = connections
        for line in lines:
            line.close()
        return self._tally

    def _send(self, line: Line) -> None:
        number, self._sent = self._sent, self._sent + 1
        due = time.monotonic()
        line.send(self._source.request(number), lambda status, body: self._replied(line, number, due, status, body))

    def _replied(self, line: Line, number: int, due: float, status: int, body: bytes) -> None:
        self._replies += 1
        if self._replies == WARM_UP:
            self._until = time.monotonic() + self._tally.seconds
        elif self._replies > WARM_UP or not status:
            self._tally.note(number, due, status, body)
        if time.monotonic() >= self._until:
            self._finished.set()
        elif status:
            self._send(line)


class OpenLoop:
    """Sends by a timetable, whatever comes back; a late command's latency counts from when it was due."""

    def __init__(self, source: CommandSource, rate: float, seconds: float, burst: int = 0) -> None:
        """Take a rate, and a `burst` of commands at once in each minute."""
        self._source = source
        self._dues = timetable(rate, seconds, burst)
        self._total = len(self._dues)
        self._tally = Tally(seconds=seconds)
        self._idle: deque[Line] = deque()
        self._waiting: deque[tuple[int, float]] = deque()
        self._finished = asyncio.Event()

    async def run(self, port: int) -> Tally:
        lines = await connect(port, OPEN_LOOP_CONNECTIONS)
        self._idle.extend(lines)
        start = time.monotonic() + LEAD
        for number, after in enumerate(self._dues):
            due = start + after
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            if self._idle:
                self._send(self._idle.popleft(), number, due)
            else:
                self._waiting.append((number, due))
        try:
            await asyncio.wait_for(self._finished.wait(), GRACE)
        except TimeoutError:
            self._tally.silent = self._total - self._tally.answered
        for line in lines:
            line.close()
        return self._tally

    def _send(self, line: Line, number: int, due: float) -> None:
        self._tally.lags.append(time.monotonic() - due)
        line.send(self._source.request(number), lambda status, body: self._replied(line, number, due, status, body))

    def _replied(self, line: Line, number: int, due: float, status: int, body: bytes) -> None:
        self._tally.note(number, due, status, body)
        if status and self._waiting:
            self._send(line, *self._waiting.popleft())
        elif status:
            self._idle.append(line)
        if self._tally.answered == self._total:
            self._finished.set()


def timetable(rate: float, seconds: float, burst: int = 0) -> list[float]:
    """Tell after how many seconds each command is due."""
    steady = [number / rate for number in range(int(rate * seconds))]
    bursts = [float(at) for at in range(BURST_FIRST, int(seconds), BURST_EVERY) for _ in range(burst)]
    return sorted(steady + bursts)


async def connect(port: int, count: int) -> list[Line]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(Line, "127.0.0.1", port))[1] for _ in range(count)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="of the server under test")
    parser.add_argument("--far-end", type=int, required=True, help="port of the far ends")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=1, help="of the closed loop")
    parser.add_argument("--rate", type=float, help="an open loop at so many a second, instead")
    parser.add_argument("--burst", type=int, default=0, help="so many at once, too, in each minute of the open loop")
    parser.add_argument("--channels", type=int, help="that commands come from; else each has its own")
    parser.add_argument("--person", help="who says all of it; else many do in turn")
    asked = parser.parse_args()
    people = (asked.person,) if asked.person is not None else PEOPLE
    source = CommandSource(f"http://127.0.0.1:{asked.far_end}", channels=asked.channels, people=people)
    if asked.rate is None:
        tally = asyncio.run(ClosedLoop(source, asked.seconds).run(asked.port, asked.connections))
    else:
        tally = asyncio.run(OpenLoop(source, asked.rate, asked.seconds, asked.burst).run(asked.port))
    tally.cpu = time.process_time()
    json.dump(tally.as_json(), sys.stdout)


if __name__ == "__main__":
    main()
