"""The evidence of a publish request for people to read, in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from opsbot.domain.audit import Entry

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~&])")


def summary(bundle: Mapping[str, Any], entries: Sequence[Entry]) -> str:
    """Write the summary of a bundle; `entries` are its records about the request."""
    return "\n".join(_lines(bundle, entries)) + "\n"


def _lines(bundle: Mapping[str, Any], entries: Sequence[Entry]) -> Iterator[str]:
    told = bundle["request"]
    what = f"{told['version']} of {told['service']} as {told['published_service']}"
    yield f"# Publish request {bundle['id']}: {_text(what)}"
    yield ""
    yield f"**{_text(told['state'])}** {_text(told['outcome'])}".rstrip()
    yield ""
    yield f"- Asked by {_who(told['requester'])} at {told['asked_at']}: {_text(told['reason'] or 'no reason given')}"
    yield f"- Package: made {told['created_on'] or 'at a time not known'}, packager {_text(told['packager'] or 'not known')}"
    yield f"- Summary digest {told['summary_digest'] or 'none'}; archive digest {told['archive_digest'] or 'none'}"
    yield f"- Policy: {_text(told['policy_name'])}, digest {told['policy'] or 'none'}"
    if told["break_glass"]:
        yield "- The glass was broken: no quorum was waited for."
    is_recorded = any("difference" in entry.detail for entry in entries)
    title = "Difference" if is_recorded else "Difference, of which the records say nothing"
    yield from _section(title, [_text(line) for line in told["difference"]])
    yield from _section("Votes", [_vote(vote) for vote in told["votes"]])
    yield from _section("Decision", [_decision(told["decision"])] if told["decision"] else [])
    yield from _section("Review", [_decision(told["review"])] if told["review"] else [])
    yield from _section("Records", [_record(entry) for entry in entries])
    chain = bundle["chain"]
    yield ""
    yield (
        f"The chain of {len(chain['records'])} records leads from {chain['before']} to {chain['head']}; the records that "
        "aren't about this request are there as digests."
    )


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield from (f"- {line}" for line in lines or ("none",))


def _vote(vote: Mapping[str, Any]) -> str:
    roles = _text(", ".join(vote["roles"]) or "no role of the quorum")
    return f"{_who(vote['person'])} as {roles} at {vote['at']} in {_text(vote['channel'])}: {_text(vote['comment'])}"


def _decision(decision: Mapping[str, Any]) -> str:
    return f"{_who(decision['person'])} at {decision['at']}: {_text(decision['comment'])}"


def _record(entry: Entry) -> str:
    return f"{entry.at.isoformat()} {_text(entry.who.name)}: {_text(entry.what)}, {_text(entry.outcome)}"


def _who(person: Mapping[str, Any]) -> str:
    return f"{_text(person['name'])} ({_text(person['id'])})"


def _text(words: str) -> str:
    """Make people's words plain: on one line, and never markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(words.split()))
