"""The verbs about publishing: asking for it, deciding, and holding it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from opsbot.domain import commands
from opsbot.domain.commands import Defaults
from opsbot.domain.lifecycle import State
from opsbot.errors import CommandError, MissingWordError
from opsbot.grammar.declaring import A_SERVICE, A_VERSION, PAGE, WORDS, WORDS_TO_SAY, verb
from opsbot.grammar.texts import obligatory, request_and_text
from opsbot.grammar.types import (
    PERSON,
    REQUEST,
    SERVICE,
    SERVICE_ID,
    TEXT,
    VERSION,
    FreeWords,
    Part,
)

if TYPE_CHECKING:
    from opsbot.domain.commands import Mention
    from opsbot.domain.references import ServiceRef


@verb(
    commands.RequestPublish,
    'publish FRAUD/scoring v3 --reason "fixes the nulls"',
    A_SERVICE,
    A_VERSION,
    click.option(
        "--as", "published_service", type=SERVICE_ID, metavar="ID", help="The published service, if it has another id."
    ),
    click.option("--reason", type=TEXT, default="", metavar="TEXT", help="Why, in quotes; the approvers read it."),
    click.option(
        "--break-glass",
        is_flag=True,
        help="Without approvals, where the policy lets you; needs a reason, and another person's review afterwards.",
    ),
)
def _publish(
    service: ServiceRef,
    version: str,
    published_service: str | None,
    reason: str,
    break_glass: bool,  # noqa: FBT001 - Click calls it so
) -> commands.RequestPublish:
    """Ask for a version to be published on the API Deployer; others approve it, as the policy says."""
    return commands.RequestPublish(service, version, published_service, reason, break_glass)


@verb(
    commands.Explain,
    "explain publish FRAUD/scoring v3",
    click.argument(
        "words",
        cls=FreeWords,
        parts=(Part("service", SERVICE, required=True), Part("version", VERSION)),
        metavar="[publish] SERVICE [VERSION]",
    ),
    click.option(
        "--as", "published_service", type=SERVICE_ID, metavar="ID", help="The published service, if it has another id."
    ),
)
@click.pass_context
def _explain(ctx: click.Context, words: tuple[str, ...], published_service: str | None) -> commands.Explain:
    """Tell what a publish needs: which policy decides, who could approve now, what is missing, and why you can't."""
    words = words[1:] if words and words[0].lower() == "publish" else words
    subject = ctx.ensure_object(Defaults).subject
    if not words and subject is not None:
        return commands.Explain(subject.service, subject.version, published_service or subject.published_service)
    if not words:
        raise MissingWordError("SERVICE is missing.", "explain publish FRAUD/scoring v3")
    if len(words) > 2:  # noqa: PLR2004 - a service, and perhaps a version
        raise CommandError("Which service? Write it, and the version if you like.", "explain publish FRAUD/scoring v3")
    version = VERSION.convert(words[1], None, ctx) if len(words) > 1 else None
    return commands.Explain(SERVICE.convert(words[0], None, ctx), version, published_service)


@verb(
    commands.ListRequests,
    "requests FRAUD/scoring --all",
    click.argument("service", type=SERVICE, required=False),
    click.option(
        "--state",
        type=click.Choice(["open", *(state.value for state in State), "all"]),
        metavar="STATE",
        help="Only those in this state.",
    ),
    click.option("--by", "requester", type=PERSON, metavar="@NAME", help="Only what this person asked for."),
    click.option("--all", "every", is_flag=True, help="Those that ended, too."),
    PAGE,
)
def _requests(
    service: ServiceRef | None,
    state: str | None,
    requester: Mention | None,
    every: bool,  # noqa: FBT001 - Click calls it so
    page: int,
) -> commands.ListRequests:
    """List publish requests, newest first: the open ones, unless you say more."""
    wanted = State(state) if state not in {None, "open", "all"} else None
    return commands.ListRequests(service, wanted, requester, every or state == "all", page)


@verb(commands.Approve, "approve 12", WORDS)
@click.pass_obj
def _approve(defaults: Defaults, words: tuple[str, ...]) -> commands.Approve:
    """Approve a publish request; when nobody's approval is missing any more, it is published."""
    return commands.Approve(*request_and_text(words, defaults, "approve 12"))


@verb(
    commands.Decline,
    "decline 12 too early, the drift report is due",
    WORDS_TO_SAY,
)
@click.pass_obj
def _decline(defaults: Defaults, words: tuple[str, ...]) -> commands.Decline:
    """Decline a publish request, and say why."""
    request, reason = request_and_text(words, defaults, "decline 12 too early")
    if not reason.strip():
        raise MissingWordError("Why? Whoever asked will want to know.", f"decline {request} too early")
    return commands.Decline(request, reason)


@verb(commands.Cancel, "cancel 12", WORDS)
@click.pass_obj
def _cancel(defaults: Defaults, words: tuple[str, ...]) -> commands.Cancel:
    """Take your own publish request back; an administrator may take back anybody's."""
    return commands.Cancel(*request_and_text(words, defaults, "cancel 12"))


@verb(
    commands.Settle,
    'settle 12 failed --reason "the node\'s log says so"',
    click.argument("request", type=REQUEST),
    click.argument("end", type=click.Choice(["published", "failed"]), metavar="published|failed"),
    click.option("--reason", type=TEXT, required=True, metavar="TEXT", help="How you know, in quotes."),
)
def _settle(request: int, end: str, reason: str) -> commands.Settle:
    """Say what became of a publish whose outcome nobody knows."""
    return commands.Settle(request, end == "published", obligatory(reason, "settle 12 failed --reason TEXT"))


@verb(
    commands.Review,
    "review 12 looked at the dashboards, all is well",
    WORDS_TO_SAY,
)
@click.pass_obj
def _review(defaults: Defaults, words: tuple[str, ...]) -> commands.Review:
    """Say that you looked at a break-glass publish of somebody else's."""
    request, comment = request_and_text(words, defaults, "review 12 all is well")
    return commands.Review(request, obligatory(comment, "review 12 all is well"))


@verb(
    commands.Pause,
    'pause FRAUD/scoring --reason "drift in production"',
    click.argument("service", type=SERVICE, required=False),
    click.option(
        "--reason", type=TEXT, required=True, metavar="TEXT", help="Why, in quotes; every open card shows it."
    ),
)
def _pause(service: ServiceRef | None, reason: str) -> commands.Pause:
    """Let nothing be published, of one service or of all, until somebody resumes."""
    return commands.Pause(obligatory(reason, 'pause --reason "drift in production"'), service)


@verb(commands.Resume, "resume FRAUD/scoring", click.argument("service", type=SERVICE, required=False))
def _resume(service: ServiceRef | None) -> commands.Resume:
    """End a pause; what waited for it goes on."""
    return commands.Resume(service)
