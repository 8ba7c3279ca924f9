"""The verbs by which people look: at nodes, services, packages, and at what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from opsbot.domain import commands
from opsbot.domain.nearness import did_you_mean, nearest
from opsbot.domain.references import NodeRef, ProjectRef, ServiceRef
from opsbot.errors import CommandError, MissingWordError
from opsbot.grammar.declaring import A_SERVICE, PAGE, THIS_SERVICE, THIS_VERSION, is_private, verb, verbs
from opsbot.grammar.types import (
    MODEL_ID,
    PROJECT,
    REQUEST,
    SCOPE,
    SERVICE,
    VERSION,
    Known,
)

if TYPE_CHECKING:
    from opsbot.domain.commands import Defaults, Subject
    from opsbot.domain.references import Scope


def _default_project(defaults: Defaults, example: str) -> ProjectRef:
    if defaults.project is None:
        raise MissingWordError("Which project? This channel has no default one.", example)
    return ProjectRef.parse(defaults.project, node=defaults.node)


def _newer(subject: Subject) -> str | None:
    return subject.version if subject.since is not None else None


@verb(commands.ShowHelp, "help publish", click.argument("about", required=False, metavar="[VERB]"))
def _help(about: str | None) -> commands.ShowHelp:
    """Tell what I can do for you, or how one verb is used."""
    if about is not None and about not in verbs.commands:
        near = nearest(about, verbs.commands)
        raise CommandError(f"There is no verb “{about}”.{did_you_mean(near)}", "help", near)
    return commands.ShowHelp(about)


@verb(commands.ListNodes, "nodes")
def _nodes() -> commands.ListNodes:
    """List the nodes that I talk to, and whether they answer."""
    return commands.ListNodes()


@verb(
    commands.ListServices,
    "services FRAUD --model fraud_xgb",
    click.argument("project", type=SCOPE, required=False, metavar="[PROJECT|*]"),
    click.option("--public", is_flag=True, help="Only those that ask nobody who they are."),
    click.option("--model", type=MODEL_ID, metavar="MODEL", help="Only those with an endpoint on this saved model."),
    PAGE,
)
@click.pass_context
def _services(
    ctx: click.Context,
    project: Scope | None,
    public: bool,  # noqa: FBT001 - Click calls it so
    model: str | None,
    page: int,
) -> commands.ListServices:
    """List the API services of a project, or with * of the whole node; all, the public ones, those on one model."""
    defaults: Defaults = ctx.obj
    if project is None and defaults.project is None and defaults.node is not None and (public or model):
        project = NodeRef(defaults.node)  # who looks for something looks everywhere
    where = project or _default_project(defaults, "services FRAUD")
    return commands.ListServices(where, page, public, model, quiet=is_private(ctx))


@verb(commands.ListModels, "models FRAUD", click.argument("project", type=PROJECT, required=False), PAGE)
@click.pass_obj
def _models(defaults: Defaults, project: ProjectRef | None, page: int) -> commands.ListModels:
    """List the saved models of a project, which endpoints can serve."""
    return commands.ListModels(project or _default_project(defaults, "models FRAUD"), page)


@verb(
    commands.ShowService,
    "service FRAUD/scoring",
    A_SERVICE,
    click.option("--raw", is_flag=True, help="All its settings, as a file, without secrets."),
)
def _service(service: ServiceRef, raw: bool) -> commands.ShowService:  # noqa: FBT001 - Click calls it so
    """Show a service: its endpoints, its packages, what is published."""
    return commands.ShowService(service, raw)


@verb(commands.ListPackages, "packages FRAUD/scoring", A_SERVICE, PAGE)
def _packages(service: ServiceRef, page: int) -> commands.ListPackages:
    """List the packages of a service, newest first."""
    return commands.ListPackages(service, page)


@verb(commands.ShowSummary, "summary FRAUD/scoring v3", THIS_SERVICE, THIS_VERSION)
def _summary(service: ServiceRef, version: str) -> commands.ShowSummary:
    """Show one package: when it was made, by whom, its release notes and endpoints."""
    return commands.ShowSummary(service, version)


@verb(
    commands.Compare,
    "diff FRAUD/scoring v2 v3",
    THIS_SERVICE,
    click.argument("version", cls=Known, type=VERSION, known=lambda subject: subject.since or subject.version),
    click.argument("other", cls=Known, type=VERSION, required=False, metavar="[VERSION]", known=_newer),
)
def _diff(service: ServiceRef, version: str, other: str | None) -> commands.Compare:
    """Tell what is new in a package against an earlier one; with one version, in the service as it is now."""
    return commands.Compare(service, version, other)


@verb(commands.DownloadPackage, "download FRAUD/scoring v3", THIS_SERVICE, THIS_VERSION)
@click.pass_context
def _download(ctx: click.Context, service: ServiceRef, version: str) -> commands.DownloadPackage:
    """Fetch the archive of a package into the thread; takes the permission to package, since it holds code and models."""
    return commands.DownloadPackage(service, version, private=bool(ctx.meta.get("private")))


@verb(
    commands.ShowHistory,
    "history FRAUD/scoring",
    A_SERVICE,
    PAGE,
    click.option("--picture", is_flag=True, help="A picture of its packages and publishes along time."),
)
def _history(service: ServiceRef, page: int, picture: bool) -> commands.ShowHistory:  # noqa: FBT001 - Click calls it so
    """Tell what was done with a service, and what was tried, newest first."""
    return commands.ShowHistory(service, page, picture)


@verb(
    commands.ShowAudit,
    "audit --request 12",
    click.argument("service", type=SERVICE, required=False),
    click.option("--request", type=REQUEST, metavar="N", help="Only what is about this request."),
    PAGE,
)
def _audit(service: ServiceRef | None, request: int | None, page: int) -> commands.ShowAudit:
    """Show the audit's records, refused attempts and all, newest first."""
    return commands.ShowAudit(service, request, page)


@verb(commands.ShowAccess, "whoami")
def _whoami() -> commands.ShowAccess:
    """Tell what you may do here, and by which grant."""
    return commands.ShowAccess()


@verb(commands.ShowHome, "inbox")
def _inbox() -> commands.ShowHome:
    """Show what waits for your decision, and where what you asked for stands."""
    return commands.ShowHome()
