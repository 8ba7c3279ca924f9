"""Who may do what: roles, the grants that give them to people, and the one question asked of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING

from opsbot.domain.globs import may_meet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from opsbot.domain.models import Asker
    from opsbot.domain.references import ProjectRef, ServiceRef


Whom = tuple[frozenset[str], frozenset[str]]
"""Whom to ask: people by their ids, and the user groups whose members they are."""

NOBODY: Whom = (frozenset(), frozenset())


class Permission(StrEnum):
    """One kind of act that a role may allow."""

    READ = "read"
    DESIGN = "design"
    PACKAGE = "package"
    PUBLISH = "publish"
    APPROVE = "approve"
    ADMIN = "admin"


BUILT_IN_ROLES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "viewer": frozenset({Permission.READ}),
        "designer": frozenset({Permission.READ, Permission.DESIGN}),
        "packager": frozenset({Permission.READ, Permission.PACKAGE}),
        "publisher": frozenset({Permission.READ, Permission.PUBLISH}),
        "approver": frozenset({Permission.READ, Permission.APPROVE}),
        "admin": frozenset(Permission),
    }
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for some people, on the services that `services` globs match, in `channels` (none named: in all)."""

    role: str
    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    services: tuple[str, ...] = ("*",)
    channels: frozenset[str] = frozenset()

    def counts_in(self, channel: str) -> bool:
        """Tell whether the grant counts in the channel."""
        return not self.channels or channel in self.channels

    def covers(self, service: ServiceRef) -> bool:
        """Tell whether the grant counts for the service."""
        return covers(self.services, service)


@dataclass(frozen=True, slots=True)
class Membership:
    """The Slack user groups a person is in, by id and handle; `problem` says why that may be incomplete.

    `barred` says why nothing at all is done for the person, whatever was granted to them.
    """

    groups: frozenset[str] = frozenset()
    problem: str = ""
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The grants that hold for one asker in one place: all that is needed to say yes or no.

    `in_terminal`: they ask in a terminal, where not all that they say is heard. `barred` says why none holds for them.
    """

    grants: tuple[Grant, ...]
    roles: Mapping[str, frozenset[Permission]] = field(repr=False)
    problem: str = ""
    in_terminal: bool = False
    barred: str = ""

    def allows(self, permission: Permission, service: ServiceRef) -> bool:
        """Tell whether some grant allows the act on the service."""
        return any(permission in self.roles[grant.role] and grant.covers(service) for grant in self.grants)

    def roles_on(self, service: ServiceRef) -> frozenset[str]:
        """Name the roles that are held on the service."""
        return frozenset(grant.role for grant in self.grants if grant.covers(service))

    def reach(self, permission: Permission) -> tuple[str, ...]:
        """Name the services that the act is allowed on, as globs."""
        giving = (grant for grant in self.grants if permission in self.roles[grant.role])
        return tuple({glob: None for grant in giving for glob in grant.services})

    def allows_somewhere(self, permission: Permission) -> bool:
        """Tell whether some grant allows the act on any service at all."""
        return any(permission in self.roles[grant.role] for grant in self.grants)

    def allows_in(self, permission: Permission, project: ProjectRef) -> bool:
        """Tell whether some grant allows the act on some service that the project has, or may have."""
        services = f"{project}/*"
        return any(
            permission in self.roles[grant.role] and any(may_meet(glob, services) for glob in grant.services)
            for grant in self.grants
        )

    def allows_everywhere(self, permission: Permission) -> bool:
        """Tell whether some grant allows the act on every service."""
        return any(permission in self.roles[grant.role] and "*" in grant.services for grant in self.grants)


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Every role and every grant. No grant means no."""

    grants: tuple[Grant, ...] = ()
    roles: Mapping[str, frozenset[Permission]] = field(default_factory=lambda: BUILT_IN_ROLES)

    @property
    def groups(self) -> frozenset[str]:
        """The user groups that some grant names."""
        return frozenset(group for grant in self.grants for group in grant.groups)

    def standing(self, asker: Asker, membership: Membership) -> Standing:
        """Pick the grants that hold for this asker, here and now."""
        held = () if membership.barred else (grant for grant in self.grants if _holds(grant, asker, membership))
        terminal = bool(asker.place.terminal)
        return Standing(tuple(held), self.roles, membership.problem, terminal, membership.barred)

    def administrators(self, service: ServiceRef | None) -> tuple[frozenset[str], frozenset[str]]:
        """Name the users and the groups who may do everything on the service, or everywhere: whom to ask for a grant."""
        giving = [
            grant
            for grant in self.grants
            if Permission.ADMIN in self.roles[grant.role]
            and (grant.covers(service) if service is not None else "*" in grant.services)
        ]
        return _union(grant.users for grant in giving), _union(grant.groups for grant in giving)

    def anywhere(self, person: str, membership: Membership) -> Standing:
        """Pick the grants that hold for a person in some channel or other: what they may choose, not what they may do."""
        held = (grant for grant in self.grants if person in grant.users or grant.groups & membership.groups)
        grants = () if membership.barred else tuple(held)
        return Standing(grants, self.roles, membership.problem, barred=membership.barred)

    def holders(self, role: str, service: ServiceRef, channel: str) -> tuple[frozenset[str], frozenset[str]]:
        """Name the users and the groups who hold the role on the service in the channel."""
        giving = [
            grant for grant in self.grants if grant.role == role and grant.covers(service) and grant.counts_in(channel)
        ]
        return _union(grant.users for grant in giving), _union(grant.groups for grant in giving)


def covers(globs: Iterable[str], service: ServiceRef) -> bool:
    """Tell whether one of the globs matches `NODE:PROJECT/SERVICE`, case and all."""
    return any(fnmatchcase(str(service), glob) for glob in globs)


def refusal(standing: Standing, permission: Permission, target: ServiceRef | None, *, everywhere: bool = False) -> str:
    """Say why the asker may not, in one sentence; `everywhere`: it takes the permission on all services."""
    where = f" on {target}" if target is not None else ""
    said = f"You may not do that{where}: none of your grants here gives “{permission.value}”."
    if everywhere and standing.allows_somewhere(permission):
        said = f"You may not do that: it takes “{permission.value}” on all services; you may name one."
    return f"{said} {standing.problem}" if standing.problem else said


def _holds(grant: Grant, asker: Asker, membership: Membership) -> bool:
    return grant.counts_in(asker.place.channel) and (
        asker.person.id in grant.users or bool(grant.groups & membership.groups)
    )


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
