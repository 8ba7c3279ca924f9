"""What is answered about deliveries: a line each, with what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from opsbot.domain.deliveries import DeliveryState, Kind
from opsbot.domain.watching import is_person
from opsbot.slack.blocks.mrkdwn import at_least, clipped, code, counted, date, escaped, link, person
from opsbot.slack.blocks.paging import listing

if TYPE_CHECKING:
    from opsbot.domain.deliveries import Delivery, Told
    from opsbot.domain.models import Asker
    from opsbot.domain.results import DeliveriesListed
    from opsbot.slack.blocks.messages import Answer

_WHY_LIMIT = 200
_OF_WATCHES = {
    Kind.WATCH_STOPPED: "the end of",
    Kind.DIGEST: "weekly digest of",
    Kind.WATCH_TEST: "test of",
    Kind.TEST_ARRIVED: "what came of a test of",
    Kind.TEST_FAILED: "what came of a test of",
}


def deliveries_listed(result: DeliveriesListed, asker: Asker) -> Answer:
    """List deliveries, a page at a time."""
    command = result.command
    where = "everywhere" if command.everywhere else "directly" if result.personal else "here"
    kind = "what I could not say" if command.failed else "what I said"
    found = at_least(result.total, "message")
    headline = f"{person(asker.person)} asked for {kind} {where} in {counted(command.days, 'day')}: {found}."
    lines = [_in_a_line(told, everywhere=command.everywhere) for told in result.told]
    again = ["deliveries", f"--days {command.days}"]
    again += ["--failed"] if command.failed else []
    again += ["--all"] if command.everywhere else []
    return replace(
        listing(headline, lines, " ".join(again), command.page, result.total, counts_on=False), private=result.personal
    )


def _in_a_line(told: Told, *, everywhere: bool) -> str:
    where = f" · {_target(told)}" if everywhere else ""
    return f"{date(told.created_at)}{where} · {_about(told)} · {_became(told)}"


def _target(told: Told) -> str:
    message = told.delivery.message
    if message.kind is Kind.HOME:
        return f"the Home of <@{message.text}>"
    return f"<@{message.channel}>" if is_person(message.channel) else f"<#{message.channel}>"


def _about(told: Told) -> str:  # noqa: PLR0911 - one arm per kind
    """Say in a few words what it is about."""
    message, kind = told.delivery.message, told.delivery.message.kind
    of = f"{code(told.version)} of {code(told.service)}" if told.version else code(told.service or "")
    match kind:
        case Kind.NEWS:
            return f"{escaped(told.what)}: {of}" if told.service is not None else "an event that is forgotten by now"
        case Kind.CARD | Kind.CARD_REFUSED:
            return f"card of request {message.request}, {of}"
        case Kind.REPAINT:
            return f"card of request {message.request} shown anew" if message.request else f"progress shown anew, {of}"
        case Kind.VOTED | Kind.HELD | Kind.REMINDER | Kind.OUTCOME | Kind.REVIEW:
            return f"{kind.value} in request {message.request}, {of}"
        case Kind.CHANGE:
            return f"{escaped(told.what)} of {of} begun"
        case Kind.CHANGE_ENDED:
            return f"{escaped(told.what)} of {of} ended"
        case Kind.NODE:
            return escaped(clipped(message.text, _WHY_LIMIT))
        case Kind.WATCH_STOPPED | Kind.DIGEST | Kind.WATCH_TEST | Kind.TEST_ARRIVED | Kind.TEST_FAILED:
            return f"{_OF_WATCHES[kind]} watch {message.watch}"
        case Kind.HOME:
            return "shown anew"
        case _:
            assert_never(kind)


def _became(told: Told) -> str:
    """Say what became of it."""
    delivery = told.delivery
    problem = escaped(clipped(delivery.problem, _WHY_LIMIT))
    match delivery.state:
        case DeliveryState.SENT if delivery.ref is None:
            return ":heavy_minus_sign: nothing was to be said any more, or to one person only"
        case DeliveryState.SENT:
            said = link(told.link, "said") if told.link else "said"
            tries = f", after {delivery.attempts} tries" if delivery.attempts > 1 else ""
            return f":white_check_mark: {said} {date(told.sent_at)}{tries}"
        case DeliveryState.JOINED:
            return ":heavy_plus_sign: goes with others, in one message"
        case DeliveryState.FAILED:
            return f":x: given up {date(told.tried_at)}: {problem}"
        case DeliveryState.UNCERTAIN:
            return f":grey_question: given up {date(told.tried_at)}, though it may have been said: {problem}"
        case DeliveryState.WAITING | DeliveryState.SENDING:
            return _waits(delivery, problem)
        case _:
            assert_never(delivery.state)


def _waits(delivery: Delivery, problem: str) -> str:
    if not delivery.attempts:
        held = delivery.message.not_before
        return f":zzz: held back until {date(held)}" if held is not None else ":hourglass: waits for its turn"
    again = f"; again {date(delivery.again_at)}" if delivery.again_at is not None else ""
    why = f": {problem}" if problem else ""
    return f":hourglass: tried {counted(delivery.attempts, 'time')}{why}{again}"
