"""Verifying the audit's chain against heads that were kept elsewhere: what is proven, what isn't, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.domain.audit import BEFORE_THE_FIRST, Head, digest, link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from opsbot.domain.audit import Record

_MOST_FAULTS = 100
"""Faults that are told; whoever finds so many needs no more to know."""


@dataclass(frozen=True, slots=True)
class KnownHead:
    """A head of the chain that somebody kept; `source` says where.

    One that isn't from `outside` is kept in the same database: whoever can rewrite the chain can rewrite it, too.
    """

    head: Head
    source: str
    outside: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of verifying: `faults` are sentences, and without any the chain agrees with every head known.

    Up to `proven_to` the records are what they were when the head of `proven_by` was kept outside; up to `kept_to` they
    agree with a head in the same database. `unproven` counts those for which no head from outside speaks. Without a
    `last` there was nothing to follow.
    """

    records: int
    last: Head | None
    faults: tuple[str, ...] = ()
    proven_to: int = 0
    proven_by: str = ""
    kept_to: int = 0
    kept_by: str = ""
    unproven: int = 0

    def in_sentences(self) -> Iterator[str]:
        """Tell it, a sentence a line."""
        if self.last is None:
            yield from self.faults
            return
        yield f"{_counted(self.records, 'record was', 'records were')} read; the last is {self.last}."
        yield from self.faults
        if self.proven_to:
            yield f"Proven to {self.proven_to} by {self.proven_by}."
        if self.unproven:
            after = " after it" if self.proven_to else ""
            is_are = "is" if self.unproven == 1 else "are"
            yield f"{_counted(self.unproven, 'record', 'records')}{after} {is_are} unproven: no head from outside covers them."
        if self.kept_to > self.proven_to:
            yield f"Up to {self.kept_to} they agree with {self.kept_by}, which is in the same database."
        yield "Faults were found." if self.faults else "No fault was found."


class Walk:
    """The way along a chain, link by link, past the heads that are known."""

    def __init__(self, before: Head, heads: Iterable[KnownHead]) -> None:
        """Begin behind `before`, which is taken as it is."""
        self.last = before
        self.records = 0
        self.unproven = 0
        self.first = before.seq + 1
        self._faults: list[str] = []
        self._count = 0
        self._proven: KnownHead | None = None
        self._kept: KnownHead | None = None
        self._heads: dict[int, list[KnownHead]] = {}
        for known in heads:
            self._heads.setdefault(known.head.seq, []).append(known)
        self._meet(before)

    def go(self, record: Record) -> None:
        """Go on to a record."""
        seq = record.seq
        if seq == self.last.seq + 1:
            if link(self.last.link, digest(record.body)) != record.link:
                self.fault(f"Record {seq} isn't what its link says: it, or the link before it, was changed.")
        elif seq > self.last.seq:
            self.fault(f"{_run(self.last.seq + 1, seq - 1)} missing.")
        else:
            self.fault(f"Record {seq} comes after record {self.last.seq}: the order was changed.")
        self.pass_by(Head(seq, record.link))

    def pass_by(self, head: Head) -> None:
        """Count a record whose link is known to follow from those before."""
        self.last = head
        self.records += 1
        self.unproven += 1
        if head.seq in self._heads:
            self._meet(head)

    def fault(self, sentence: str) -> None:
        """Note what is wrong; of very many, the first are told."""
        self._count += 1
        if self._count <= _MOST_FAULTS:
            self._faults.append(sentence)

    def unmet(self) -> list[KnownHead]:
        """Name the heads that no record had the number of, the lowest first."""
        return [known for seq in sorted(self._heads) for known in self._heads[seq]]

    def verdict(self) -> Verdict:
        """Say what came of it."""
        more = self._count - len(self._faults)
        told = (*self._faults, f"… and {more} more.") if more else tuple(self._faults)
        return Verdict(
            records=self.records,
            last=self.last,
            faults=told,
            proven_to=self._proven.head.seq if self._proven is not None else 0,
            proven_by=self._proven.source if self._proven is not None else "",
            kept_to=self._kept.head.seq if self._kept is not None else 0,
            kept_by=self._kept.source if self._kept is not None else "",
            unproven=self.unproven,
        )

    def _meet(self, here: Head) -> None:
        for known in self._heads.pop(here.seq, ()):
            if known.head != here:
                self.fault(f"History was rewritten: {known.source} has another link for record {here.seq}.")
            elif not self._count:  # past a fault a head that agrees proves less than all before it
                self._proven, self._kept = (known, self._kept) if known.outside else (self._proven, known)
                self.unproven = 0 if known.outside else self.unproven


def verify(records: Iterable[Record], heads: Iterable[KnownHead] = ()) -> Verdict:
    """Read a whole chain in its order, in bounded memory, and say what is wrong with it or how far it is proven.

    An edit, a gap, another order or a broken link shows by itself; a tail that was cut off and a history that was
    written anew from some record on only show by a head that is known.
    """
    walk = Walk(BEFORE_THE_FIRST, heads)
    for record in records:
        walk.go(record)
    for known in walk.unmet():
        number, end = known.head.seq, walk.last.seq
        if number > end:
            walk.fault(f"The chain ends with {end}, but {known.source} knows record {number}: its end was cut off.")
        else:
            walk.fault(f"Record {number} isn't there, but {known.source} knows it.")
    return walk.verdict()


def _run(first: int, last: int) -> str:
    return f"Record {first} is" if first == last else f"Records {first} to {last} are"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
