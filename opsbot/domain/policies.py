"""The policies: what a publish needs, as data."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from opsbot.domain.audit import canonical
from opsbot.domain.audit import digest as digest_of
from opsbot.domain.authorization import covers
from opsbot.domain.freezes import Freeze, WeekTime

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opsbot.domain.references import ServiceRef


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Who may publish without the quorum and through a freeze, giving a reason; another person reviews it in time."""

    roles: tuple[str, ...]
    review_within: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """What publishing needs, for the services that `services` globs match and the published services that those match.

    `quorum` names roles, each with how many people who hold it have to approve, all of them different people; an empty
    one publishes at once.
    """

    name: str
    services: tuple[str, ...] = ("*",)
    published_services: tuple[str, ...] = ("*",)
    quorum: tuple[tuple[str, int], ...] = (("approver", 1),)
    requester_may_approve: bool = False
    packager_may_approve: bool = False
    unknown_packager: Literal["allow", "refuse"] = "allow"
    expires_after: timedelta = timedelta(days=7)
    remind_every: timedelta | None = None
    identity: Literal["summary", "digest"] = "summary"
    approvals_channel: str | None = None
    freezes: tuple[Freeze, ...] = ()
    break_glass: BreakGlass | None = None

    @property
    def digest(self) -> str:
        """Name this policy as it is: any change of it is another digest."""
        return digest_of(canonical(as_data(self)))

    def decides(self, service: ServiceRef, published_service: str) -> bool:
        """Tell whether the policy covers publishing the service there."""
        return covers(self.services, service) and any(
            fnmatchcase(published_service, glob) for glob in self.published_services
        )


DEFAULT_POLICY = Policy("default")


def policy_for(service: ServiceRef, published_service: str, policies: Iterable[Policy]) -> Policy:
    """Pick the first policy that covers the service; where none does, the default one."""
    return next((policy for policy in policies if policy.decides(service, published_service)), DEFAULT_POLICY)


def may_break_glass(service: ServiceRef | None, policies: Iterable[Policy]) -> bool:
    """Tell whether some policy that may decide lets the glass be broken; without a service, for any."""
    return any(
        policy.break_glass is not None and (service is None or covers(policy.services, service)) for policy in policies
    )


def as_data(policy: Policy) -> dict[str, Any]:
    """Write a policy as JSON: lengths of time in whole seconds, local times in ISO 8601."""
    return {field.name: _plain(getattr(policy, field.name)) for field in dataclasses.fields(policy)}


def _plain(value: Any) -> Any:
    match value:
        case timedelta():
            return int(value.total_seconds())
        case datetime():
            return value.isoformat()
        case WeekTime():
            return str(value)
        case tuple():
            return [_plain(each) for each in value]
        case BreakGlass() | Freeze():
            return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        case _:
            return value
