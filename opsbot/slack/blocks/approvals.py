"""What is answered about publishing: requests, decisions, pauses, what a publish needs, and what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.audit import FOR
from opsbot.domain.lifecycle import State
from opsbot.domain.models import HOME
from opsbot.domain.policy import in_words
from opsbot.domain.results import HistoryShown
from opsbot.domain.watching import is_direct
from opsbot.slack.blocks.cards import approvers
from opsbot.slack.blocks.messages import Answer, of_lines
from opsbot.slack.blocks.mrkdwn import at_least, clipped, code, counted, date, escaped, listed, named, person, sentence
from opsbot.slack.blocks.paging import listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.domain.audit import Entry, Head
    from opsbot.domain.models import Asker, Place, PublishRequest
    from opsbot.domain.policies import Policy
    from opsbot.domain.results import (
        AuditShown,
        Decided,
        Explained,
        Paused,
        PublishRequested,
        RequestsListed,
        Resumed,
        Reviewed,
        RoleHolders,
        Settled,
    )

_SHORT = 12
_MOST_NAMED = 12
_OUTCOME_LIMIT = 200


def publish_requested(result: PublishRequested, asker: Asker, *, private: bool) -> Answer | None:
    """Say where the card of a request is, unless it is in plain sight."""
    request = result.request
    what = f"request {request.id}, to publish {_what(request)}"
    place = f"<#{request.wish.card_channel}>"
    if result.was_open:
        return Answer(
            f"That is asked for already: {what}, is {request.state.value}; see its card in {place}.", private=True
        )
    if is_direct(request.wish.card_channel) and result.missing:
        return Answer(
            f"Only you see the card of {what}: it is in our direct conversation. Whoever could approve it finds it in my Home, "
            f"and decides there or by {code(f'approve {request.id}')}. To have others see the card, ask in a channel.",
            private=True,
        )
    if not private and request.wish.card_channel == asker.place.channel:
        return None
    waits = f"It waits for {escaped(in_words(result.missing))}" if result.missing else "It is published at once"
    return Answer(f"{person(asker.person)} opened {what}. {waits}; its card is in {place}.")


def requests_listed(result: RequestsListed, asker: Asker) -> Answer:
    """List publish requests, a page at a time."""
    command = result.command
    kind = command.state.value if command.state is not None else "publish" if command.every else "open"
    headline = f"{person(asker.person)} asked for {kind} requests: {at_least(result.total, 'request')}."
    lines = [_request(request) for request in result.requests]
    return listing(headline, lines, _again(result), command.page, result.total, counts_on=False)


def decided(result: Decided, asker: Asker) -> Answer | None:
    """Say what was decided, but not in the card's own thread, where it is told."""
    request = result.request
    if request.card is not None and (request.card.channel, request.card.ts) == (
        asker.place.channel,
        asker.place.thread,
    ):
        return None
    if request.state is State.PENDING:
        short = escaped(in_words(result.missing))
        return Answer(
            f"{person(asker.person)} approved request {request.id}: {_what(request)}. It still takes {short}."
        )
    verb = {State.APPROVED: "approved", State.DECLINED: "declined"}.get(request.state, request.state.value)
    if request.state is State.APPROVED and request.votes:
        who = approvers(request)
    else:
        who = person(request.decision.person) if request.decision is not None else "Somebody"
    return Answer(f"{who} {verb} request {request.id}: {_what(request)}.")


def judged(result: Settled | Reviewed, asker: Asker) -> Answer:
    """Say that somebody settled or reviewed a publish; its thread tells more."""
    request = result.request
    verb = "reviewed" if request.review is not None else f"settled as {request.state.value}"
    return Answer(f"{person(asker.person)} {verb} request {request.id}: {_what(request)}.")


def paused(result: Paused) -> Answer:
    """Say that nothing is published."""
    pause = result.pause
    where = "Publishing" if pause.services == "*" else f"Publishing of {code(pause.services)}"
    waiting = f" {counted(result.waiting, 'open request')} {'waits' if result.waiting == 1 else 'wait'}."
    reason = sentence(escaped(clipped(pause.reason, _OUTCOME_LIMIT)))
    said = f":double_vertical_bar: {where} is paused by {person(pause.by)}: {reason}"
    return Answer(f"{said}{waiting}" if result.waiting else said)


def resumed(result: Resumed, asker: Asker) -> Answer:
    """Say that publishing goes on."""
    where = listed("everything" if pause.services == "*" else code(pause.services) for pause in result.pauses)
    return Answer(f":arrow_forward: {person(asker.person)} resumed publishing of {where}.")


def explained(result: Explained, asker: Asker) -> Answer:
    """Say what a publish needs, and why the asker can't."""
    service, policy = result.command.service, result.policy
    version = f"{code(result.command.version)} of " if result.command.version is not None else ""
    headline = f"{person(asker.person)} asked what publishing {version}{code(service)} needs: policy {code(policy.name)} decides."
    return Answer(headline, (of_lines([*_lines(result)]),))


