"""The one declaration of what can be typed: a Click command per verb. Those that design are in `designing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from opsbot.domain import commands
from opsbot.domain.lifecycle import State
from opsbot.domain.references import ProjectRef, ServiceRef
from opsbot.errors import CommandError, MissingWordError
from opsbot.grammar.declaring import A_SERVICE as _SERVICE
from opsbot.grammar.declaring import A_VERSION as _VERSION
from opsbot.grammar.declaring import PAGE as _PAGE
from opsbot.grammar.declaring import WORDS as _WORDS
from opsbot.grammar.declaring import WORDS_TO_SAY as _WORDS_TO_SAY
from opsbot.grammar.declaring import is_private, verbs
from opsbot.grammar.declaring import verb as _verb
from opsbot.grammar.texts import obligatory, request_and_text
from opsbot.grammar.types import (
    MODEL_ID,
    NEW_VERSION,
    PERSON,
    PROJECT,
    REQUEST,
    SCOPE,
    SERVICE,
    SERVICE_ID,
    VERSION,
    FreeWords,
    Part,
)

if TYPE_CHECKING:
    from opsbot.domain.commands import Defaults, Mention
    from opsbot.domain.references import Scope


def _default_project(defaults: Defaults, example: str) -> ProjectRef:
    if defaults.project is None:
        raise MissingWordError("Which project? This channel has no default one.", example)
    return ProjectRef.parse(defaults.project, node=defaults.node)


@_verb(commands.ShowHelp, "help publish", click.argument("about", required=False, metavar="[VERB]"))
def _help(about: str | None) -> commands.ShowHelp:
    """Tell what I can do for you, or how one verb is used."""
    if about is not None and about not in verbs.commands:
        raise CommandError(f"There is no verb “{about}”.", "help")
    return commands.ShowHelp(about)


@_verb(commands.ListNodes, "nodes")
def _nodes() -> commands.ListNodes:
    """List the nodes that I talk to, and whether they answer."""
    return commands.ListNodes()


@_verb(
    commands.ListServices,
    "services FRAUD --model fraud_xgb",
    click.argument("where", type=SCOPE, required=False, metavar="[PROJECT|*]"),
    click.option("--public", is_flag=True, help="Only those that ask nobody who they are."),
    click.option("--model", type=MODEL_ID, metavar="MODEL", help="Only those with an endpoint on this saved model."),
    _PAGE,
)
@click.pass_obj
def _services(
    defaults: Defaults,
    where: Scope | None,
    public: bool,  # noqa: FBT001 - Click calls it so
    model: str | None,
    page: int,
) -> commands.ListServices:
    """List the API services of a project, or with * of the whole node; all, the public ones, those on one model."""
    return commands.ListServices(where or _default_project(defaults, "services FRAUD"), page, public, model)


@_verb(commands.ListModels, "models FRAUD", click.argument("project", type=PROJECT, required=False), _PAGE)
@click.pass_obj
def _models(defaults: Defaults, project: ProjectRef | None, page: int) -> commands.ListModels:
    """List the saved models of a project, which endpoints can serve."""
    return commands.ListModels(project or _default_project(defaults, "models FRAUD"), page)


@_verb(
    commands.ShowService,
    "service FRAUD/scoring",
    _SERVICE,
    click.option("--raw", is_flag=True, help="All its settings, as a file, without secrets."),
)
def _service(service: ServiceRef, raw: bool) -> commands.ShowService:  # noqa: FBT001 - Click calls it so
    """Show a service: its endpoints, its packages, what is published."""
    return commands.ShowService(service, raw)


@_verb(commands.ListPackages, "packages FRAUD/scoring", _SERVICE, _PAGE)
def _packages(service: ServiceRef, page: int) -> commands.ListPackages:
    """List the packages of a service, newest first."""
    return commands.ListPackages(service, page)


@_verb(commands.ShowSummary, "summary FRAUD/scoring v3", _SERVICE, _VERSION)
def _summary(service: ServiceRef, version: str) -> commands.ShowSummary:
    """Show one package: when it was made, by whom, its release notes and endpoints."""
    return commands.ShowSummary(service, version)


@_verb(
    commands.Compare,
    "diff FRAUD/scoring v2 v3",
    _SERVICE,
    _VERSION,
    click.argument("other", type=VERSION, required=False, metavar="[VERSION]"),
)
def _diff(service: ServiceRef, version: str, other: str | None) -> commands.Compare:
    """Tell what is new in a package against an earlier one; with one version, in the service as it is now."""
    return commands.Compare(service, version, other)


@_verb(
    commands.CreatePackage,
    'package FRAUD/scoring v4 --notes "retrained on October"',
    _SERVICE,
    click.argument("version", type=NEW_VERSION),
    click.option("--notes", default="", metavar="TEXT", help="Release notes, in quotes."),
)
@click.pass_context
def _package(ctx: click.Context, service: ServiceRef, version: str, notes: str) -> commands.CreatePackage:
    """Create a package of a service as it is now."""
    return commands.CreatePackage(service, version, notes, private=is_private(ctx))


@_verb(commands.DownloadPackage, "download FRAUD/scoring v3", _SERVICE, _VERSION)
@click.pass_context
def _download(ctx: click.Context, service: ServiceRef, version: str) -> commands.DownloadPackage:
    """Fetch the archive of a package into the thread; takes the permission to package, since it holds code and models."""
    return commands.DownloadPackage(service, version, private=bool(ctx.meta.get("private")))


@_verb(
    commands.RequestPublish,
    'publish FRAUD/scoring v3 --reason "fixes the nulls"',
    _SERVICE,
    _VERSION,
    click.option(
        "--as", "published_service", type=SERVICE_ID, metavar="ID", help="The published service, if it has another id."
    ),
    click.option("--reason", default="", metavar="TEXT", help="Why, in quotes; the approvers read it."),
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


@_verb(
    commands.Explain,
    "explain publish FRAUD/scoring v3",
    click.argument(
        "words",
        cls=FreeWords,
        parts=(Part("service", SERVICE, required=True), Part("version", VERSION)),
        required=True,
        metavar="[publish] SERVICE [VERSION]",
    ),
    click.option(
        "--as", "published_service", type=SERVICE_ID, metavar="ID", help="The published service, if it has another id."
    ),
)
@click.pass_context
def _explain(ctx: click.Context, words: tuple[str, ...], published_service: str | None) -> commands.Explain:
    """Tell what a publish needs: which policy decides, who could approve now, what is missing, and why you can't."""
    words = words[1:] if words[0].lower() == "publish" else words
    if not 1 <= len(words) <= 2:  # noqa: PLR2004 - a service, and perhaps a version
        raise CommandError("Which service? Write it, and the version if you like.", "explain publish FRAUD/scoring v3")
    version = VERSION.convert(words[1], None, ctx) if len(words) > 1 else None
    return commands.Explain(SERVICE.convert(words[0], None, ctx), version, published_service)


