"""The far ends of a benchmark in one process: a Slack and a design node that answer after a set delay, and count."""

import argparse
import asyncio

from tests.benchmarks.answers import Answerer
from tests.benchmarks.wire import read_message


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        request = read_message(self._buffer)
        if request is None:
            return
        self._buffer = request.rest
        path = request.first_line.split(b" ")[1].decode("ascii")
        status, delay, body = self._answerer.answer(path, request.body)
        closing = b"connection: close" in request.head
        if delay > 0:
            self._loop.call_later(delay, self._reply, status, body, closing)
        else:
            self._reply(status, body, closing)

    def _reply(self, status: int, body: bytes, closing: bool) -> None:  # noqa: FBT001 (the loop passes by position)
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(
            b"HTTP/1.1 %d Said\r\n"
            b"Content-Type: application/json;charset=utf-8\r\n"
            b"DSS-API-Version: 1\r\n"
            b"DSS-Version: 15.2.0\r\n"
            b"%s"
            b"Content-Length: %d\r\n\r\n%s" % (status, b"Connection: close\r\n" if closing else b"", len(body), body)
        )
        if closing:
            self._transport.close()


async def serve(delay: float, node_delay: float) -> None:
    """Listen on a free port, say which, and answer until killed."""
    answerer = Answerer(delay, node_delay)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(answerer), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay", type=float, default=0.03, help="seconds before each answer")
    parser.add_argument("--node-delay", type=float, help="seconds before each answer of the node; else as many")
    asked = parser.parse_args()
    asyncio.run(serve(asked.delay, asked.delay if asked.node_delay is None else asked.node_delay))


if __name__ == "__main__":
    main()
