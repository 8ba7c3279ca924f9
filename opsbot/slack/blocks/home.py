"""The App Home, and the same in an answer: what waits for one person, and what concerns them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import ActionsBlock, ContextBlock, DividerBlock, HeaderBlock, SectionBlock
from slack_sdk.models.blocks.block_elements import ButtonElement
from slack_sdk.models.views import View

from opsbot.domain.authorization import Permission
from opsbot.domain.commands import Approve, Cancel, Decline
from opsbot.domain.counting import MOST_COUNTED
from opsbot.domain.homes import Few
from opsbot.domain.lifecycle import State
from opsbot.domain.policy import in_words
from opsbot.domain.watching import BY_CONFIG
from opsbot.slack.blocks import cards
from opsbot.slack.blocks.difference import difference_blocks
from opsbot.slack.blocks.messages import UNWATCH, Answer, mrkdwn, mrkdwn_section, of_lines, plain_section, sections
from opsbot.slack.blocks.mrkdwn import (
    clipped,
    code,
    counted,
    cut,
    date,
    escaped,
    listed,
    or_none,
    person,
    readable,
    whom,
)
from opsbot.slack.blocks.stamps import stamp, stamp_of_watch
from opsbot.slack.blocks.watches import in_a_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk.models.blocks import Block

    from opsbot.domain.authorization import Grant
    from opsbot.domain.homes import Choice, HomeShown
    from opsbot.domain.models import Pause, PublishRequest
    from opsbot.domain.watching import Watch

_REASON_LIMIT = 300
_CONTEXT_LIMIT = 2000
_LINE_LIMIT = 500
_MOST_PAUSES = 3
_MOST_GRANTS = 12
_MOST_WATCHES = 5
_MOST_GLOBS = 5
_BUTTON_LIMIT = 60


def home_view(home: HomeShown, command_name: str) -> View:
    """Show somebody their Home: at most eight requests with buttons, and of the rest a few lines."""
    if home.barred:
        return View(type="home", blocks=[_header("Nothing is shown here"), mrkdwn_section(escaped(home.barred))])
    blocks = [
        *map(mrkdwn_section, _paused(home.pauses)),
        *_waiting(home, command_name),
        *_unjudged(home, command_name),
        *_own(home, command_name),
        *_published(home, command_name),
        *_watches(home, command_name),
        *_access(home, command_name),
    ]
    return View(type="home", blocks=blocks)


def inbox(home: HomeShown, command_name: str) -> Answer:
    """Say the same in an answer, a line each."""
    waiting, own = home.waiting, home.own
    headline = f"{person(home.person)}, {or_none(waiting.total, 'request')} {_waits(waiting.total)} for your decision."
    lines = [*_paused(home.pauses), *(_asked_for(choice.request) for choice in waiting.shown)]
    lines += _more(waiting, f"{command_name} requests --state pending")
    lines += [_to_judge(request, command_name) for request in home.unjudged.shown]
    if waiting.shown:
        lines.append(
            f"To decide: {code(f'{command_name} approve {waiting.shown[0].request.id}')}, or the card's buttons."
        )
    lines += ["*What you asked for*"] if own.shown else []
    lines += [_stands(choice) for choice in own.shown]
    lines += _more(own, f"{command_name} requests")
    lines += ["*Published lately*"] if home.published.shown else []
    lines += [_was_published(request) for request in home.published.shown]
    lines += [escaped(home.problem)] if home.problem else []
    lines = [cut(line, _LINE_LIMIT) for line in lines]
    return Answer(headline, (of_lines(lines),) if lines else (), private=True)


def _waiting(home: HomeShown, command_name: str) -> Iterator[Block]:
    waiting = home.waiting
    yield _header(f"Waiting for you ({waiting.total})" if waiting.total else "Waiting for you")
    if not waiting.total:
        yield _small("Nothing waits for your decision.")
    for number, choice in enumerate(waiting.shown):
        if number:
            yield DividerBlock()
        yield from _to_decide(choice)
    yield from map(_small, _more(waiting, f"{command_name} requests --state pending"))


def _to_decide(choice: Choice) -> Iterator[Block]:
    """Show a request with what whoever decides has to know, and their buttons; the card tells more."""
    request = choice.request
    wish = request.wish
    yield mrkdwn_section(f"{cards.MARKS[request.state]} {_asked_for(request)}")
    if wish.reason.strip():
        yield plain_section(clipped(f"“{wish.reason.strip()}”", _REASON_LIMIT))
    if wish.difference is not None:
        yield from difference_blocks(wish.difference)
    yield _small(_circumstances(choice))
    yield from _buttons(choice)


def _circumstances(choice: Choice) -> str:
    wish = choice.request.wish
    by = f" by {person(wish.packager)}" if wish.packager is not None else ""
    until = f" · expires {date(wish.expires_at)}" if wish.expires_at is not None else ""
    return (
        f"Asked by {person(wish.requester)} {date(wish.asked_at)} · packaged {date(wish.package.created_on)}{by}\n"
        f"Takes {escaped(in_words(choice.missing))}{until} · card in <#{wish.card_channel}>"
    )


def _unjudged(home: HomeShown, command_name: str) -> Iterator[Block]:
    if home.unjudged.total:
        yield from sections([_to_judge(request, command_name) for request in home.unjudged.shown])
        yield from map(_small, _more(home.unjudged, f"{command_name} requests --all"))


def _own(home: HomeShown, command_name: str) -> Iterator[Block]:
    own = home.own
    yield _header("What you asked for")
    if not own.shown:
        how = f" {code(f'{command_name} publish SERVICE VERSION')} asks for a version to be published."
        yield _small(f"Nothing lately.{how if _may(home, Permission.PUBLISH) else ''}")
    for choice in own.shown:
        cancel = _button(Cancel.verb, choice.request) if Cancel.verb in choice.verbs else None
        yield SectionBlock(text=mrkdwn(cut(_stands(choice), _CONTEXT_LIMIT)), accessory=cancel)
    yield from map(_small, _more(own, f"{command_name} requests"))


def _published(home: HomeShown, command_name: str) -> Iterator[Block]:
    yield _header("Published lately")
    if not home.published.shown:
        yield _small("Nothing that you may see.")
    yield from sections([cut(_was_published(request), _CONTEXT_LIMIT) for request in home.published.shown])
    yield from map(_small, _more(home.published, f"{command_name} requests --state published"))


def _watches(home: HomeShown, command_name: str) -> Iterator[Block]:
    """Show in three blocks what the person set or hears of: others take most of the hundred that a Home may have."""
    yield _header("What you watch")
    lines = [cut(in_a_line(watch), _LINE_LIMIT) for watch in home.watches[:_MOST_WATCHES]]
    lines += _more(Few(home.watches[:_MOST_WATCHES], len(home.watches)), f"{command_name} watches")
    how = f" {code(f'{command_name} watch SERVICE --me')} has me tell you what happens to one."
    nothing = f"Nothing.{how if _may(home, Permission.READ) else ''}"
    yield mrkdwn_section("\n".join(lines)) if lines else _small(nothing)
    ending = [_unwatch(watch) for watch in home.watches[:_MOST_WATCHES] if watch.by.id != BY_CONFIG]
    if ending:
        yield ActionsBlock(elements=ending)


def _may(home: HomeShown, permission: Permission) -> bool:
    """Tell whether some grant gives the permission: what people may not do isn't suggested to them."""
    return any(permission in permissions for _, permissions in home.grants)


