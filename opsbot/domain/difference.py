"""How two versions of a service differ, as far as can be known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.domain.references import ServiceRef


@dataclass(frozen=True, slots=True)
class EndpointSetup:
    """One endpoint as it is set up; what can't be known is None."""

    id: str
    type: str
    model: str | None = None
    model_version: str | None = None
    code_digest: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceSetup:
    """A service as it is set up; `settings` is all of it, as canonical JSON without secrets."""

    auth_method: str
    endpoints: tuple[EndpointSetup, ...]
    settings: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How a service was set up when a package of it was first seen, which may be later than it was made."""

    service: ServiceRef
    version: str
    packaged_on: datetime | None
    taken_at: datetime
    setup: ServiceSetup


@dataclass(frozen=True, slots=True)
class Difference:
    """What is new in a version against the one that was published last."""

    since: str | None
