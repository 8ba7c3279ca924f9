"""Calls to a node: sent, again if need be, and their replies read.

The usual `Session.request` spends more time on merging settings, the environment and cookies than on the call, so
requests are put together here and handed to the session's adapter as they are. That also keeps the environment out:
no netrc, no proxy and no CA bundle is taken from it unless `trust_env` asks for it.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from requests.structures import CaseInsensitiveDict

from opsbot.dataiku.archive_stream import ArchiveBody
from opsbot.dataiku.failures import Answer, failure, unreadable
from opsbot.dataiku.timed import timed, unnoted
from opsbot.dataiku.transport.call import Call
from opsbot.dataiku.transport.failing import ReplyTooLongError, failures_of
from opsbot.dataiku.transport.patient_connections import Asking
from opsbot.dataiku.transport.retrying import retrying
from opsbot.dataiku.transport.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import requests
    from urllib3 import BaseHTTPResponse

    from opsbot.dataiku.patience import Patience, Waiting
    from opsbot.dataiku.redaction import Redact
    from opsbot.dataiku.timed import NoteNode
    from opsbot.dataiku.transport.surroundings import Surroundings

T = TypeVar("T")

_PIECE = 1 << 16
_LONGEST_REPLY = 256 << 20  # decoded bytes; a list of everything stays far below
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")  # the second is an archive without entries


class Transport:
    """Sends calls to one node; any number of threads may share it, each on a session of its own."""

    def __init__(
        self,
        root: str,
        headers: Mapping[str, str],
        *,
        redact: Redact,
        patience: Patience,
        surroundings: Surroundings,
        waiting: Waiting = nullcontext,
        note: NoteNode = unnoted,
    ) -> None:
        self._root = root
        self._note = note
        self._headers = CaseInsensitiveDict({"Accept-Encoding": "gzip, deflate", **headers})
        self._redact = redact
        self._patience = patience
        self._surroundings = surroundings
        self._waiting = waiting
        self._asking = Asking()
        self._retrying = retrying(patience, waiting, self._asking.is_over)
        self._sessions = Sessions(waiting, self._asking)

    def get(self, path: str, read: Callable[[Answer], T], query: Mapping[str, str] | None = None) -> T:
        """Ask for something, again if need be, and return what `read` makes of the reply."""
        call = Call("GET", path, query)
        deadline = monotonic() + self._patience.total
        return self._retrying(lambda: read(self._exchange(call, deadline)))

    def change(self, call: Call, read: Callable[[Answer], T]) -> T:
        """Send a call that changes something, exactly once."""
        wait = self._patience.long_read if call.slow else self._patience.total
        return read(self._exchange(call, monotonic() + wait))

    def open_archive(self, path: str) -> ArchiveBody:
        """Ask for an archive, again if need be, and return its body, of which only the start was read."""
        call = Call("GET", path)
        deadline = monotonic() + self._patience.total
        return self._retrying(lambda: self._open(call, deadline))

    def hang_up(self) -> None:
        """End the calls that only ask, and those that would begin; what changes something goes on."""
        self._asking.hang_up()

    def close(self) -> None:
        """Close the connections of every thread. A later call opens new ones."""
        self._sessions.close()

    def _exchange(self, call: Call, deadline: float) -> Answer:
        with timed(call.method, call.path, self._note) as going, failures_of(call, self._redact):
            response = self._send(call, self._headers, deadline)
            with _closed_on_error(response):
                body = self._read_whole(response.raw, deadline)
            going.reply(response.status_code, response.headers)
        answer = _answer(call, response, body)
        if not 200 <= answer.status < 300:  # noqa: PLR2004  # HTTP's successes
            raise failure(answer, self._redact)
        return answer

    def _open(self, call: Call, deadline: float) -> ArchiveBody:
        # Compressing a zip again costs the node time and gains nothing.
        headers = CaseInsensitiveDict({**self._headers, "Accept-Encoding": "identity"})
        with timed(call.method, call.path, self._note) as going, failures_of(call, self._redact):
            response = self._send(call, headers, deadline)
            going.reply(response.status_code, response.headers)
            with _closed_on_error(response):
                if response.status_code != 200:  # noqa: PLR2004  # an archive comes with no other status
                    raise failure(_answer(call, response, self._read_whole(response.raw, deadline)), self._redact)
                return self._archive_body(call, response)

    def _archive_body(self, call: Call, response: requests.Response) -> ArchiveBody:
        """Return the body of a reply that starts as an archive does."""
        raw: BaseHTTPResponse = response.raw
        length = raw.length_remaining
        encoded = "Content-Encoding" in response.headers

        def read_piece(limit: int) -> bytes:
            with failures_of(call, self._redact), self._waiting():
                return raw.read1(limit, decode_content=encoded)  # decoding nothing would still cost a copy

        start = b""
        while len(start) < len(_ZIP_STARTS[0]) and (piece := read_piece(_PIECE)):
            start += piece
        answer = _answer(call, response, start)
        if not start.startswith(_ZIP_STARTS):
            raise unreadable(answer, "a zip archive")
        return ArchiveBody(
            start,
            read_piece,
            response.close,
            reply=answer.described(),
            announced=None if encoded else length,
            ends_with_connection=length is None and not getattr(raw, "chunked", False),
        )

    def _send(self, call: Call, headers: CaseInsensitiveDict[str], deadline: float) -> requests.Response:
        """Send one request and return the reply with its body unread; redirects are replies like others."""
        left = max(deadline - monotonic(), 0.001)  # zero would mean not to wait at all
        read = self._patience.long_read if call.slow else self._patience.read
        return (
            self._sessions.mine()
            .get_adapter(self._root)
            .send(
                call.prepared(self._root, headers),
                stream=True,
                timeout=(min(self._patience.connect, left), min(read, left)),
                verify=self._surroundings.verify,
                cert=self._surroundings.certificate,
                proxies=self._surroundings.proxies,
            )
        )

    def _read_whole(self, raw: BaseHTTPResponse, deadline: float) -> bytes:
        """Read a body to its end, piece by piece as it comes, so that neither slow drops nor a flood go on for ever."""
        pieces = []
        size = 0
        while piece := self._read_piece(raw):
            pieces.append(piece)
            size += len(piece)
            if size > _LONGEST_REPLY:
                raise ReplyTooLongError(f"it is longer than {_LONGEST_REPLY >> 20} MB")
            if monotonic() > deadline:
                raise TimeoutError("the reply came too slowly")
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _read_piece(self, raw: BaseHTTPResponse) -> bytes:
        with self._waiting():
            return raw.read1(_PIECE, decode_content=True)


@contextmanager
def _closed_on_error(response: requests.Response) -> Iterator[None]:
    try:
        yield
    except BaseException:
        response.close()
        raise


def _answer(call: Call, response: requests.Response, body: bytes) -> Answer:
    return Answer(call.method, call.path, response.status_code, response.headers, body)
