"""The evidence of one publish request: a bundle that an auditor can check with no bot and no database.

A bundle is JSON. Its `chain` has every record from before the request's first up to a head: those about the request in
full, the rest as digests, so that the links can be computed anew. What is told of the request beside that is what the
records tell, too. What a digest hides can't be known from the bundle; the whole chain says whether it hides a record
about the request.
"""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

from opsbot.domain import facts
from opsbot.domain.audit import Head, Record, canonical, digest, entry_of, link
from opsbot.domain.chain import Verdict, Walk
from opsbot.domain.lifecycle import State
from opsbot.domain.quorum import missing
from opsbot.domain.redaction import HIDDEN
from opsbot.domain.summary import summary
from opsbot.domain.writing import plain
from opsbot.errors import OpsbotError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from opsbot.domain.audit import Entry
    from opsbot.domain.chain import KnownHead
    from opsbot.domain.models import PublishRequest
    from opsbot.domain.redaction import Redact

FORMAT = "opsbot evidence"
VERSION = 1

_DIGEST_LETTERS = 64
_NO_BUNDLE = "This isn't a bundle that I can read: “opsbot audit export” writes those."
_AFTER_APPROVAL = frozenset({State.APPROVED, State.PUBLISHING, State.PUBLISHED, State.UNKNOWN})

_KEYS = frozenset({"format", "version", "made_at", "id", "request", "policy", "identities", "chain", "summary"})

Bundle = dict[str, Any]


def bundle(
    request: PublishRequest,
    before: Head,
    records: Iterable[Record],
    *,
    policy: Mapping[str, Any] | None,
    made_at: datetime,
    redact: Redact,
) -> Bundle:
    """Make the bundle of a request from the records between the head `before` its first one and the head to end at.

    `policy` is what the policy said whose digest is on the request, if that is known yet.
    """
    items: list[str] = []
    entries: list[Entry] = []
    last = before
    for record in records:
        last = Head(record.seq, record.link)
        is_about_it = _is_about(record, request.id)
        items.append(record.body if is_about_it else digest(record.body))
        if is_about_it:
            entries.append(entry_of(record))
    kept = facts.of_records(entries)
    made: Bundle = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": made_at.astimezone(UTC).isoformat(),
        "id": request.id,
        "request": facts.adopt_hidden(plain(facts.of_request(request), redact), kept, HIDDEN),
        "policy": dict(policy) if policy is not None else None,
        "identities": facts.people(entries),
        "chain": {"before": str(before), "records": items, "head": str(last)},
    }
    return {**made, "summary": summary(made, entries)}


def read(text: str) -> Any:
    """Read a bundle from its file; None, which is no bundle, where it isn't JSON that all read alike."""
    try:
        return json.loads(text, object_pairs_hook=_table)
    except (ValueError, RecursionError):
        return None


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key is there twice: some read the first, some the last")
    return table


def verify_bundle(data: Any, heads: Iterable[KnownHead] = ()) -> Verdict:
    """Check a bundle by itself and against heads that were kept elsewhere; a head outside of its records is a fault."""
    try:
        return _verified(data, heads)
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError, OpsbotError):
        # Each of these is what some broken piece of JSON makes of reading it; a bundle that can't be read proves nothing.
        return Verdict(0, None, (_NO_BUNDLE,))


def _verified(data: Mapping[str, Any], heads: Iterable[KnownHead]) -> Verdict:
    if (data["format"], data["version"]) != (FORMAT, VERSION):
        raise ValueError(data["format"])
    walk = Walk(Head.parse(data["chain"]["before"]), heads)
    entries = list(_walked(walk, data["chain"]["records"], data["id"]))
    if walk.last != Head.parse(data["chain"]["head"]):
        walk.fault(f"The records lead to {walk.last}, not to the head {data['chain']['head']} that the bundle names.")
    where = f"records {walk.first} to {walk.last.seq}"
    for known in walk.unmet():
        walk.fault(f"Record {known.head.seq}, which {known.source} is of, isn't among {where}: export up to that head.")
    for sentence in _contradictions(data, entries):
        walk.fault(sentence)
    return walk.verdict()


def _walked(walk: Walk, items: Sequence[str], request: int) -> Iterator[Entry]:
    """Follow the chain, computing each link; gives what the records in full say."""
    for item in items:
        in_full = len(item) != _DIGEST_LETTERS
        seq, found = walk.last.seq + 1, digest(item) if in_full else item
        record = Record(seq, item, link(walk.last.link, found))
        walk.pass_by(Head(seq, record.link))
        if not in_full:
            continue
        data = json.loads(item)
        if data["seq"] != seq:
            walk.fault(f"Record {seq} says that it is record {data['seq']}.")
        if data["request"] != request:
            walk.fault(f"Record {seq} isn't about request {request}.")
        yield entry_of(record)


def _contradictions(data: Mapping[str, Any], entries: Sequence[Entry]) -> Iterator[str]:
    """Say what the bundle tells otherwise than its records."""
    told, kept = data["request"], facts.of_records(entries)
    for name in sorted((data.keys() ^ _KEYS) | (told.keys() ^ facts.NAMES)):
        yield f"“{name}” is missing, or nothing that a bundle has."
    if not kept:
        yield "The record of the asking isn't there."
    for name in facts.differing(told, kept):
        yield f"The request's {name.replace('_', ' ')} isn't what the records say."
    if data["identities"] != facts.people(entries):
        yield "The identities aren't those in the records."
    if data["summary"] != summary(data, entries):
        yield "The summary isn't what the bundle says."
    if any(entry.policy not in {"", told["policy"]} for entry in entries):
        yield "A record names another policy than the request does."
    yield from _against_policy(data)


def _against_policy(data: Mapping[str, Any]) -> Iterator[str]:
    told, policy = data["request"], data["policy"]
    if policy is None:
        return
    if digest(canonical(policy)) != told["policy"]:
        yield "The policy isn't the one whose digest is on the request."
        return
    by_vote = told["state"] in _AFTER_APPROVAL and not told["break_glass"]
    lacking = missing(policy["quorum"], {vote["person"]["id"]: frozenset(vote["roles"]) for vote in told["votes"]})
    if by_vote and lacking:
        short = ", ".join(f"{count} × {role}" for role, count in lacking.items())
        yield f"The request is {told['state']}, but its votes don't fill the policy's quorum: {short} is missing."


def _is_about(record: Record, request: int) -> bool:
    """Tell whether a record is about the request, by what was hashed and not by what stands beside it."""
    # Most aren't, and to see that needs no reading of JSON.
    return f'"request":{request},' in record.body and json.loads(record.body)["request"] == request
