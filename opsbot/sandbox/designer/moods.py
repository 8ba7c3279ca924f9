"""How a node fares as a whole: well, or badly in one of a few ways that people know from life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from opsbot.sandbox.designer.site import DesignerSite

MoodName = Literal["well", "slow", "failing", "wrong", "mute", "absent"]
MOOD_NAMES: tuple[MoodName, ...] = get_args(MoodName)
_EVERYTHING = "* /**"
_SLOW_SECONDS = 2.5


@dataclass(frozen=True, slots=True)
class Mood:
    """What it is called, what one sees of it, and what makes it so."""

    title: str
    about: str
    latency: float = 0.0
    faults: tuple[dict[str, Any], ...] = ()


MOODS: dict[MoodName, Mood] = {
    "well": Mood("Well", "It answers at once."),
    "slow": Mood("Slow", f"Every answer takes {_SLOW_SECONDS} seconds.", latency=_SLOW_SECONDS),
    "failing": Mood(
        "Failing", "It answers 503 to everything.", faults=({"route": _EVERYTHING, "kind": "status", "status": 503},)
    ),
    "wrong": Mood(
        "Wrong", "It shows its login page instead of answers.", faults=({"route": _EVERYTHING, "kind": "html"},)
    ),
    "mute": Mood(
        "Mute",
        "It publishes what it is told to, and hangs up before it says so.",
        faults=({"route": "POST /projects/*/apiservices/*/packages/*/publish", "kind": "reset_after"},),
    ),
    "absent": Mood("Absent", "Every connection is reset.", faults=({"route": _EVERYTHING, "kind": "reset_before"},)),
}


def put_in_mood(site: DesignerSite, name: MoodName) -> None:
    """Have the node fare so from now on; whatever faults and latency there were are gone."""
    mood = MOODS[name]
    site.recover()
    site.latency = mood.latency
    for fault in mood.faults:
        site.faults.add(**fault)


def mood_of(site: DesignerSite) -> MoodName | None:
    """Tell how the node fares; None where faults or latency were set otherwise."""
    faults = [{key: fault[key] for key in ("route", "kind", "status")} for fault in site.faults.listed()]
    for name, mood in MOODS.items():
        wanted = [{"status": 500, **fault} for fault in mood.faults]
        if (site.latency, faults) == (mood.latency, wanted):
            return name
    return None