def records_shown(result: HistoryShown | AuditShown, asker: Asker) -> Answer:
    """Show records of the audit, a page at a time; what was refused or failed stands out."""
    command = result.command
    about, again = "the audit", ["audit"]
    if isinstance(result, HistoryShown):
        about, again = f"the history of {code(result.command.service)}", ["history"]
    if command.service is not None:
        again.append(str(command.service))
    if not isinstance(result, HistoryShown) and result.command.request is not None:
        again.append(f"--request {result.command.request}")
    headline = f"{person(asker.person)} asked for {about}: {at_least(result.total, 'record')}."
    lines = [_record(head, entry) for head, entry in result.entries]
    return listing(headline, lines, " ".join(again), command.page, result.total, counts_on=False)


def _again(result: RequestsListed) -> str:
    """Write the line that asks for the same requests."""
    command = result.command
    words = ["requests"]
    words += [str(command.service)] if command.service is not None else []
    words += [f"--state {command.state.value}"] if command.state is not None else []
    words += ["--all"] if command.every else []
    if command.requester is not None:
        words.append(f"--by <@{command.requester.id}>" if command.requester.id else f"--by @{command.requester.name}")
    return " ".join(words)


def _request(request: PublishRequest) -> str:
    asked = f"asked by {named(request.wish.requester)} {date(request.wish.asked_at)}"
    return f"*{request.id}* · {code(request.service)} {code(request.version)} · {request.state.value} · {asked}"


def _lines(result: Explained) -> Iterator[str]:
    policy, request = result.policy, result.request
    yield f"*Policy* {code(policy.name)} {code(policy.digest[:_SHORT])}, for {listed(map(code, policy.services))}"
    if not policy.quorum:
        yield "Nobody has to approve: it is published at once."
    yield from (_holders(role) for role in result.holders)
    yield from _terms(policy)
    if request is not None:
        yield f"*Request {request.id}* by {named(request.wish.requester)} is {request.state.value}."
    yield from (f":double_vertical_bar: {escaped(obstacle)}" for obstacle in result.obstacles)
    if result.objections:
        yield "*What you can't do*"
        yield from (f"• {escaped(objection)}" for objection in result.objections)
    else:
        yield "You may ask for it, and approve it where somebody else asked."


def _holders(role: RoleHolders) -> str:
    people = [f"<@{user}>" for user in role.people[:_MOST_NAMED]]
    more = [f"{len(role.people) - _MOST_NAMED} more"] if len(role.people) > _MOST_NAMED else []
    who = listed([*people, *more]) if people else "nobody"
    unread = f" (nobody could be read in {listed(map(code, role.unread))})" if role.unread else ""
    need = f"{role.missing} of {role.needed} missing" if role.missing < role.needed else f"{role.needed} needed"
    return f"• {code(role.role)}, {need}: {who}{unread}"


def _terms(policy: Policy) -> Iterator[str]:
    own = "may" if policy.requester_may_approve else "may not"
    made = "may" if policy.packager_may_approve else "may not"
    yield f"Who asks {own} approve; who packaged it {made}. It expires after {_length(policy.expires_after.total_seconds())}."
    if policy.identity == "digest":
        yield "The whole archive is read and compared before each approval and before it is published."
    for freeze in policy.freezes:
        said = f": {escaped(freeze.reason)}" if freeze.reason else ""
        yield f"Frozen from {escaped(str(freeze.start))} to {escaped(str(freeze.end))} {escaped(freeze.zone)}{said}"
    if policy.break_glass is not None:
        roles = listed(map(code, policy.break_glass.roles))
        yield f"The glass may be broken by {roles}; a review is due within {_length(policy.break_glass.review_within.total_seconds())}."


def _length(seconds: float) -> str:
    for name, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            return counted(int(seconds // length), name)
    return counted(int(seconds), "second")


def _record(head: Head, entry: Entry) -> str:
    who = escaped(" for ".join(filter(None, (entry.who.name, entry.detail.get(FOR)))))
    where = f" in {_where(entry.where)}" if entry.where is not None else ""
    about = [f"request {entry.request}"] if entry.request is not None else []
    about += [f"{code(entry.version)} of {code(entry.service)}"] if entry.service is not None and entry.version else []
    about += [code(entry.service)] if entry.service is not None and not entry.version else []
    outcome = "" if entry.outcome == "done" else f" — *{escaped(clipped(entry.outcome, _OUTCOME_LIMIT))}*"
    mark = ":no_entry: " if outcome else ""
    what = " ".join([escaped(entry.what), *([" · ".join(about)] if about else [])])
    return f"{code(head.seq)} {date(entry.at)} · {mark}{who}: {what}{where}{outcome}"


def _where(place: Place) -> str:
    if place == HOME:
        return "their Home"
    if not place.terminal:
        return f"<#{place.channel}>"
    return f"the terminal of {code(place.terminal)}" + (f", for <#{place.channel}>" if place.channel else "")


def _what(request: PublishRequest) -> str:
    return f"{code(request.version)} of {code(request.service)}"
