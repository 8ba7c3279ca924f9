"""The audit, verified and exported: what the store has, what Slack keeps, and what somebody wrote down."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from opsbot.domain.chain import KnownHead, verify
from opsbot.domain.evidence import bundle, verify_bundle
from opsbot.domain.policies import DEFAULT_POLICY, as_data
from opsbot.domain.redaction import redacting
from opsbot.errors import ConfigError, ConflictError, NotFoundError
from opsbot.slack import KeptWebClient
from opsbot.slack.sending.heads import read_heads
from opsbot.store import AuditStore, Keeper, PolicyStore, RequestStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from opsbot.config import SlackConfig
    from opsbot.domain.audit import Head
    from opsbot.domain.chain import Verdict
    from opsbot.domain.evidence import Bundle
    from opsbot.domain.models import PublishRequest
    from opsbot.store import Database


_MOST_MISFILED = 100


def given(heads: Iterable[Head]) -> list[KnownHead]:
    """Take heads that somebody wrote down for what they are."""
    return [KnownHead(head, "the head given") for head in heads]


def verify_store(database: Database, outside: Iterable[KnownHead]) -> Verdict:
    """Verify the whole chain against these heads and those that the store keeps itself."""
    audit = AuditStore(database)
    # All heads are read before the records, so that none can be of a record that came in between.
    kept = [KnownHead(head, f"request {request}", outside=False) for request, head in audit.heads()]
    kept.append(KnownHead(audit.head(), "the end that the store remembers", outside=False))
    misfiled: list[int] = []
    verdict = verify(audit.records(misfiled=misfiled.append), [*outside, *kept])
    found = (
        f"Record {seq} is filed under something else than it says: who looks for it doesn't find it."
        for seq in misfiled
    )
    more = (f"… and {len(misfiled) - _MOST_MISFILED} more.",) if len(misfiled) > _MOST_MISFILED else ()
    return replace(verdict, faults=(*verdict.faults, *islice(found, _MOST_MISFILED), *more))


def heads_in_slack(
    slack: SlackConfig, database: Database, channels: Iterable[str]
) -> tuple[list[KnownHead], list[str]]:
    """Read the heads in these channels, in those of all cards, and in those that policies name for approvals.

    Gives what could not be read, too. Raises ConfigError where no head is found: then Slack proves nothing.
    """
    cards = AuditStore(database).card_channels()
    approvals = [policy.approvals_channel for policy in PolicyStore(database).in_force()]
    wanted = [*channels, *cards, *(channel for channel in approvals if channel)]
    token = slack.bot_token.get_secret_value() if slack.bot_token is not None else ""
    with closing(KeptWebClient(token, str(slack.api_url))) as client:
        heads, problems = read_heads(client, wanted)
    if not heads:
        raise ConfigError("No head was found in Slack. Name the channels of the cards with --channel.", tuple(problems))
    return heads, problems


def export(database: Database, number: int, until: Head | None) -> tuple[Bundle, Verdict]:
    """Make the bundle of a request, up to the head on the request or a later one; says what is wrong with it, too."""
    audit = AuditStore(database)
    request = RequestStore(database, Keeper(database, audit, lambda _: None)).get(number)
    before = audit.before(number)
    if request.head is None or before is None:
        raise NotFoundError(f"The audit has no record of request {number}; it may be older than the audit.")
    if until is not None and until.seq < request.head.seq:
        raise ConflictError(
            f"The head given is of record {until.seq}, but request {number} goes on until record {request.head.seq}."
        )
    made = bundle(
        request,
        before,
        audit.records(before.seq, (until or request.head).seq),
        policy=_policy(database, request),
        made_at=datetime.now(UTC),
        redact=redacting(),
    )
    kept = KnownHead(request.head, f"request {number}", outside=False)
    return made, verify_bundle(made, [kept, *given([until] if until else [])])


def _policy(database: Database, request: PublishRequest) -> Mapping[str, Any] | None:
    if request.wish.policy == DEFAULT_POLICY.digest:
        return as_data(DEFAULT_POLICY)
    return PolicyStore(database).by_digest(request.wish.policy)
