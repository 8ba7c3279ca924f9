"""What is answered about many things at once: nodes, services, saved models; and how two versions differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.models import AuthMethod
from opsbot.slack.blocks.difference import difference_blocks, difference_text, whole_difference
from opsbot.slack.blocks.messages import Answer, Message, of_lines
from opsbot.slack.blocks.mrkdwn import clipped, code, counted, escaped, link, listed, or_none, person
from opsbot.slack.blocks.paging import listing, page_of

if TYPE_CHECKING:
    from opsbot.domain.models import Asker, Endpoint, NodeState, SavedModel, Service
    from opsbot.domain.results import Compared, ModelsListed, NodesListed, ServicesListed

_REASON_LIMIT = 200
_MOST_UNREAD = 5


def nodes_listed(result: NodesListed, asker: Asker) -> Answer:
    """List the nodes; what is wrong with one stands behind it."""
    silent = [node for node in result.nodes if node.problem]
    wrong = f"; {len(silent)} {'does' if len(silent) == 1 else 'do'} not answer" if silent else ""
    headline = f"{person(asker.person)} asked for the nodes: {or_none(len(result.nodes), 'node')}{wrong}."
    return Answer(headline, (of_lines([_node(node) for node in result.nodes]),) if result.nodes else ())


def services_listed(result: ServicesListed, asker: Asker) -> Answer:
    """List services, a page at a time; what could not be looked at is said above them."""
    command = result.command
    kind = "public services" if command.public else "services"
    using = f" that use the model {code(command.model)}" if command.model is not None else ""
    noun = "public service" if command.public else "service"
    found = or_none(len(result.services), noun)
    headline = f"{person(asker.person)} asked for the {kind} of {code(command.where)}{using}: {found}."
    if result.unread:
        headline += f" :warning: {counted(len(result.unread), 'thing')} could not be read."
    lines = [_service(service, result) for service in page_of(result.services, command.page)]
    again = ["services", str(command.where)]
    again += ["--public"] if command.public else []
    again += [f"--model {command.model}"] if command.model is not None else []
    made = listing(headline, lines, " ".join(again), command.page, len(result.services))
    return Answer(made.headline, (*_unread(result.unread), *made.details))


def models_listed(result: ModelsListed, asker: Asker) -> Answer:
    """List saved models, a page at a time."""
    project, total = result.command.project, len(result.models)
    headline = f"{person(asker.person)} asked for the saved models of {code(project)}: {or_none(total, 'model')}."
    lines = [_model(model) for model in page_of(result.models, result.command.page)]
    return listing(headline, lines, f"models {project}", result.command.page, total)


def compared(result: Compared, asker: Asker) -> Answer:
    """Tell what is new in a version, or in the service as it is now."""
    command = result.command
    after = code(command.other) if command.other is not None else "the service as it is now"
    headline = f"{person(asker.person)} compared {after} with {code(command.version)} of {code(command.service)}."
    difference = result.difference
    said = Message(difference_text(difference), difference_blocks(difference), whole_difference(difference))
    return Answer(headline, (said,))


def auth(method: str) -> str:
    """Name an authentication method; the one that lets everybody in stands out."""
    return f":warning: {code(method)}, nobody is asked who they are" if method == AuthMethod.PUBLIC else code(method)


def how_to_authenticate(page: str) -> str:
    """Tell where it is set whom a service lets in: not here."""
    where = link(page, "its page on the node") if page else "its page on the node"
    return f"If callers are to say who they are, set that on {where}: I can't."


def _service(service: Service, result: ServicesListed) -> str:
    on_model = result.endpoints.get(service.ref)
    shown = _endpoints(service.endpoints) if on_model is None else f"uses it in {listed(map(code, on_model))}"
    return f"{code(service.ref)} · {auth(service.auth_method)} · {shown}"


def _endpoints(endpoints: tuple[Endpoint, ...]) -> str:
    if not endpoints:
        return "no endpoints"
    return listed(f"{code(endpoint.id)} ({code(endpoint.type)})" for endpoint in endpoints)


def _unread(unread: tuple[str, ...]) -> tuple[Message, ...]:
    if not unread:
        return ()
    more = [f"and {len(unread) - _MOST_UNREAD} more"] if len(unread) > _MOST_UNREAD else []
    lines = [f":warning: {escaped(clipped(each, _REASON_LIMIT))}" for each in unread[:_MOST_UNREAD]]
    return (of_lines([*lines, *more]),)


def _node(node: NodeState) -> str:
    if not node.problem:
        return f":white_check_mark: {code(node.name)} answers"
    return f":x: {code(node.name)}: {escaped(clipped(node.problem, _REASON_LIMIT))}"


def _model(model: SavedModel) -> str:
    kind = f" · {escaped(model.kind)}" if model.kind else ""
    return f"{code(model.id)} · {escaped(model.name)}{kind}"
