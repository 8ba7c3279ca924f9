"""One connection to the stand-in: requests in, replies out, and trouble where it was ordered.

Written on asyncio's protocols and httptools, since resets and bodies cut in the middle are what a framework's server
keeps its users from.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
import zlib
from collections import deque
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, Protocol, assert_never, cast

import httptools

from opsbot.sandbox.designer.faults import Fault, login_page
from opsbot.sandbox.designer.http11 import JSON_TYPE, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Iterator

DSS_VERSION = "15.0.1"
_EVERY_REPLY = f"DSS-API-Version: 1\r\nDSS-Version: {DSS_VERSION}"
_WITHOUT_BODY = frozenset({204, 304})

Framing = Literal["length", "chunked", "close"]
_CUT_FRAMING: dict[str, Framing] = {"cut_chunked": "chunked", "cut_length": "length", "cut_close": "close"}


class Site(Protocol):
    """What the connections of one server share."""

    connections: set[Connection]
    connections_taken: int

    def answer(self, request: Request) -> Reply: ...
    def fault_of(self, request: Request) -> Fault | None: ...
    def delay_of(self, request: Request) -> float: ...


class Connection(asyncio.Protocol):
    """Reads requests and answers them one after the other, as they came."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._site.connections.add(self)
        self._site.connections_taken += 1

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's
        self._site.connections.discard(self)
        self._may_write.set()
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            self._transport.close()

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    # What httptools calls

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers = {}
        self._body = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        path, _, query = self._url.decode("latin-1").partition("?")
        method = self._parser.get_method().decode("ascii")
        request = Request(method, path, query, self._headers, b"".join(self._body))
        self._waiting.append((request, self._parser.should_keep_alive()))
        self._go_on()

    # Answering

    def abort(self) -> None:
        self._transport.abort()

    def _go_on(self) -> None:
        while self._waiting and self._task is None and not self._transport.is_closing():
            request, keep_alive = self._waiting.popleft()
            fault = self._site.fault_of(request)
            if fault is None and not self._site.delay_of(request):
                reply = self._site.answer(request)
                if isinstance(reply.body, bytes) and keep_alive:
                    self._transport.write(_head(reply, "length", len(reply.body)) + reply.body)
                    continue
                self._start(self._send(reply, keep_alive=keep_alive))
            else:
                self._start(self._take_time(request, fault, keep_alive=keep_alive))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        self._task = asyncio.get_running_loop().create_task(work)
        self._task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self._transport.abort()
            raise error
        self._go_on()

    async def _take_time(self, request: Request, fault: Fault | None, *, keep_alive: bool) -> None:
        if delay := self._site.delay_of(request):
            await asyncio.sleep(delay)
        if fault is None:
            await self._send(self._site.answer(request), keep_alive=keep_alive)
        else:
            await self._misbehave(request, fault)

    async def _misbehave(self, request: Request, fault: Fault) -> None:  # noqa: C901  # one line or two a kind
        match fault.kind:
            case "hang":
                await asyncio.Event().wait()  # until the connection is lost
            case "reset_before":
                self._reset()
            case "reset_after":
                self._site.answer(request)
                self._reset()
            case "status" | "redirect" | "html":
                if fault.applied:
                    self._site.answer(request)
                await self._send(instead(fault))
            case "delay":
                await asyncio.sleep(fault.seconds)
                await self._send(self._site.answer(request))
            case "gzip":
                await self._send(compressed(self._site.answer(request)))
            case "drip":
                await self._send(split(self._site.answer(request), fault.pieces), pause=fault.seconds)
            case "close_delimited":
                await self._send(self._site.answer(request), "close", keep_alive=False)
            case "cut_chunked" | "cut_length" | "cut_close":
                reply = self._site.answer(request)
                limit = reply.size() // 2 if fault.after is None else fault.after
                await self._send(reply, _CUT_FRAMING[fault.kind], limit=limit)
            case _:
                assert_never(fault.kind)

    async def _send(
        self,
        reply: Reply,
        framing: Framing | None = None,
        *,
        limit: int | None = None,
        pause: float = 0,
        keep_alive: bool = True,
    ) -> None:
        """Send a reply; with a `limit` only so many bytes of its body, and hang up."""
        if framing is None:
            framing = "length" if isinstance(reply.body, bytes) else "chunked"
        self._transport.write(_head(reply, framing, reply.size() if framing == "length" else 0))
        for piece in reply.pieces() if limit is None else _first(reply.pieces(), limit):
            if not piece:
                continue  # as a chunk it would end the body
            await self._may_write.wait()
            if self._transport.is_closing():
                return
            if framing == "chunked":
                self._transport.writelines((b"%x\r\n" % len(piece), piece, b"\r\n"))
            else:
                self._transport.write(piece)
            if pause:
                await asyncio.sleep(pause)
        if framing == "chunked" and limit is None:
            self._transport.write(b"0\r\n\r\n")
        if limit is not None or framing == "close" or not keep_alive:
            self._transport.close()

    def _reset(self) -> None:
        # Lingering for no time makes the kernel send RST instead of FIN.
        connected = self._transport.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


def instead(fault: Fault) -> Reply:
    """Return the reply that a fault has in place of the node's."""
    if fault.kind == "redirect":
        return Reply(302, headers={"Location": "/login/?redirect=%2F", **fault.headers})
    if fault.kind == "html":
        return Reply(200, login_page(), "text/html;charset=utf-8", fault.headers)
    text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
    content_type = "text/html" if text.lstrip().startswith("<") else JSON_TYPE
    return Reply(fault.status, text.encode(), content_type, fault.headers)


def compressed(reply: Reply) -> Reply:
    packer = zlib.compressobj(level=1, wbits=31)  # 31: with the header of gzip
    pieces = (*(packer.compress(piece) for piece in reply.pieces()), packer.flush())
    return Reply(
        reply.status,
        tuple(piece for piece in pieces if piece),
        reply.content_type,
        {**reply.headers, "Content-Encoding": "gzip"},
    )


def split(reply: Reply, count: int) -> Reply:
    body = b"".join(reply.pieces())
    step = max(1, -(-len(body) // count))
    pieces = tuple(body[start : start + step] for start in range(0, len(body), step))
    return Reply(reply.status, pieces, reply.content_type, reply.headers)


def _first(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    for piece in pieces:
        if limit <= 0:
            return
        yield piece[:limit]
        limit -= len(piece)


def _head(reply: Reply, framing: Framing, length: int) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} {_phrase(reply.status)}", _EVERY_REPLY, f"Date: {_date(int(time.time()))}"]
    if reply.status not in _WITHOUT_BODY:
        lines.append(f"Content-Type: {reply.content_type}")
        if framing == "length":
            lines.append(f"Content-Length: {length}")
        elif framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
        else:
            lines.append("Connection: close")
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@lru_cache(maxsize=4)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


@lru_cache(maxsize=128)
def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
