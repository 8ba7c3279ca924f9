"""The environment: the settings that its variables hold, to be laid over those of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_settings import EnvSettingsSource

from opsbot.config.faults import Fault
from opsbot.config.schema import Config

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def from_environment(sections: Iterable[str]) -> tuple[dict[str, Any], list[Fault]]:
    """Read the variables of these sections; a whole section in one variable is JSON."""
    source = EnvSettingsSource(Config)
    found: dict[str, Any] = {}
    faults = []
    for name in sections:
        field = Config.model_fields[name]
        try:
            text, _, is_complex = source.get_field_value(field, name)
            value = source.prepare_field_value(name, field, text, is_complex)
        except ValueError:
            faults.append(Fault(f"OPSBOT_{name.upper()}", "isn't JSON", "or set what is in it one by one, with __"))
        else:
            found |= {name: value} if value is not None else {}
    return found, faults


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Join two sources: what is above wins, and its NAME_file wins over a NAME below, too."""
    kept = {name: value for name, value in below.items() if name in above or f"{name}_file" not in above}
    return kept | {name: _joined(kept.get(name), value) for name, value in above.items()}


def _joined(below: Any, above: Any) -> Any:
    return laid_over(below, above) if isinstance(below, dict) and isinstance(above, dict) else above