def _unwatch(watch: Watch) -> ButtonElement:
    what = clipped(readable(watch.services), _BUTTON_LIMIT)
    return ButtonElement(text=f"Unwatch {what}", action_id=f"{UNWATCH}{watch.id}", value=stamp_of_watch(watch))


def _access(home: HomeShown, command_name: str) -> Iterator[Block]:
    yield _header("Who you are here")
    grants = [_grant(grant, permissions) for grant, permissions in home.grants[:_MOST_GRANTS]]
    ask = "" if home.problem else f" Ask {whom(home.ask) or 'whoever runs me'} for one."
    yield from sections(grants or [f"No grant holds for you here.{ask}"])
    if len(home.grants) > _MOST_GRANTS:
        yield _small(f"and {counted(len(home.grants) - _MOST_GRANTS, 'grant')} more")
    if home.problem:
        yield _small(f":warning: {escaped(home.problem)}")
    yield _small(
        "What is granted for some channels only doesn't count here, where nothing is said in a channel. "
        f"{code(f'{command_name} help')} says what you can type."
    )


def _paused(pauses: tuple[Pause, ...]) -> list[str]:
    said = []
    for pause in pauses[:_MOST_PAUSES]:
        what = "Publishing" if pause.services == "*" else f"Publishing of {code(pause.services)}"
        reason = escaped(clipped(pause.reason, _REASON_LIMIT))
        said.append(f":double_vertical_bar: {what} is paused by {person(pause.by)}: {reason}")
    return said


