"""What looks like a secret is taken out of a text, and what doesn't stays."""

from __future__ import annotations

import pytest

from opsbot.domain.redaction import redacting


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("the token is xoxb-12-ab34.", "the token is [secret]."),
        ("xoxp-1111-2222 and xapp-1-A02-33-beef", "[secret] and [secret]"),
        ("key dkuaps-Ab3dEf6h", "key [secret]"),
        ("Authorization: Bearer abcdefghijkl", "Authorization: Bearer [secret]"),
        ("authorization: basic c2VjcmV0Og==", "authorization: basic [secret]"),
        ("https://maya:pass@word@node.example/x", "https://[secret]@node.example/x"),
        ("postgresql+psycopg://u:p%40@h/db", "postgresql+psycopg://[secret]@h/db"),
    ],
)
def test_the_forms_of_secrets_are_known(text: str, left: str) -> None:
    assert redacting()(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "adds basic validation of inputs",
        "asked by maya@example.com, see https://node.example/a:b@c",
        "ab" * 32,
        "xoxo",
        "http://127.0.0.1:8080/x",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert redacting()(text) == text


def test_known_secrets_go_and_the_longest_first() -> None:
    assert redacting(["pass", "password", ""])("my password, my pass") == "my [secret], my [secret]"


def test_twice_is_the_same_as_once() -> None:
    redact = redacting(["hunter2"])
    text = redact("Bearer abcdefghijkl https://u:p@h xoxb-1-abcd hunter2")
    assert redact(text) == text
