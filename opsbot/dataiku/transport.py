"""Calls to a node over HTTP: the only module that knows `requests`.

The usual `Session.request` spends more time on merging settings, the environment and cookies than on the call, so
requests are put together here and handed to the session's adapter as they are. That also keeps the environment out:
no netrc, no proxy and no CA bundle is taken from it unless `trust_env` asks for it.
"""

from __future__ import annotations

import json
import threading
import weakref
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_netrc_auth
from urllib3.exceptions import DecodeError, HTTPError

from opsbot.dataiku.advice import after_silence
from opsbot.dataiku.archive_stream import ArchiveBody
from opsbot.dataiku.broken_connections import distrust, in_words, never_connected, trouble
from opsbot.dataiku.credentials import Credentials, basic
from opsbot.dataiku.failures import Answer, failure, unreadable
from opsbot.dataiku.patient_connections import Asking, patient
from opsbot.dataiku.retrying import DSSUntrustedError, retrying
from opsbot.dataiku.timed import timed, unnoted
from opsbot.errors import DSSArgumentError, DSSError, DSSReply, DSSUnavailableError, DSSUnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from urllib3 import BaseHTTPResponse

    from opsbot.dataiku.patience import Patience, Waiting
    from opsbot.dataiku.redaction import Redact
    from opsbot.dataiku.timed import NoteNode

T = TypeVar("T")

_PIECE = 1 << 16
_LONGEST_REPLY = 256 << 20  # decoded bytes; a list of everything stays far below
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")  # the second is an archive without entries


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How the node proves who it is, how we do, and the way there."""

    verify: bool | str = True
    """True for the certificates that come with `requests`, a path to a CA bundle, or False."""
    certificate: str | tuple[str, str] | None = None
    """Path to our certificate with its key, or (certificate, key)."""
    proxies: Mapping[str, str] | None = None
    """`{"https": "http://proxy:3128"}`, as `requests` takes them."""

    def completed_from_environment(self, address: str) -> Surroundings:
        """Fill in what isn't said here from the environment, as `requests` would for this address."""
        found = requests.Session().merge_environment_settings(
            address, dict(self.proxies or {}), stream=True, verify=self.verify, cert=self.certificate
        )
        verify = found["verify"]
        return Surroundings(True if verify is None else verify, found["cert"], found["proxies"])


def netrc_login(address: str) -> Credentials | None:
    """Return what ~/.netrc says about the host, if anything."""
    login = get_netrc_auth(address)
    return basic(*login) if login is not None else None


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent: `path` starts after the API's root and is quoted already."""

    method: str
    path: str
    query: Mapping[str, str] | None = None
    body: Any = None
    slow: bool = False
    """Whether the node may be silent for long while it works."""


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
        self._of_thread = threading.local()
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()
        self._lock = threading.Lock()

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
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.close()

    def _exchange(self, call: Call, deadline: float) -> Answer:
        with timed(call.method, call.path, self._note) as going, self._failures_of(call):
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
        with timed(call.method, call.path, self._note) as going, self._failures_of(call):
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
            with self._failures_of(call):
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
            self._session()
            .get_adapter(self._root)
            .send(
                self._prepared(call, headers),
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
                raise _ReplyTooLongError(f"it is longer than {_LONGEST_REPLY >> 20} MB")
            if monotonic() > deadline:
                raise TimeoutError("the reply came too slowly")
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _read_piece(self, raw: BaseHTTPResponse) -> bytes:
        with self._waiting():
            return raw.read1(_PIECE, decode_content=True)

    def _prepared(self, call: Call, headers: CaseInsensitiveDict[str]) -> requests.PreparedRequest:
        """Put a request together; `PreparedRequest.prepare` would requote what is quoted already."""
        request = requests.PreparedRequest()
        request.method = call.method
        request.url = self._root + call.path + (f"?{urlencode(call.query)}" if call.query else "")
        request.headers = headers
        if call.method != "GET":
            body = None if call.body is None else _as_json(call.body)
            request.body = body
            request.headers = headers.copy()
            request.headers["Content-Length"] = str(len(body or b""))
            if body is not None:
                request.headers["Content-Type"] = "application/json"
        return request

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            for scheme in ("http://", "https://"):
                session.mount(scheme, _NodeAdapter(self._waiting, self._asking))
            self._of_thread.session = session
            with self._lock:
                self._sessions.add(session)
        return session

    @contextmanager
    def _failures_of(self, call: Call) -> Iterator[None]:
        """Turn what goes wrong on the way into typed errors that name the call."""
        try:
            yield
        except DSSError:
            raise
        except (DecodeError, requests.exceptions.InvalidHeader, _ReplyTooLongError) as error:
            raise DSSUnreadableError(
                f"The node's reply can't be read: {self._redact(str(error))}",
                DSSReply(call.method, call.path),
                after_silence(call.method),
            ) from error
        except (requests.RequestException, HTTPError, OSError) as error:
            if why := distrust(error):
                raise DSSUntrustedError(
                    f"The node's certificate isn't trusted: {self._redact(why).rstrip('.')}.",
                    DSSReply(call.method, call.path, sent=False),
                    "Tell whoever runs me.",
                ) from error
            reply = DSSReply(call.method, call.path, sent=not never_connected(error), trouble=trouble(error))
            advice = after_silence(call.method, sent=reply.sent)
            raise DSSUnavailableError(f"{in_words(error)}.", reply, advice) from error


class _NodeAdapter(HTTPAdapter):
    """An adapter for one node: the pool of connections is looked up once, not for each call."""

    _pool: Any = None

    def __init__(self, waiting: Waiting, asking: Asking) -> None:
        super().__init__()
        self._waiting = waiting
        self._asking = asking

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pool, whose connections let others compute while they wait for the node."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*args, **kwargs)
            self._pool.ConnectionCls = patient(self._pool.ConnectionCls, self._waiting, self._asking)
        return self._pool

    def close(self) -> None:
        """Close every connection; a later call makes new ones."""
        self._pool = None
        super().close()


class _ReplyTooLongError(Exception):
    pass


@contextmanager
def _closed_on_error(response: requests.Response) -> Iterator[None]:
    try:
        yield
    except BaseException:
        response.close()
        raise


def _as_json(value: object) -> bytes:
    try:
        return json.dumps(value).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise DSSArgumentError(f"What should be sent can't be written as JSON: {error}.") from error


def _answer(call: Call, response: requests.Response, body: bytes) -> Answer:
    return Answer(call.method, call.path, response.status_code, response.headers, body)
