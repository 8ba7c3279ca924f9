"""What happened, told to whoever watches: a message begins the story of a version, its thread goes on with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import ActionsBlock
from slack_sdk.models.blocks.block_elements import ButtonElement

from opsbot.domain.commands import Compare, CreatePackage, DownloadPackage, RequestPublish, ShowSummary
from opsbot.domain.deliveries import Kind
from opsbot.domain.lifecycle import State
from opsbot.domain.watching import Topic
from opsbot.slack.blocks.cards import MARKS, approvers, ending
from opsbot.slack.blocks.difference import difference_blocks, difference_text
from opsbot.slack.blocks.figures import in_figures
from opsbot.slack.blocks.fitting import fitting
from opsbot.slack.blocks.introducing import OPEN_FORM
from opsbot.slack.blocks.messages import RUN_LINE, About, Message, mrkdwn_section, notes, of_lines
from opsbot.slack.blocks.mrkdwn import clipped, code, counted, date, escaped, listed, person
from opsbot.slack.blocks.overviews import how_to_authenticate
from opsbot.slack.blocks.watches import trial, trial_ended
from opsbot.slack.sending.marks import MARK, find_marked
from opsbot.slack.sending.messenger import telling_error
from opsbot.slack.sending.saying import post
from opsbot.slack.transport.calls import CALL_ERRORS, come_back_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slack_sdk.models.blocks import Block

    from opsbot.domain.deliveries import Delivery
    from opsbot.domain.figures import Figures
    from opsbot.domain.models import MessageRef, PublishRequest
    from opsbot.domain.watching import Event, News, Watch
    from opsbot.slack.sending.progress import Budget
    from opsbot.slack.transport.client import KeptWebClient

_NOTES_LIMIT = 600
_MOST_DETAILS = 10
_DETAIL_LIMIT = 200
_MOST_SERVICES = 30
_MOST_DIGESTS = 10
_MOST_VERSIONS = 20
_MARKS = {
    Topic.PACKAGED: ":package:",
    Topic.DELETED: ":wastebasket:",
    Topic.ENDPOINTS: ":heavy_minus_sign:",
    Topic.AUTH: ":rotating_light:",
}


class SlackNews:
    """Tells news in Slack; every message carries its delivery as a mark, to be found by."""

    def __init__(self, client: KeptWebClient, budget: Budget, command_name: str) -> None:
        self._client = client
        self._budget = budget
        self._command_name = command_name

    def post(self, delivery: Delivery, news: News) -> MessageRef:
        """Tell news, in the thread of their version's story if it has begun; gives where."""
        card = self._link_to_card(news.request)
        about = About(news.event.service, news.event.version) if news.event.version else None
        return self._send(delivery, worded(news, card), news.thread, about)

    def burst(self, delivery: Delivery, events: Sequence[Event], figures: Sequence[Figures] = ()) -> MessageRef:
        """Tell of many packages in one message, or of what was held back, a digest with its figures; gives where."""
        held = delivery.message.not_before is not None
        return self._send(delivery, held_back(events, figures) if held else many_packaged(events), None, None)

    def of_node(self, delivery: Delivery) -> MessageRef:
        """Tell that a node doesn't answer, or does again."""
        said = f":satellite_antenna: {escaped(clipped(delivery.message.text, _NOTES_LIMIT))}"
        return self._send(delivery, Message(said, (mrkdwn_section(said),)), None, None)

    def stopped(self, delivery: Delivery, watch: Watch) -> MessageRef:
        """Tell who set a watch that nothing more is told by it, and why."""
        where = f"<@{watch.target}>" if watch.is_personal else f"<#{watch.target}>"
        line = code(f"{self._command_name} watch {watch.services}")
        said = (
            f":no_bell: I can't tell {where} any more what happens to {code(watch.services)}, as you wished: "
            f"{escaped(delivery.message.text)} I've stopped. Once I may speak there again, begin anew there: {line}"
        )
        return self._send(delivery, Message(said, (mrkdwn_section(said),)), None, None)

    def test(self, delivery: Delivery, watch: Watch) -> MessageRef:
        """Say a test to whoever hears by the watch."""
        return self._send(delivery, trial(watch, delivery.message.text, self._command_name), None, None)

    def test_ended(self, delivery: Delivery, watch: Watch) -> MessageRef:
        """Tell who asked for a test whether it arrived."""
        message = delivery.message
        arrived = message.kind is Kind.TEST_ARRIVED
        return self._send(delivery, trial_ended(watch, message.text, arrived=arrived), None, None)

    def find(self, delivery: Delivery, thread: MessageRef | None) -> MessageRef | None:
        """Find where it was told already, by its mark."""
        channel, ts = _place(delivery, thread)
        try:
            return find_marked(self._client, channel, ts, _mark(delivery))
        except CALL_ERRORS as error:
            raise telling_error(error, uncertain=True) from error

    def _send(self, delivery: Delivery, message: Message, thread: MessageRef | None, about: About | None) -> MessageRef:
        shown = fitting(message)
        mark = _mark(delivery)
        mark |= about.payload if about is not None else {}
        channel, ts = _place(delivery, thread)
        try:
            return post(self._client, shown, channel, ts, {"event_type": MARK, "event_payload": mark})
        except CALL_ERRORS as error:
            self._budget.close_for(come_back_after(error) or 0.0)
            raise telling_error(error) from error

    def _link_to_card(self, request: PublishRequest | None) -> str:
        """Give the address of a request's card; nothing where it isn't posted yet, or Slack won't say."""
        if request is None or request.card is None:
            return ""
        try:
            reply = self._client.chat_getPermalink(channel=request.card.channel, message_ts=request.card.ts)
        except CALL_ERRORS:
            return ""
        return str(reply.get("permalink") or "")


