from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.domain.files import Attachment, size_in_words

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (22_345, "22 KB"),
        (9_870_000, "9.9 MB"),
        (1_000_000_000, "1.0 GB"),
        (5_000_000_000_000, "5000 GB"),
    ],
)
def test_sizes_are_said_as_people_do(size: int, words: str) -> None:
    assert size_in_words(size) == words


def test_a_temporary_file_is_gone_after_it_was_discarded_and_twice_is_as_once(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(b"PK")
    file = Attachment("v1.zip", "v1", path)
    assert file.size == 2
    file.discard()
    file.discard()
    assert not path.exists()
    Attachment("a.txt", "A", b"kept in memory").discard()
