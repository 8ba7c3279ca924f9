"""The verbs that change a node: those that design services, and those that make and delete packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from opsbot.domain import commands
from opsbot.domain.models import EndpointType
from opsbot.grammar.declaring import A_SERVICE, A_VERSION, is_private, verb
from opsbot.grammar.types import ENDPOINT, MODEL, NEW_ENDPOINT, NEW_SERVICE, NEW_VERSION, TEXT, Unasked

if TYPE_CHECKING:
    from opsbot.domain.references import ServiceRef

_ENDPOINT = click.argument("endpoint", type=ENDPOINT)


@verb(commands.CreateService, "create FRAUD/limits", click.argument("service", type=NEW_SERVICE))
@click.pass_context
def _create(ctx: click.Context, service: ServiceRef) -> commands.CreateService:
    """Create an API service, which has no endpoints yet."""
    return commands.CreateService(service, private=is_private(ctx))


@verb(
    commands.AddEndpoint,
    "add-endpoint FRAUD/scoring score_eu --type prediction --model fraud_xgb",
    A_SERVICE,
    click.argument("endpoint", type=NEW_ENDPOINT),
    click.option(
        "--type",
        "kind",
        type=click.Choice([kind.value for kind in EndpointType]),
        required=True,
        metavar="TYPE",
        help=f"What it does with the model: {', '.join(EndpointType)}.",
    ),
    click.option(
        "--model",
        type=MODEL,
        required=True,
        metavar="MODEL",
        help="The saved model, by its id or its name; PROJECT.ID for another project's.",
    ),
    click.option("--compute-propensity", is_flag=True, help="Compute the propensity, too; for the type causal."),
)
@click.pass_context
def _add_endpoint(  # noqa: PLR0917 - Click names them all
    ctx: click.Context,
    service: ServiceRef,
    endpoint: str,
    kind: str,
    model: str,
    compute_propensity: bool,  # noqa: FBT001 - Click calls it so
) -> commands.AddEndpoint:
    """Add an endpoint that calls a saved model."""
    return commands.AddEndpoint(
        service, endpoint, EndpointType(kind), model, compute_propensity, private=is_private(ctx)
    )


@verb(commands.RemoveEndpoint, "remove-endpoint FRAUD/scoring score_eu", A_SERVICE, _ENDPOINT)
@click.pass_context
def _remove_endpoint(ctx: click.Context, service: ServiceRef, endpoint: str) -> commands.RemoveEndpoint:
    """Take an endpoint out of a service; packages that are there keep it."""
    return commands.RemoveEndpoint(service, endpoint, private=is_private(ctx))


@verb(
    commands.CreatePackage,
    'package FRAUD/scoring v4 --notes "retrained on October"',
    A_SERVICE,
    click.argument("version", type=NEW_VERSION),
    click.option("--notes", type=TEXT, default="", metavar="TEXT", help="Release notes, in quotes."),
)
@click.pass_context
def _package(ctx: click.Context, service: ServiceRef, version: str, notes: str) -> commands.CreatePackage:
    """Create a package of a service as it is now."""
    return commands.CreatePackage(service, version, notes, private=is_private(ctx))


@verb(
    commands.DeletePackage,
    "delete FRAUD/scoring v1",
    A_SERVICE,
    A_VERSION,
    click.option("--force", is_flag=True, help="Although it is published, or nobody can say; for administrators."),
    click.option("--yes", "confirmed", cls=Unasked, is_flag=True, help="Without asking me once more."),
)
@click.pass_context
def _delete(
    ctx: click.Context,
    service: ServiceRef,
    version: str,
    force: bool,  # noqa: FBT001 - Click calls it so
    confirmed: bool,  # noqa: FBT001 - as above
) -> commands.DeletePackage:
    """Delete a package; I ask you once more first."""
    return commands.DeletePackage(service, version, force, confirmed, private=is_private(ctx))
