"""What can be wrong with a configuration, each with its path and a hint."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from opsbot.config.schema import Config, NodeConfig
from opsbot.domain.authorization import BUILT_IN_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import ValidationError
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_MOST_NAMED = 20


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


def unknown_variables(environment: Iterable[str], nodes: Iterable[str] = ()) -> Iterator[Fault]:
    """Find variables that are meant for opsbot and name no section; `nodes` are the names of those that are known."""
    for name in environment:
        section = name.upper().removeprefix("OPSBOT_").partition("__")[0].lower()
        if name.upper().startswith("OPSBOT_") and section not in Config.model_fields:
            near = _meant(name.upper(), _variables(nodes), cutoff=0.8)  # all of them begin alike
            yield Fault(name, "no setting is called so", near or "write __ between the parts of its path")


def _fault(detail: ErrorDetails, loc: tuple[int | str, ...]) -> Fault:
    path = ".".join(str(part) for part in loc if part != "[key]") or "configuration"
    match detail["type"]:
        case "extra_forbidden":
            return Fault(path, "there is no such setting", _near(str(loc[-1]), _siblings(loc)))
        case "missing":
            return Fault(path, "is missing", "config.example.toml shows one")
        case "value_error":
            return Fault(path, detail["msg"].removeprefix("Value error, "))
        case "list_type":
            return Fault(path, _as_list(loc))
        case "model_type" | "dict_type":
            return Fault(path, _as_table(loc))
        case _:
            return Fault(path, detail["msg"][:1].lower() + detail["msg"][1:])


def _as_list(loc: tuple[int | str, ...]) -> str:
    """Say how a list is written in TOML; one of tables has heads of its own."""
    fields = _fields(loc[:-1])
    if fields is not None and _fields_of(fields[str(loc[-1])].annotation) is not None:
        return (
            f"write a head with two brackets above each: [[{'.'.join(part for part in loc if isinstance(part, str))}]]"
        )
    return 'write a list in brackets, like ["..."]'


def _as_table(loc: tuple[int | str, ...]) -> str:
    """Say how a table is written in TOML; a node's has its name in the head."""
    if loc[0] == "nodes" and len(loc) <= 2:  # noqa: PLR2004 - the section, and a name
        return "write the settings of a node under a head with its name: [nodes.NAME], like [nodes.design]"
    return (
        f"write a table: {loc[-1]} = {{ NAME = VALUE }}, or its settings under a head with the whole path, in brackets"
    )


def _siblings(loc: tuple[int | str, ...]) -> Iterable[str]:
    """Name the settings that stand where the unknown one was written."""
    return _fields(loc[:-1]) or ()


def _fields(loc: tuple[int | str, ...]) -> Mapping[str, FieldInfo] | None:
    """Give the settings below a path; None where there are none."""
    fields: Mapping[str, FieldInfo] | None = Config.model_fields
    for part in loc:
        if isinstance(part, str) and fields is not None and part in fields:
            fields = _fields_of(fields[part].annotation)
    return fields


def _fields_of(annotation: Any) -> Mapping[str, FieldInfo] | None:
    """Give the settings of a section as they are written, be it alone, in a list or under names."""
    inside = getattr(annotation, "__args__", ())
    if inside:
        return next((found for each in reversed(inside) if (found := _fields_of(each)) is not None), None)
    if not isinstance(annotation, type) or not issubclass(annotation, BaseModel):
        return None
    return {field.alias or name: field for name, field in annotation.model_fields.items()}


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
    """Name what was probably meant, or else all that there is, if that isn't too much."""
    names = sorted(known)
    if near := _meant(word, names):
        return near
    return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names)}" if 0 < len(names) <= _MOST_NAMED else ""


def _meant(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return f"did you mean “{near[0]}”?" if near else ""


def _variables(nodes: Iterable[str]) -> Iterator[str]:
    """Name the variable of every setting that has one; a list is one variable."""
    for section, field in Config.model_fields.items():
        if section == "nodes":
            yield from (f"OPSBOT_NODES__{node}__{name}".upper() for node in nodes for name in NodeConfig.model_fields)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from (f"OPSBOT_{section}__{name}".upper() for name in field.annotation.model_fields)
        else:
            yield f"OPSBOT_{section}".upper()
