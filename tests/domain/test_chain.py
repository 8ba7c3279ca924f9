"""What the verification of a chain finds, for any chain and any way to change it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opsbot.domain.audit import BEFORE_THE_FIRST, Head, Record, digest, link
from opsbot.domain.chain import KnownHead, verify

if TYPE_CHECKING:
    from collections.abc import Sequence


def chained(bodies: Sequence[str], before: Head = BEFORE_THE_FIRST) -> list[Record]:
    records = []
    for seq, body in enumerate(bodies, before.seq + 1):
        before = Head(seq, link(before.link, digest(body)))
        records.append(Record(seq, body, before.link))
    return records


def head_of(record: Record, source: str = "the head given", *, outside: bool = True) -> KnownHead:
    return KnownHead(Head(record.seq, record.link), source, outside)


BODIES = st.lists(st.text(max_size=5), min_size=2, max_size=12)
FIVE = chained(["one", "two", "three", "four", "five"])


@given(BODIES)
def test_a_chain_as_it_was_written_is_proven_to_its_head(bodies: list[str]) -> None:
    chain = chained(bodies)
    verdict = verify(chain, [head_of(chain[-1])])
    assert (verdict.faults, verdict.proven_to, verdict.unproven) == ((), len(chain), 0)


@given(BODIES, st.data())
def test_any_edit_is_found(bodies: list[str], data: st.DataObject) -> None:
    chain = chained(bodies)
    at = data.draw(st.integers(0, len(chain) - 1))
    body = data.draw(st.text(max_size=5))
    assume(body != chain[at].body)
    edited = [*chain[:at], replace(chain[at], body=body), *chain[at + 1 :]]
    assert verify(edited, [head_of(chain[-1])]).faults


@given(BODIES, st.data())
def test_a_history_written_anew_with_good_links_is_found(bodies: list[str], data: st.DataObject) -> None:
    chain = chained(bodies)
    at = data.draw(st.integers(0, len(chain) - 1))
    anew = chained([*bodies[:at], bodies[at] + "!", *bodies[at + 1 :]])
    assert verify(anew).faults == ()
    assert "rewritten" in verify(anew, [head_of(chain[-1])]).faults[0]


@given(BODIES, st.data())
def test_any_link_that_was_changed_is_found(bodies: list[str], data: st.DataObject) -> None:
    chain = chained(bodies)
    at = data.draw(st.integers(0, len(chain) - 1))
    broken = [*chain[:at], replace(chain[at], link="f" * 64), *chain[at + 1 :]]
    assert verify(broken, [head_of(chain[-1])]).faults


@given(BODIES, st.data())
def test_any_deletion_is_found(bodies: list[str], data: st.DataObject) -> None:
    chain = chained(bodies)
    first = data.draw(st.integers(0, len(chain) - 1))
    count = data.draw(st.integers(1, len(chain) - first))
    assert verify([*chain[:first], *chain[first + count :]], [head_of(chain[-1])]).faults


@given(BODIES, st.data())
def test_any_deletion_with_the_rest_numbered_anew_is_found(bodies: list[str], data: st.DataObject) -> None:
    chain = chained(bodies)
    at = data.draw(st.integers(0, len(chain) - 1))
    rest = [replace(record, seq=record.seq - 1) for record in chain[at + 1 :]]
    assert verify([*chain[:at], *rest], [head_of(chain[-1])]).faults


@given(BODIES, st.data())
def test_any_two_records_that_were_swapped_are_found(bodies: list[str], data: st.DataObject) -> None:
    chain = chained(bodies)
    one, other = sorted(data.draw(st.sets(st.integers(0, len(chain) - 1), min_size=2, max_size=2)))
    swapped = list(chain)
    swapped[one], swapped[other] = chain[other], chain[one]
    assert verify(swapped, [head_of(chain[-1])]).faults
    assume(chain[one].body != chain[other].body)
    renumbered = [replace(record, seq=seq) for seq, record in enumerate(swapped, 1)]
    assert verify(renumbered, [head_of(chain[-1])]).faults


@given(BODIES, st.data())
def test_any_end_that_was_cut_off_is_found(bodies: list[str], data: st.DataObject) -> None:
    chain = chained(bodies)
    left = data.draw(st.integers(0, len(chain) - 1))
    assert verify(chain[:left]).faults == ()
    faults = verify(chain[:left], [head_of(chain[-1])]).faults
    assert faults == (
        f"The chain ends with {left}, but the head given knows record {len(chain)}: its end was cut off.",
    )


@pytest.mark.parametrize(
    ("chain", "faults"),
    [
        (
            [*FIVE[:2], replace(FIVE[2], body="3"), *FIVE[3:]],
            ["Record 3 isn't what its link says: it, or the link before it, was changed."],
        ),
        ([FIVE[0], *FIVE[3:]], ["Records 2 to 3 are missing."]),
        ([FIVE[0], *FIVE[2:]], ["Record 2 is missing."]),
        (
            [*FIVE[:3], FIVE[1], *FIVE[3:]],
            ["Record 2 comes after record 3: the order was changed.", "Record 3 is missing."],
        ),
    ],
)
def test_what_is_wrong_is_said_once(chain: list[Record], faults: list[str]) -> None:
    assert list(verify(chain).faults) == faults


def test_what_no_head_covers_is_unproven() -> None:
    kept = head_of(FIVE[3], "request 7", outside=False)
    assert list(verify(FIVE, [kept, head_of(FIVE[1])]).in_sentences()) == [
        f"5 records were read; the last is 5:{FIVE[-1].link}.",
        "Proven to 2 by the head given.",
        "3 records after it are unproven: no head from outside covers them.",
        "Up to 4 they agree with request 7, which is in the same database.",
        "No fault was found.",
    ]


def test_a_head_in_the_same_database_proves_nothing() -> None:
    verdict = verify(FIVE, [head_of(FIVE[-1], "request 7", outside=False)])
    assert (verdict.proven_to, verdict.kept_to, verdict.unproven) == (0, 5, 5)


def test_a_head_after_a_fault_proves_nothing() -> None:
    edited = [FIVE[0], replace(FIVE[1], body="2"), *FIVE[2:]]
    verdict = verify(edited, [head_of(FIVE[0], "Slack"), head_of(FIVE[-1])])
    assert (verdict.proven_to, verdict.proven_by, verdict.unproven) == (1, "Slack", 4)


def test_two_heads_that_contradict_each_other_can_not_both_be_right() -> None:
    other = KnownHead(Head(3, "a" * 64), "Slack")
    verdict = verify(FIVE, [head_of(FIVE[2]), other])
    assert verdict.faults == ("History was rewritten: Slack has another link for record 3.",)


def test_of_very_many_faults_the_first_hundred_are_told() -> None:
    records = [replace(record, body="?") for record in chained([str(number) for number in range(150)])]
    faults = verify(records).faults
    assert (len(faults), faults[-1]) == (101, "… and 50 more.")


def test_an_empty_chain_is_no_fault_until_something_is_known_of_it() -> None:
    assert verify([]).faults == ()
    assert verify([], [KnownHead(BEFORE_THE_FIRST, "the head given")]).faults == ()