def _place(delivery: Delivery, thread: MessageRef | None) -> tuple[str, str | None]:
    """Tell where it is told: the channel, and the thread in it, if it goes on with one."""
    return (thread.channel, thread.ts) if thread is not None else (delivery.message.channel, None)


def worded(news: News, card: str = "") -> Message:
    """Say what happened; `card` is the address of the card of the request that it is about."""
    event = news.event
    if news.request is not None:
        said = _of_request(news, news.request, card)
        return Message(said, (mrkdwn_section(said),))
    if event.topic is Topic.PACKAGED:
        return _packaged(news)
    said = f"{_MARKS[event.topic]} {_what_happened(news)}"
    more = [f"• {escaped(clipped(each, _DETAIL_LIMIT))}" for each in event.detail[:_MOST_DETAILS]]
    if len(event.detail) > _MOST_DETAILS:
        more.append(f"and {len(event.detail) - _MOST_DETAILS} more")
    if event.topic is Topic.AUTH:
        more.append(how_to_authenticate(news.page))
    return Message(said, (mrkdwn_section("\n".join([said, *more])),))


def many_packaged(events: Sequence[Event]) -> Message:
    """List many packages, by service, in one message below which all their stories go on."""
    services = {event.service for event in events}
    headline = f"{_MARKS[Topic.PACKAGED]} {len(events)} packages were made, of {counted(len(services), 'service')}:"
    return of_lines([headline, *_by_service([(str(event.service), code(event.version)) for event in events])])


def held_back(events: Sequence[Event], figures: Sequence[Figures] = ()) -> Message:
    """List what happened meanwhile, by service; a digest tells figures first."""
    counts = [in_figures(each) for each in figures[:_MOST_DIGESTS]]
    if not events:
        return of_lines(counts or [":newspaper: Nothing happened meanwhile."])
    headline = f"{counted(len(events), 'thing')} happened{'' if counts else ' meanwhile'}:"
    told = _by_service([(str(event.service), _in_a_word(event)) for event in events])
    return of_lines([*counts, headline if counts else f":newspaper: {headline}", *told])


def _in_a_word(event: Event) -> str:
    match event.topic:
        case Topic.ENDPOINTS:
            return escaped(clipped(f"endpoints are gone ({', '.join(event.detail)})", _DETAIL_LIMIT))
        case Topic.AUTH:
            return f"*{escaped(clipped('; '.join(event.detail), _DETAIL_LIMIT))}*"
        case Topic.REQUESTED:
            return f"{code(event.version)} publish {escaped(event.what)}"
        case _:
            return f"{code(event.version)} {escaped(event.what)}"


def _by_service(said: list[tuple[str, str]]) -> list[str]:
    by_service: dict[str, list[str]] = {}
    for service, what in said:
        by_service.setdefault(service, []).append(what)
    lines = [f"• {code(service)}: {_some(each)}" for service, each in list(by_service.items())[:_MOST_SERVICES]]
    more = len(by_service) - _MOST_SERVICES
    return [*lines, f"and {more} more services"] if more > 0 else lines


