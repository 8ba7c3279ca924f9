"""Secrets: where each may come from, and what can be wrong with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbot.config.faults import Fault
from opsbot.config.schema import DatabaseConfig, NodeConfig, SlackConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from opsbot.config.section import Section

    Settings = Mapping[str, Any]

_PASSWORD = re.compile(r"://[^/@]*:[^@?]*@|[?&]password=")
_BEGINNINGS = {"bot_token": "xoxb-", "app_token": "xapp-"}
_NEEDED = {"socket": ("bot_token", "app_token"), "http": ("bot_token", "signing_secret")}


def secrets_in_file(data: Settings) -> Iterator[Fault]:
    """Find secrets that were written into the file."""
    for path, kind, section in _sections(data):
        for name in kind.secrets:
            if name in section and (kind is not DatabaseConfig or _PASSWORD.search(str(section[name]))):
                yield Fault(f"{path}.{name}", "a secret doesn't belong in the file", _how(path, name))


def with_secrets(data: Settings) -> tuple[dict[str, Any], list[Fault]]:
    """Put what is in the file that NAME_file points to under NAME, unless that is set itself, or not needed."""
    faults: list[Fault] = []

    def read(path: str, kind: type[Section], section: Settings) -> dict[str, Any]:
        filled = dict(section)
        for name in kind.secrets:
            file = section.get(f"{name}_file")
            if file is None or name in section or (kind is SlackConfig and name not in _needed(kind, section)):
                continue
            try:
                filled[name] = Path(str(file)).read_text(encoding="utf-8").strip()
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or "it isn't text"
                faults.append(Fault(f"{path}.{name}_file", f"can't read the secret from {file}: {why}"))
        return filled

    return _each(data, read), faults


def missing_secrets(data: Settings) -> Iterator[Fault]:
    """Find secrets that nothing gives; a file that couldn't be read is a fault of its own."""
    for path, kind, section in _sections({"slack": {}, **data}):
        for name in _needed(kind, section):
            if name not in section and section.get(f"{name}_file") is None:
                yield Fault(f"{path}.{name}", "is missing", _how(path, name))


def malformed_secrets(data: Settings) -> Iterator[Fault]:
    """Find secrets that can't be what they should be, without showing them."""
    for path, kind, section in _sections(data):
        for name in kind.secrets:
            if isinstance(value := section.get(name), str) and (problem := _problem(name, value)):
                yield Fault(f"{path}.{name}", problem, _how(path, name))


def _needed(kind: type[Section], section: Settings) -> tuple[str, ...]:
    if kind is SlackConfig:
        return _NEEDED.get(str(section.get("mode", "socket")), ("bot_token",))
    return kind.secrets if kind is NodeConfig else ()


def _problem(name: str, value: str) -> str:
    beginning = _BEGINNINGS.get(name, "")
    if not value.strip():
        return "is empty"
    if not value.isprintable() or value != value.strip():
        return "holds white space or control characters at its ends or inside"
    if name != "url" and any(ord(letter) > 0xFF for letter in value):  # noqa: PLR2004 - where latin-1 ends
        return "holds letters that no key has"
    if not value.startswith(beginning):
        return f"doesn't start with {beginning}: is it another kind of token?"
    return ""


def _how(path: str, name: str) -> str:
    variable = f"OPSBOT_{path.upper().replace('.', '__')}__{name.upper()}"
    return f"set {variable}, or {name}_file to a path"


def _sections(data: Settings) -> list[tuple[str, type[Section], Settings]]:
    """Name the sections that may hold secrets, each with its path."""
    found: list[tuple[str, type[Section], Settings]] = []

    def note(path: str, kind: type[Section], section: Settings) -> dict[str, Any]:
        found.append((path, kind, section))
        return dict(section)

    _each(data, note)
    return found


def _each(data: Settings, change: Callable[[str, type[Section], Settings], dict[str, Any]]) -> dict[str, Any]:
    """Give the data with every section that may hold secrets changed; what isn't a table stays as it is."""
    changed = dict(data)
    for name, kind in (("slack", SlackConfig), ("database", DatabaseConfig)):
        if isinstance(data.get(name), dict):
            changed[name] = change(name, kind, data[name])
    if isinstance(nodes := data.get("nodes"), dict):
        changed["nodes"] = {
            name: change(f"nodes.{name}", NodeConfig, node) if isinstance(node, dict) else node
            for name, node in nodes.items()
        }
    return changed
