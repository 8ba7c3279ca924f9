"""Values with defaults: a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from opsbot.domain.authorization import AccessRules, Grant
from opsbot.domain.lifecycle import State
from opsbot.domain.models import (
    Asker,
    Decision,
    Endpoint,
    MessageRef,
    Package,
    Person,
    Place,
    PublishRequest,
    Service,
    Vote,
    Wish,
)
from opsbot.domain.policies import DEFAULT_POLICY, Policy
from opsbot.domain.references import ServiceRef
from opsbot.domain.rules import Rules

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SCORING = ServiceRef("design", "FRAUD", "scoring")
MAYA = Person("U01MAYA", "maya")
OMAR = Person("U02OMAR", "omar")
ADA = Person("U03ADA", "ada")
VIC = Person("U04VIC", "vic")
CHANNEL = "C01MLOPS"
CARD = MessageRef(CHANNEL, "1.0")


def asker(person: Person = MAYA, channel: str = CHANNEL, thread: str | None = None) -> Asker:
    return Asker(person, Place(channel, thread))


def package(version: str = "v3", *, age: timedelta = timedelta(0), by: str | None = "maya", notes: str = "") -> Package:
    return Package(version, NOON - age, by, notes)


def service(ref: ServiceRef = SCORING, auth: str = "API_KEYS", endpoints: tuple[Endpoint, ...] = ()) -> Service:
    return Service(ref, ref.service, auth, endpoints or (Endpoint("score", "STD_PREDICTION"),))


def wish(
    version: str = "v3",
    *,
    ref: ServiceRef = SCORING,
    requester: Person = MAYA,
    reason: str = "",
    notes: str = "",
    policy: Policy = DEFAULT_POLICY,
    **more: Any,
) -> Wish:
    return Wish(
        service=ref,
        package=package(version, notes=notes),
        published_service=ref.service,
        requester=requester,
        reason=reason,
        asked_in=CHANNEL,
        asked_at=NOON,
        policy=policy.digest,
        policy_name=policy.name,
        summary_digest=f"summary of {version}",
        **{"card_channel": CHANNEL, "expires_at": NOON + policy.expires_after, **more},
    )


def request(
    number: int = 12,
    state: State = State.PENDING,
    *,
    wanted: Wish | None = None,
    decision: Decision | None = None,
    outcome: str = "",
    card: MessageRef | None = CARD,
    votes: tuple[Vote, ...] = (),
    **more: Any,
) -> PublishRequest:
    return PublishRequest(
        number, wanted or wish(), state, votes=votes, decision=decision, outcome=outcome, card=card, **more
    )


def vote(person: Person = OMAR, *roles: str, comment: str = "", at: datetime = NOON) -> Vote:
    return Vote(person, at, CHANNEL, roles or ("approver",), comment)


def decision(person: Person = OMAR, comment: str = "") -> Decision:
    return Decision(person, NOON, comment)


def grant(role: str, *people: Person, services: tuple[str, ...] = ("*",), channels: tuple[str, ...] = ()) -> Grant:
    return Grant(role, frozenset(person.id for person in people), frozenset(), services, frozenset(channels))


def rules(*grants: Grant, policies: tuple[Policy, ...] = ()) -> Rules:
    return Rules(nodes=("design",), access=AccessRules(grants), policies=policies)


TEAM = (grant("packager", MAYA), grant("publisher", MAYA, OMAR), grant("approver", OMAR, ADA), grant("viewer", VIC))
