"""The least of HTTP/1.1 that both ends of a benchmark need: messages with a Content-Length or no body."""

from dataclasses import dataclass
from typing import Final

HEADER_END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length:"


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer: its first line, its head in lower case, its body, and what came after it."""

    first_line: bytes
    head: bytes
    body: bytes
    rest: bytes


def read_message(data: bytes) -> Message | None:
    """Take one whole message off the front of `data`, if it is all there."""
    end = data.find(HEADER_END)
    if end < 0:
        return None
    head = data[:end].lower()
    at = head.find(LENGTH)
    length = int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    total = end + len(HEADER_END) + length
    if len(data) < total:
        return None
    return Message(data[:end].split(b"\r\n", 1)[0], head, data[total - length : total], data[total:])
