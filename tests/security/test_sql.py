"""What people write is a value to the database, whatever it looks like."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opsbot.domain.audit import Entry, entry_of
from opsbot.domain.models import Person, Place
from opsbot.store import AuditStore, NoteStore, SeenStore
from tests.builders import NOON, SCORING

if TYPE_CHECKING:
    from opsbot.store import Database

HOSTILE = (
    "'); DROP TABLE publish_requests; --",
    '" OR "1"="1',
    "%s %(x)s :name {0} ${x}",
    "\\'; SELECT pg_sleep(10); --",
    "a\\\\b",
    "snow ☃, \U0001f4a3, \u202e",
    "line\nbreak\ttab",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_come_back_as_they_went_in(database: Database, text: str) -> None:
    audit = AuditStore(database)
    audit.append(Entry(NOON, Person(text, text), "publish", text, Place(text), SCORING, version=text))
    [record], _ = audit.page(service=None, request=None, page=1, size=5)
    kept = entry_of(record)
    assert (kept.who.id, kept.outcome, kept.version) == (text, text, text)
    seen, notes = SeenStore(database), NoteStore(database)
    assert seen.is_first(text[:60], NOON)
    assert not seen.is_first(text[:60], NOON)
    notes.keep(text[:60], {"name": text}, NOON)
    assert notes.look(text[:60]) == ({"name": text}, NOON)


def test_no_sql_is_put_together_from_strings() -> None:
    """`text()` gets a literal, or one made of the states' own names; nothing is executed as a plain string.

    Migrations are apart: they run before anybody has said anything.
    """
    found = []
    for path in Path("opsbot/store").rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            argument = node.args[0] if node.args else None
            is_literal = argument is None or isinstance(argument, ast.Constant)
            if name in {"text", "exec_driver_sql", "literal_column"} and not is_literal:
                found.append(f"{path.name}: {ast.unparse(node)}")
            if name == "execute" and isinstance(argument, ast.JoinedStr | ast.BinOp):
                found.append(f"{path.name}: {ast.unparse(node)}")
    allowed = "base.py: text('state IN ({})'.format("  # of an enumeration
    assert [each for each in found if allowed not in each] == []
