"""Globs of services, as conditions that both databases read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, false, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import BindParameter, ColumnElement

_EVERYTHING = "*"


class _GlobMatch(FunctionElement[bool]):
    """Asks whether a text matches a glob; its clauses are the text, the glob, and the regular expression of that."""

    name = "glob_match"
    inherit_cache = True  # and no type: to what is Boolean, “= 1” is added on SQLite, which then uses no index


def matches(service: ColumnElement[str], globs: Iterable[str]) -> ColumnElement[bool]:
    """Ask for services that one of the globs matches; none at all where there is none.

    What is asked is read from an index, as far as a glob begins with plain text.
    """
    wanted = frozenset(globs)
    if _EVERYTHING in wanted:
        return true()
    return or_(false(), *(_match(service, glob) for glob in sorted(wanted)))


def _match(service: ColumnElement[str], glob: str) -> ColumnElement[bool]:
    if "*" not in glob and "?" not in glob:
        return service == glob
    as_sqlite_says: BindParameter[str] = bindparam(None, glob.replace("[", "[[]"), unique=True)
    return _GlobMatch(service, as_sqlite_says, bindparam(None, _pattern(glob), unique=True))


@compiles(_GlobMatch, "sqlite")
def _on_sqlite(match: _GlobMatch, compiler: Any, **more: Any) -> str:
    service, glob, _ = match.clauses
    return f"{compiler.process(service, **more)} GLOB {compiler.process(glob, **more)}"


@compiles(_GlobMatch, "postgresql")
def _on_postgresql(match: _GlobMatch, compiler: Any, **more: Any) -> str:
    service, _, pattern = match.clauses
    return f"{compiler.process(service, **more)} ~ {compiler.process(pattern, **more)}"


def _pattern(glob: str) -> str:
    """Turn a glob of * and ? into a regular expression."""
    return "^" + re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".") + "$"
