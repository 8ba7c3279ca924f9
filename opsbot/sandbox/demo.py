"""The demo workspace: its people, channels and user groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace.channels import Channel
from opsbot.sandbox.workspace.people import Person, UserGroup
from opsbot.sandbox.workspace.state import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BOT = "U0BOT"
NEWS = "C04NEWS"
MAYA = Person("U01MAYA", "maya", "Maya Lindqvist", "Data scientist")
OMAR = Person("U02OMAR", "omar", "Omar Haddad", "ML lead")
ADA = Person("U03ADA", "ada", "Ada Okafor", "Platform admin")
VIC = Person("U04VIC", "vic", "Vic Duarte", "Analyst")
NILS = Person("U05NILS", "nils", "Nils Brandt", "New here")
GRACE = Person("U06GRACE", "grace", "Grace Bello", "Data scientist")

PEOPLE = (MAYA, OMAR, ADA, VIC, NILS, GRACE)
LOGINS = {person.id: person.name for person in (MAYA, OMAR, ADA, GRACE)}  # what they are called on the design node
USER_GROUPS = (UserGroup("S01APPROVERS", "ml-approvers", "ML approvers", (OMAR.id, ADA.id)),)

_EVERYBODY = frozenset(person.id for person in PEOPLE)

CHANNELS = (
    Channel("C01MLOPS", "ml-ops", _EVERYBODY | {BOT}, topic="Models on their way to production"),
    Channel("C02APPROVALS", "approvals", _EVERYBODY | {BOT}, topic="What waits for a yes"),
    Channel(NEWS, "api-news", _EVERYBODY | {BOT}, topic="What happens on the design node, by whomever"),
    Channel("C03RANDOM", "random", _EVERYBODY, topic="Everything else"),
)


def workspace(app: Mapping[str, Any], *, channels: Iterable[Channel] = CHANNELS, **rest: Any) -> Workspace:
    """Make the workspace, with the app in it that has this manifest; `rest` is as `Workspace` takes it."""
    return Workspace(app, people=PEOPLE, channels=channels, user_groups=USER_GROUPS, **rest)
