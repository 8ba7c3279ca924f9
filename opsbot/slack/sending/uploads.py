"""Files out of the bot into Slack: uploaded, or, where that can't be, given in another way with the reason."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError

from opsbot.slack.blocks.messages import SECTION_LIMIT, Message, mrkdwn_section, plain_section
from opsbot.slack.blocks.mrkdwn import clipped, code, counted, cut, escaped, link, split
from opsbot.slack.sending.saying import say
from opsbot.slack.transport.calls import CALL_ERRORS, come_back_after, error_code, is_not_here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.domain.files import Attachment
    from opsbot.slack.transport.client import KeptWebClient

_log = logging.getLogger(__name__)

_SNIPPET_BYTES = 1 << 20
_LONGEST_ALT = 1_000
_PARTS_IN_ONE = 3
_MOST_PARTS = 24

_FORBIDDEN = "this workspace's settings don't let me upload files"
_REASONS = {
    "missing_scope": f"I lack the scope {code('files:write')}: whoever runs me adds it to the app and installs it again",
    "no_permission": "Slack doesn't let me upload files here",
    "posting_to_channel_denied": "I may not post in this channel",
    "file_uploads_disabled": _FORBIDDEN,
    "file_uploads_except_images_disabled": "this workspace's settings let me upload pictures only",
    "file_type_not_allowed": "this workspace's settings don't let me upload files of this kind",
    "file_upload_size_restricted": "this workspace's settings don't let me upload files of this size",
    "storage_limit_reached": "this workspace has no room left for files",
    "ratelimited": "Slack has no room for more files just now; ask again in a minute",
}


class UploadError(OSError):
    """Slack didn't take the bytes of a file."""


class Uploads:
    """Uploads files where somebody asked for them; what is said of one goes by `saying`, which may have less patience."""

    def __init__(self, client: KeptWebClient, saying: KeptWebClient | None = None) -> None:
        self._client = client
        self._saying = saying or client

    def upload(self, file: Attachment, channel: str, thread: str | None = None) -> None:
        """Upload a file into a channel, or a thread of it, in little memory; raises CALL_ERRORS."""
        size = size_of(file)
        asked: dict[str, Any] = {"filename": file.name, "length": size}
        if file.alt:
            asked["alt_txt"] = clipped(file.alt, _LONGEST_ALT)
        if file.snippet and size <= _SNIPPET_BYTES:
            asked["snippet_type"] = file.snippet
        place = self._client.files_getUploadURLExternal(**asked)
        opened = nullcontext(file.content) if isinstance(file.content, bytes) else file.content.open("rb")
        with opened as content:
            status = self._client.post_file(place["upload_url"], content, size)
        if status != HTTPStatus.OK:
            raise UploadError(f"Slack answered {status} to the bytes of a file")
        done = [{"id": place["file_id"], "title": file.title}]
        self._client.files_completeUploadExternal(files=done, channel_id=channel, thread_ts=thread)

    def offer(self, file: Attachment, channel: str, thread: str | None = None) -> bool:
        """Upload a file; where that can't be, say why there, and give what can be given: text itself, words, a link.

        Tells whether it was uploaded. Raises CALL_ERRORS where the bot may not even speak.
        """
        try:
            self.upload(file, channel, thread)
        except CALL_ERRORS as error:
            if is_not_here(error):
                raise
            _log.warning("%s could not be uploaded: %s", file.name, error_code(error))
            for message in _instead(file, error):
                say(self._saying, message, channel, thread)
            return False
        return True

    def hand_over(self, files: tuple[Attachment, ...], person: str, headline: str) -> None:
        """Give files to one person, in their direct conversation with the bot; raises CALL_ERRORS."""
        channel = self._told_in(person, headline)
        for file in files:
            self.offer(file, channel)

    def _told_in(self, person: str, headline: str) -> str:
        """Say what the files are, and give the channel; where Slack takes no more messages, the files tell it themselves."""
        try:
            return say(self._saying, Message(headline, (mrkdwn_section(headline),)), person).channel
        except SlackApiError as error:
            if come_back_after(error) is None:
                raise
            return str(self._saying.conversations_open(users=person)["channel"]["id"])


def size_of(file: Attachment) -> int:
    """Tell how many bytes a file has."""
    return len(file.content) if isinstance(file.content, bytes) else file.content.stat().st_size


def discard(file: Attachment) -> None:
    """Delete what a file holds on the disk; twice is the same as once."""
    if not isinstance(file.content, bytes):
        file.content.unlink(missing_ok=True)


def _instead(file: Attachment, error: Exception) -> Iterator[Message]:
    """Say why a file isn't here; then what is in it, as far as it can be said."""
    why = _REASONS.get(error_code(error), f"Slack says {code(error_code(error))}")
    if not isinstance(error, SlackApiError):
        why = "Slack didn't take it" if isinstance(error, UploadError) else "Slack doesn't answer"
    said = f":warning: I can't upload {code(file.name)}: {why}."
    if file.instead:
        said += f" {escaped(file.instead)}"
    if file.link:
        said += f" {link(file.link, 'See its page on the node')}."
    parts = _parts(file) if not file.instead else []
    yield Message(cut(said, SECTION_LIMIT), (mrkdwn_section(said),))
    shown = parts[:_MOST_PARTS]
    for start in range(0, len(shown), _PARTS_IN_ONE):
        some = shown[start : start + _PARTS_IN_ONE]
        yield Message(clipped(escaped(some[0]), SECTION_LIMIT), tuple(plain_section(part) for part in some))
    if len(parts) > len(shown):
        yield Message(f"And {counted(len(parts) - len(shown), 'part')} more, which would be too much here.")


def _parts(file: Attachment) -> list[str]:
    """Cut a text into parts that fit into sections, between lines where there are any."""
    text = file.content.decode(errors="replace") if isinstance(file.content, bytes) else ""
    return split(text, SECTION_LIMIT)
