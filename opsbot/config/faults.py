"""What can be wrong with a configuration, each with its path and a hint."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from opsbot.config.schema import Config
from opsbot.domain.authorization import BUILT_IN_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and what to do about it."""

    path: str
    problem: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" + (f" ({self.hint})" if self.hint else "")


def from_validation(error: ValidationError, section: tuple[str, ...] = ()) -> Iterator[Fault]:
    """Turn what pydantic found into faults; `section` is where that was, if not in the whole."""
    for detail in error.errors(include_url=False, include_input=False, include_context=True):
        yield _fault(detail, (*section, *detail["loc"]))


def between_sections(data: Mapping[str, Any], verbs: Iterable[str]) -> Iterator[Fault]:
    """Find names in one section that another doesn't have; runs on raw data, so that it is never kept back."""
    roles = set(BUILT_IN_ROLES) | {str(role.get("name")) for role in _tables(data, "roles")}
    nodes = set(data["nodes"]) if isinstance(data.get("nodes"), dict) else set()
    yield from _unknown(data, "grants", "role", roles)
    yield from _unknown(data, "channels", "node", nodes)
    yield from _unknown_verbs(data, set(verbs))
    yield from _doubles(data, "channels", "id")
    yield from _doubles(data, "roles", "name")
    yield from _doubles(data, "policies", "name")
    yield from _unknown_policy_roles(data, roles)
    for index, role in enumerate(_tables(data, "roles")):
        if str(role.get("name")) in BUILT_IN_ROLES:
            hint = "give it another name"
            yield Fault(f"roles.{index}.name", f"“{role['name']}” is built in and can't be made anew", hint)


def unknown_variables(environment: Iterable[str]) -> Iterator[Fault]:
    """Find variables that are meant for opsbot and name no section."""
    for name in environment:
        section = name.upper().removeprefix("OPSBOT_").partition("__")[0].lower()
        if name.upper().startswith("OPSBOT_") and section not in Config.model_fields:
            yield Fault(name, "no setting is called so", _near(section, Config.model_fields))


def _fault(detail: ErrorDetails, loc: tuple[int | str, ...]) -> Fault:
    path = ".".join(str(part) for part in loc if part != "[key]") or "configuration"
    match detail["type"]:
        case "extra_forbidden":
            return Fault(path, "there is no such setting", _near(str(loc[-1]), _siblings(loc)))
        case "missing":
            return Fault(path, "is missing", "config.example.toml shows one")
        case "value_error":
            return Fault(path, detail["msg"].removeprefix("Value error, "))
        case _:
            return Fault(path, detail["msg"][:1].lower() + detail["msg"][1:])


def _siblings(loc: tuple[int | str, ...]) -> Iterable[str]:
    """Name the settings that stand where the unknown one was written."""
    fields: Any = Config
    for part in loc[:-1]:
        if isinstance(part, str) and isinstance(fields, type) and part in fields.model_fields:  # type: ignore[attr-defined]
            fields = _section(fields.model_fields[part].annotation)  # type: ignore[attr-defined]
    return fields.model_fields if isinstance(fields, type) else ()  # type: ignore[attr-defined]


def _section(annotation: Any) -> Any:
    inside = getattr(annotation, "__args__", ())
    return _section(inside[-1]) if inside else annotation


def _unknown(data: Mapping[str, Any], section: str, key: str, known: set[str]) -> Iterator[Fault]:
    for index, table in enumerate(_tables(data, section)):
        if (value := table.get(key)) is not None and str(value) not in known:
            yield Fault(f"{section}.{index}.{key}", f"there is no {key} “{value}”", _near(str(value), known))


def _unknown_policy_roles(data: Mapping[str, Any], known: set[str]) -> Iterator[Fault]:
    for index, policy in enumerate(_tables(data, "policies")):
        quorum, glass = policy.get("quorum"), policy.get("break_glass")
        named = [("quorum", str(role)) for role in quorum] if isinstance(quorum, dict) else []
        glass_roles = glass.get("roles") if isinstance(glass, dict) else None
        named += [("break_glass.roles", str(role)) for role in glass_roles] if isinstance(glass_roles, list) else []
        for where, role in named:
            if role not in known:
                yield Fault(f"policies.{index}.{where}", f"there is no role “{role}”", _near(role, known))


def _unknown_verbs(data: Mapping[str, Any], known: set[str]) -> Iterator[Fault]:
    for index, channel in enumerate(_tables(data, "channels")):
        verbs = channel.get("verbs")
        for verb in map(str, verbs) if isinstance(verbs, list) else ():
            if verb not in known:
                yield Fault(f"channels.{index}.verbs", f"there is no verb “{verb}”", _near(verb, known))


def _doubles(data: Mapping[str, Any], section: str, key: str) -> Iterator[Fault]:
    seen: set[object] = set()
    for index, table in enumerate(_tables(data, section)):
        value = str(table[key]) if key in table else None
        if value is not None and value in seen:
            yield Fault(f"{section}.{index}.{key}", f"“{value}” is there twice", "put both into one")
        seen.add(value)


def _tables(data: Mapping[str, Any], section: str) -> list[Mapping[str, Any]]:
    found = data.get(section)
    return [table for table in found if isinstance(table, dict)] if isinstance(found, list) else []


def _near(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), n=1)
    return f"did you mean “{near[0]}”?" if near else ""
