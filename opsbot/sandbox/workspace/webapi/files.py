"""files.*: what the app uploads, by an address that it asks for first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox.workspace import limits
from opsbot.sandbox.workspace.blocks import check_message_blocks
from opsbot.sandbox.workspace.refusals import RefusedError, invalid_arguments
from opsbot.sandbox.workspace.shapes import JSON, file_json
from opsbot.sandbox.workspace.webapi.chat import thread_of

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.channels import Channel
    from opsbot.sandbox.workspace.files import File
    from opsbot.sandbox.workspace.messages import Blocks
    from opsbot.sandbox.workspace.webapi.calls import Call


def get_upload_url(call: Call) -> JSON:
    """files.getUploadURLExternal: where the bytes of one file may be sent."""
    workspace = call.workspace
    name = call.required("filename")
    length = _length(call)
    alt_text, snippet_type = call.text("alt_txt") or "", call.text("snippet_type") or ""
    file, ticket = workspace.files.ask(workspace.app.bot_user, name, length, alt_text, snippet_type)
    return {"ok": True, "upload_url": f"{workspace.url}/upload/v1/{ticket}", "file_id": file.id}


def complete_upload(call: Call) -> JSON:
    """files.completeUploadExternal: finish uploads, and share the files in one message for each channel.

    Without a channel a file stays the app's own.
    """
    workspace = call.workspace
    wanted = _wanted(call)
    channels = _channels(call)
    blocks = _blocks(call)
    threads = [thread_of(call, channel) for channel in channels]
    files = [workspace.files.complete(file_id, title) for file_id, title in wanted]
    for channel, thread_ts in zip(channels, threads, strict=True):
        ts = workspace.next_ts()
        files = [workspace.files.share(file, channel.id, ts) for file in files]
        text = call.text("initial_comment") or ""
        workspace.share(channel.id, ts, text, files, blocks=blocks, thread_ts=thread_ts)
    return {"ok": True, "files": [{"id": file.id, "title": file.title} for file in files]}


def info(call: Call) -> JSON:
    """files.info: one file that the app may see."""
    file = call.workspace.files.get(call.required("file"))
    if not _is_visible(call, file):
        raise RefusedError("not_visible")
    return {
        "ok": True,
        "file": file_json(call.workspace, file),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


def _length(call: Call) -> int:
    said = call.text("length")
    if said in (None, "0"):
        raise RefusedError("missing_argument")
    if not said.isascii() or not said.isdigit():
        raise invalid_arguments("must be a number [json-pointer:/length]")
    return int(said)


def _wanted(call: Call) -> list[tuple[str, str | None]]:
    files = call.structure("files", "invalid_arguments")
    if not isinstance(files, list) or not files:
        raise invalid_arguments("missing required field: files")
    wanted = []
    for number, each in enumerate(files):
        if not isinstance(each, dict) or not isinstance(each.get("id"), str):
            raise invalid_arguments(f"missing required field: id [json-pointer:/files/{number}/id]")
        wanted.append((each["id"], str(each["title"]) if each.get("title") else None))
    return wanted


def _channels(call: Call) -> list[Channel]:
    """Find where to share; only where there is a `channels` argument does Slack take people, too."""
    if call.text("channel_id") is not None:
        return [_joined(call, call.required("channel_id"), "channel_not_found")]
    named = [name.strip() for name in (call.text("channels") or "").split(",") if name.strip()]
    if len(named) > limits.FILE_CHANNELS:
        raise RefusedError("channels_limit_exceeded")
    if len(named) > 1 and call.text("thread_ts") is not None:
        raise invalid_arguments("thread_ts takes exactly one channel")  # guess: the code, of a rule that Slack states
    return [_joined(call, _direct(call, name), "invalid_channel") for name in named]


def _direct(call: Call, name: str) -> str:
    person = call.workspace.directory.find(name)
    if person is None or person.id != name:
        return name
    return call.workspace.channels.direct(person.id, call.workspace.app.bot_user).id


def _joined(call: Call, name: str, refusal: str) -> Channel:
    bot = call.workspace.app.bot_user
    channel = call.workspace.channels.find(name)
    if channel is None or channel.id != name or (channel.kind != "public" and bot not in channel.members):
        raise RefusedError(refusal)
    if bot not in channel.members:
        raise RefusedError("not_in_channel")
    return call.require_open(channel)


def _blocks(call: Call) -> Blocks:
    blocks = call.structure("blocks", "invalid_blocks")
    if call.text("initial_comment") is not None or not blocks:
        return ()  # as Slack has it: a comment makes it pass over the blocks
    return tuple(check_message_blocks(blocks))


def _is_visible(call: Call, file: File) -> bool:
    bot = call.workspace.app.bot_user
    channels = [call.workspace.channels.get(channel) for channel, _ in file.shares]
    return file.user == bot or any(bot in channel.members for channel in channels)
