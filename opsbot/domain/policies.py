"""The policies: what a publish needs, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from opsbot.domain.freezes import Freeze

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
    freezes: tuple[Freeze, ...] = field(default=())
    break_glass: BreakGlass | None = None

    @property
    def digest(self) -> str:
        """Name this policy as it is: any change of it is another digest."""
        raise NotImplementedError


DEFAULT_POLICY = Policy("default")


def policy_for(service: ServiceRef, published_service: str, policies: Iterable[Policy]) -> Policy:
    """Pick the first policy that covers the service; where none does, the default one."""
    raise NotImplementedError
