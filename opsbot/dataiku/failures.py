"""What a node's refusal means: from status, headers and body to one typed error."""

from __future__ import annotations

import html
import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from opsbot.dataiku.advice import CHECK_ADDRESS, after_silence, in_words
from opsbot.dataiku.texts import text_of
from opsbot.errors import (
    DSSConflictError,
    DSSError,
    DSSNotFoundError,
    DSSRefusedError,
    DSSReply,
    DSSUnavailableError,
    DSSUnreadableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.dataiku.redaction import Redact

_LONGEST_TEXT = 500
_NO_DATE = (ValueError, TypeError, IndexError, OverflowError)  # what reading a date that is none may raise
_LONGEST_BODY = 1 << 20  # of an error; what the node has to say, stack trace and all, is in less
_LONGEST_READ = 10_000  # of what is said in it
_TITLE = re.compile(r"<title[^<>]*>", re.IGNORECASE)
_TITLE_ENDS = re.compile(r"</title", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]+>")


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that was read to its end."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def looks_like_html(self) -> bool:
        """Whether a browser was meant: a login page, or a gateway's own words."""
        return "html" in self.headers.get("Content-Type", "").lower() or self.body.lstrip()[:1] == b"<"

    @property
    def node_time(self) -> datetime:
        """What the node's clock said, so that clocks that differ don't matter; ours if it doesn't tell."""
        try:
            return _utc(parsedate_to_datetime(self.headers.get("Date", "")))
        except _NO_DATE:
            return datetime.now(UTC)

    def described(self, error_type: str | None = None, message: str | None = None) -> DSSReply:
        """Return what an error keeps of this reply."""
        return DSSReply(
            method=self.method,
            path=self.path,
            status=self.status,
            error_type=error_type,
            message=message,
            dss_version=self.headers.get("DSS-Version"),
            retry_after=retry_after(self.headers.get("Retry-After"), self.node_time),
        )


def failure(answer: Answer, redact: Redact) -> DSSError:
    """Return the error that a reply other than a success stands for."""
    if answer.status < 400:  # noqa: PLR2004  # where HTTP's errors begin
        return _not_a_result(answer, redact)
    said = _read_error_body(answer)
    kind = _kind(answer.status, said)
    text = redact(said.text[:_LONGEST_READ])[:_LONGEST_TEXT]
    what, advice = in_words(answer.status, kind, answer.method)
    sentence = f"{what} (status {answer.status})" + (f": {text}" if text else ".")
    return kind(sentence, answer.described(said.error_type, text or None), advice)


def unreadable(answer: Answer, what_was_due: str) -> DSSUnreadableError:
    """Return the error for a success that doesn't hold what the call returns."""
    seen = "an HTML page (a login page, or a gateway)" if answer.looks_like_html else "something else"
    if not answer.body:
        seen = "nothing"
    return DSSUnreadableError(
        f"The node should have answered {what_was_due}, but {seen} came with status {answer.status}.",
        answer.described(),
        CHECK_ADDRESS if answer.looks_like_html else after_silence(answer.method),
    )


def _not_a_result(answer: Answer, redact: Redact) -> DSSUnreadableError:
    """Name a redirect, or a status that no call of this API ends with."""
    target = answer.headers.get("Location", "")
    if not target:
        return DSSUnreadableError(
            f"The node answered with status {answer.status}, which is neither a result nor an error.",
            answer.described(),
            CHECK_ADDRESS,
        )
    # Only where it leads: the query of a login page's address may hold a session's secret.
    # What a slash begins is a path of the node's pages, not of its disk.
    where = redact("[the node]" * target.startswith("/") + target.partition("?")[0])[:_LONGEST_TEXT]
    return DSSUnreadableError(
        f"The call was redirected to {where} (status {answer.status}); redirects aren't followed, because a login page"
        " would look like a success.",
        answer.described(),
        CHECK_ADDRESS,
    )


@dataclass(frozen=True, slots=True)
class _ErrorBody:
    text: str
    error_type: str | None = None
    other_text: str = ""

    def mentions(self, *phrases: str) -> bool:
        everything = f"{self.text}\n{self.other_text}".lower()
        return any(phrase in everything for phrase in phrases)

    def is_a(self, *class_names: str) -> bool:
        return self.error_type is not None and self.error_type.rpartition(".")[2] in class_names


def _read_error_body(answer: Answer) -> _ErrorBody:
    """Make the best of an error's body: documented as JSON, and in truth anything."""
    text = answer.body[:_LONGEST_BODY].decode("utf-8", errors="replace")
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return _ErrorBody(_page_in_words(text) if answer.looks_like_html else _one_line(text))
    if isinstance(body, str):
        return _ErrorBody(_one_line(body))
    if not isinstance(body, dict):
        return _ErrorBody("" if body is None else _one_line(text))
    message, detail, error_type = (text_of(body.get(key)) for key in ("message", "detailedMessage", "errorType"))
    return _ErrorBody(_one_line(detail or message), error_type or None, message)


def _one_line(text: str) -> str:
    return text_of(" ".join(text.split()))


def _page_in_words(page: str) -> str:
    title = _TITLE.search(page)
    end = _TITLE_ENDS.search(page, title.end()) if title else None
    words = _one_line(html.unescape(_TAG.sub(" ", page[title.end() : end.start()]))) if title and end else ""
    return f"an HTML page called “{words}”" if words else "an HTML page"


def _kind(status: int, said: _ErrorBody) -> type[DSSError]:
    """Tell the kind by status, class and text together: a live node's status alone says too little."""
    if status in {429, 502, 503, 504}:
        return DSSUnavailableError
    if status in {401, 403} or said.is_a("NotAuthenticatedException", "UnauthorizedException", "SecurityException"):
        return DSSRefusedError
    # Seen live: 500 for the summary or archive of a package that isn't there.
    if status == 404 or said.is_a("NotFoundException") or said.mentions("package directory does not exist"):  # noqa: PLR2004  # HTTP's
        return DSSNotFoundError
    # guess: no public source shows the reply to a second package, service or version under one id.
    if status == 409 or said.mentions("already exists", "duplicate"):  # noqa: PLR2004  # HTTP's
        return DSSConflictError
    return DSSError


def retry_after(header: str | None, now: datetime) -> float | None:
    """Read a Retry-After header: seconds from now, or None when there is none that makes sense."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        return _seconds_until(header, now)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _seconds_until(http_date: str, now: datetime) -> float | None:
    try:
        return max(0.0, _utc(parsedate_to_datetime(http_date)).timestamp() - now.timestamp())
    except _NO_DATE:
        return None


def _utc(moment: datetime) -> datetime:
    """HTTP dates are GMT; one that names no zone comes back naive."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