def _some(said: list[str]) -> str:
    more = [f"{len(said) - _MOST_VERSIONS} more"] if len(said) > _MOST_VERSIONS else []
    return listed([*said[:_MOST_VERSIONS], *more])


def _packaged(news: News) -> Message:
    """Begin the story; where a message tells already that it was packaged, only what is new is said below it."""
    event, change = news.event, news.change
    said = f"{_MARKS[event.topic]} {_what_happened(news)}"
    if news.thread is not None:
        said = f"What is new in {code(event.version)}:"
    blocks: list[Block] = [mrkdwn_section(said)]
    if change is not None and isinstance(change.wanted, CreatePackage) and news.thread is None:
        blocks += notes(clipped(change.wanted.release_notes, _NOTES_LIMIT))
    if news.difference is not None:
        blocks += difference_blocks(news.difference)
    text = f"{said}\n{difference_text(news.difference)}" if news.difference is not None else said
    buttons = [*_buttons(news)]
    blocks += [ActionsBlock(elements=buttons)] if buttons else []
    return Message(text, tuple(blocks))


def _mark(delivery: Delivery) -> dict[str, Any]:
    return {"delivery": delivery.id, "kind": delivery.message.kind.value}


def _what_happened(news: News) -> str:
    event = news.event
    of = f"{code(event.version)} of {code(event.service)}" if event.version else code(event.service)
    made = f", of {date(event.packaged_on)}" if event.packaged_on is not None else ""
    who = _who(news)
    match event.topic:
        case Topic.PACKAGED if event.detail:
            again = " ".join(escaped(each) for each in event.detail)
            return f"{who} packaged {of}{made}. {again}" if who else f"{of} was packaged{made}. {again}"
        case Topic.PACKAGED:
            return f"{who} packaged {of}{made}." if who else f"{of} was packaged{made}."
        case Topic.DELETED:
            return f"{who} deleted {of}{made}." if who else f"{of}{made} was deleted."
        case Topic.ENDPOINTS:
            return f"Endpoints of {of} are gone:" if event.detail else f"{of}: endpoints are gone."
        case Topic.AUTH:
            return f"*{of} asks its callers less than before who they are:*"
        case _:
            return f"{of}: {escaped(event.what)}."


def _who(news: News) -> str:
    """Name who did it: in Slack where that is known, else by the node's login, else nobody."""
    if news.event.change is not None:
        return f"<@{news.event.who}>"
    if news.packager is not None:
        return person(news.packager)
    return f"The node's login {code(news.event.who)}" if news.event.who else ""


def _of_request(news: News, request: PublishRequest, card: str) -> str:
    what = f"{code(request.version)} of {code(request.service)}"
    named = f"<{card}|request {request.id}>" if card else f"request {request.id} in <#{request.wish.card_channel}>"
    state = State(news.event.what)
    if state is State.PENDING:
        to = code(request.wish.published_service)
        return f":raised_hand: {person(request.wish.requester)} asks to publish {what} to {to}: {named}."
    if state is State.APPROVED:
        by = f" by {approvers(request)}" if request.votes else ""
        return f"{MARKS[state]} Publishing {what} is approved{by}: {named}."
    if state is request.state:
        return f"{MARKS[state]} {ending(request)} See {named}."
    return f"{MARKS[state]} Publishing {what} was {state.value}, and went on since: {named}."


def _buttons(news: News) -> Iterator[ButtonElement]:
    event = news.event
    what = f"{event.service} {event.version}"
    since = news.difference.since if news.difference is not None else None
    against = f"{event.service} {since} {event.version}" if since is not None else what
    if RequestPublish.verb in news.offered:
        yield ButtonElement(
            text="Publish…", action_id=OPEN_FORM, value=f"{RequestPublish.verb} {what}", style="primary"
        )
    for text, verb, words in (
        ("Difference", Compare.verb, against),
        ("Summary", ShowSummary.verb, what),
        ("Download", DownloadPackage.verb, what),
    ):
        if verb in news.offered:
            yield ButtonElement(text=text, action_id=f"{RUN_LINE}:{verb}", value=f"{verb} {words}")