def _asked_for(request: PublishRequest) -> str:
    what = f"publish {code(request.version)} of {code(request.service)} to {code(request.wish.published_service)}"
    return f"*Request {request.id}*: {what}"


def _to_judge(request: PublishRequest, command_name: str) -> str:
    what = f"*Request {request.id}*, {code(request.version)} of {code(request.service)}"
    if request.state is State.UNKNOWN:
        todo = code(f"{command_name} settle {request.id} published|failed --reason TEXT")
        return f":grey_question: {what}: nobody knows whether it is published. Look there, and settle it: {todo}"
    due = f" until {date(request.review_due)}" if request.review_due is not None else ""
    todo = code(f"{command_name} review {request.id} COMMENT")
    return f":fire: {what}: {person(request.wish.requester)} broke the glass. It is to be reviewed{due}: {todo}"


def _stands(choice: Choice) -> str:
    """Say where a request stands."""
    request = choice.request
    what = f"{code(request.version)} of {code(request.service)}"
    match request.state:
        case State.PENDING:
            until = f", until {date(request.wish.expires_at)}" if request.wish.expires_at is not None else ""
            said = f"{what} waits for {escaped(in_words(choice.missing))}{until}."
        case State.APPROVED if request.held:
            said = f"{what} is approved, but waits. {escaped(clipped(request.held, _REASON_LIMIT))}"
        case _:
            said = cards.ending(request)
    return f"{cards.MARKS[request.state]} *{request.id}* · {said}"


def _was_published(request: PublishRequest) -> str:
    to = f" to {code(request.wish.published_service)}"
    asked = f"asked by {person(request.wish.requester)}"
    return f"{cards.MARKS[request.state]} {code(request.version)} of {code(request.service)}{to} · {date(request.ended_at)} · {asked}"


def _grant(grant: Grant, permissions: tuple[Permission, ...]) -> str:
    globs = [*map(code, grant.services[:_MOST_GLOBS])]
    globs += [f"{len(grant.services) - _MOST_GLOBS} more"] if len(grant.services) > _MOST_GLOBS else []
    where = "all services" if "*" in grant.services else listed(globs)
    return f"• {code(grant.role)} on {where}: {', '.join(permissions)}"


def _buttons(choice: Choice) -> Iterator[ActionsBlock]:
    names = [name for name, (verb, *_) in _BUTTONS.items() if verb in choice.verbs]
    if names:
        yield ActionsBlock(elements=[_button(name, choice.request) for name in names])


_WITH_COMMENT = "approve with a comment"
_BUTTONS = {
    Approve.verb: (Approve.verb, "Approve", cards.APPROVE, "primary"),
    _WITH_COMMENT: (Approve.verb, "Approve with a comment…", cards.APPROVE_WITH, None),
    Decline.verb: (Decline.verb, "Decline…", cards.DECLINE, "danger"),
    Cancel.verb: (Cancel.verb, "Cancel", cards.CANCEL, None),
}
"""As on the card: the verb that it takes, what it says, and what it does."""


def _button(name: str, request: PublishRequest) -> ButtonElement:
    _, text, action, style = _BUTTONS[name]
    return ButtonElement(text=text, action_id=action, value=stamp(request), style=style)


def _header(text: str) -> HeaderBlock:
    return HeaderBlock(text=text)


def _small(text: str) -> ContextBlock:
    return ContextBlock(elements=[mrkdwn(cut(text, _CONTEXT_LIMIT))])


def _more(few: Few[Any], command: str) -> list[str]:
    number = "many" if few.total > MOST_COUNTED else few.more
    return [f"and {number} more: {code(command)}"] if few.more > 0 else []


def _waits(number: int) -> str:
    return "waits" if number == 1 else "wait"