@_verb(
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
    _PAGE,
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


@_verb(commands.Approve, "approve 12", _WORDS)
@click.pass_obj
def _approve(defaults: Defaults, words: tuple[str, ...]) -> commands.Approve:
    """Approve a publish request; when nobody's approval is missing any more, it is published."""
    return commands.Approve(*request_and_text(words, defaults, "approve 12"))


@_verb(
    commands.Decline,
    "decline 12 too early, the drift report is due",
    _WORDS_TO_SAY,
)
@click.pass_obj
def _decline(defaults: Defaults, words: tuple[str, ...]) -> commands.Decline:
    """Decline a publish request, and say why."""
    request, reason = request_and_text(words, defaults, "decline 12 too early")
    if not reason.strip():
        raise MissingWordError("Why? Whoever asked will want to know.", f"decline {request} too early")
    return commands.Decline(request, reason)


@_verb(commands.Cancel, "cancel 12", _WORDS)
@click.pass_obj
def _cancel(defaults: Defaults, words: tuple[str, ...]) -> commands.Cancel:
    """Take your own publish request back."""
    return commands.Cancel(*request_and_text(words, defaults, "cancel 12"))


@_verb(
    commands.Settle,
    'settle 12 failed --reason "the node\'s log says so"',
    click.argument("request", type=REQUEST),
    click.argument("end", type=click.Choice(["published", "failed"]), metavar="published|failed"),
    click.option("--reason", required=True, metavar="TEXT", help="How you know, in quotes."),
)
def _settle(request: int, end: str, reason: str) -> commands.Settle:
    """Say what became of a publish whose outcome nobody knows."""
    return commands.Settle(request, end == "published", obligatory(reason, "settle 12 failed --reason TEXT"))


@_verb(
    commands.Review,
    "review 12 looked at the dashboards, all is well",
    _WORDS_TO_SAY,
)
@click.pass_obj
def _review(defaults: Defaults, words: tuple[str, ...]) -> commands.Review:
    """Say that you looked at a break-glass publish of somebody else's."""
    request, comment = request_and_text(words, defaults, "review 12 all is well")
    return commands.Review(request, obligatory(comment, "review 12 all is well"))


@_verb(
    commands.Pause,
    'pause FRAUD/scoring --reason "drift in production"',
    click.argument("service", type=SERVICE, required=False),
    click.option("--reason", required=True, metavar="TEXT", help="Why, in quotes; every open card shows it."),
)
def _pause(service: ServiceRef | None, reason: str) -> commands.Pause:
    """Let nothing be published, of one service or of all, until somebody resumes."""
    return commands.Pause(obligatory(reason, 'pause --reason "drift in production"'), service)


@_verb(commands.Resume, "resume FRAUD/scoring", click.argument("service", type=SERVICE, required=False))
def _resume(service: ServiceRef | None) -> commands.Resume:
    """End a pause; what waited for it goes on."""
    return commands.Resume(service)


@_verb(
    commands.ShowHistory,
    "history FRAUD/scoring",
    _SERVICE,
    _PAGE,
    click.option("--picture", is_flag=True, help="A picture of its packages and publishes along time."),
)
def _history(service: ServiceRef, page: int, picture: bool) -> commands.ShowHistory:  # noqa: FBT001 - Click calls it so
    """Tell what was done with a service, and what was tried, newest first."""
    return commands.ShowHistory(service, page, picture)


@_verb(
    commands.ShowAudit,
    "audit --request 12",
    click.argument("service", type=SERVICE, required=False),
    click.option("--request", type=REQUEST, metavar="N", help="Only what is about this request."),
    _PAGE,
)
def _audit(service: ServiceRef | None, request: int | None, page: int) -> commands.ShowAudit:
    """Show the audit's records, refused attempts and all, newest first."""
    return commands.ShowAudit(service, request, page)


@_verb(commands.ShowHome, "inbox")
def _inbox() -> commands.ShowHome:
    """Show what waits for your decision, and where what you asked for stands."""
    return commands.ShowHome()


@_verb(commands.ShowAccess, "whoami")
def _whoami() -> commands.ShowAccess:
    """Tell what you may do here, and by which grant."""
    return commands.ShowAccess()
