"""What the configuration decides, as digests: whether it decides otherwise than before shows by them, and no name does."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from opsbot.domain.audit import canonical, digest

if TYPE_CHECKING:
    from opsbot.domain.rules import Rules

_KEPT_IN_FULL = frozenset({"policies", "watches"})


def digests(rules: Rules) -> dict[str, str]:
    """Make a digest of each of the rules by its name, but for those that the store keeps in full.

    In which order something is written that has none makes no difference.
    """
    return {
        each.name: digest(canonical(_plain(getattr(rules, each.name))))
        for each in fields(rules)
        if each.name not in _KEPT_IN_FULL
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(found) for key, found in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((_plain(each) for each in value), key=canonical)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value // timedelta(microseconds=1) if isinstance(value, timedelta) else value
