"""The audit's records: what was tried, by whom, with what outcome, and the chain that proves none was changed."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from opsbot.domain.models import Person, Place
from opsbot.domain.references import ServiceRef

if TYPE_CHECKING:
    from collections.abc import Mapping

OPSBOT = Person("opsbot", "opsbot")
"""Who acts where nobody did: a timer, a look at the node."""

FOR = "for"
"""The key of an entry's detail that names the person for whom opsbot did it."""

_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One attempt or event, before it has its place in the chain.

    `what` is the verb that was tried, or the state that was reached; `outcome` is "done", or begins with "refused: " or
    "failed: ". `policy` is the digest of the policy that decided. `detail` holds strings, whole numbers, true and
    false, null, and lists and tables of these.
    """

    at: datetime
    who: Person
    what: str
    outcome: str
    where: Place | None = None
    service: ServiceRef | None = None
    version: str = ""
    published_service: str = ""
    request: int | None = None
    policy: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of the chain at some moment; written `SEQ:HASH`."""

    seq: int
    link: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.link}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `SEQ:HASH`; ValueError where it isn't one."""
        found = _HEAD.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"“{text}” isn't SEQ:HASH, a number and 64 hexadecimal digits")
        return cls(int(found[1]), found[2])


BEFORE_THE_FIRST = Head(0, "0" * 64)


@dataclass(frozen=True, slots=True)
class Record:
    """An entry in its place: `body` is its canonical JSON, `link` what binds it to all before."""

    seq: int
    body: str
    link: str


def entry_of(record: Record) -> Entry:
    """Read the entry back from its record."""
    data = json.loads(record.body)
    where, service, detail = data["where"], data["service"], data["detail"]
    terminal = detail.pop("terminal", "") if where is not None else ""
    return Entry(
        at=datetime.fromisoformat(data["at"]),
        who=Person(data["who"]["id"], data["who"]["name"]),
        what=data["what"],
        outcome=data["outcome"],
        where=Place(where["channel"], where["thread"], terminal) if where is not None else None,
        service=ServiceRef.parse(service, node=None, project=None) if service is not None else None,
        version=data["version"],
        published_service=data["published_service"],
        request=data["request"],
        policy=data["policy"],
        detail=detail,
    )


def canonical(value: Any) -> str:
    """Write JSON in the one way that hashes are made of: keys sorted, no spaces, no floats."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    """Give the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def link(before: str, record_digest: str) -> str:
    """Bind a record, by its digest, to the link before it."""
    return digest(before + record_digest)
