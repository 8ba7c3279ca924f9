"""A form that came to nothing, kept in the button that opens it again with all that was typed."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, assert_never

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from slack_sdk.models.blocks import ActionsBlock, Block

from opsbot.domain import commands
from opsbot.domain.models import MessageRef
from opsbot.domain.seals import seal, seal_of_change
from opsbot.errors import CommandError, NotFoundError, StoreError
from opsbot.grammar import forms
from opsbot.grammar.fields import ON
from opsbot.grammar.words import read_number
from opsbot.slack.blocks.messages import OF_CHANGE, Message, notes, reopening
from opsbot.slack.blocks.mrkdwn import clipped
from opsbot.slack.blocks.stamps import read_stamp

if TYPE_CHECKING:
    from opsbot.actions.stores import NodeChanges, Requests
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.commands import ChangeNode
    from opsbot.domain.models import Asker, PublishRequest
    from opsbot.slack.blocks.messages import Answer

_VALUE = 2_000
_MOST_UNPACKED = 40_000
_SAID = 300
_PLAIN, _PACKED = "as-it-is:", "packed:"
_REQUEST = "request"
_WHICH = "I can't tell any more which request you meant: choose it."
_STALE = "That button is of something that I don't know any more, so there is nothing to fill in again. Type it anew."


class Kept(BaseModel):
    """What was in a form that came to nothing: `said` is why, and `beside` the field that it is about, if it is one's.

    `left_out` names the fields whose text didn't fit; the message with the button shows it. `seal` is that of the
    request whose number is among the values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: Annotated[str, Field(max_length=50)]
    channel: Annotated[str, Field(max_length=32)] = ""
    values: dict[str, str] = {}
    said: str = ""
    beside: str = ""
    left_out: tuple[str, ...] = ()
    seal: Annotated[str, Field(max_length=64)] = ""


def with_form(answer: Answer, kept: Kept) -> Answer:
    """Let whoever reads that nothing came of a form open it again, with all that was typed."""
    value, left_out = pack(kept.model_copy(update={"said": clipped(kept.said or answer.as_remark(), _SAID)}))
    blocks: list[Block] = []
    for name in left_out:
        blocks += notes(kept.values[name], f"What you wrote as {name.replace('_', ' ')}, to copy:")
    blocks.append(ActionsBlock(elements=[reopening(value)]))
    return replace(answer, details=(*answer.details, Message("The form can be opened again.", tuple(blocks))))


def pack(kept: Kept) -> tuple[str, tuple[str, ...]]:
    """Write what was in a form as the value of a button; gives the names of the fields whose text has no room there."""
    left_out: list[str] = []
    while True:
        made = kept.model_copy(
            update={
                "values": {name: text for name, text in kept.values.items() if name not in left_out},
                "left_out": tuple(left_out),
            }
        )
        said = made.model_dump_json(exclude_defaults=True)
        packed = _PACKED + base64.b64encode(zlib.compress(said.encode(errors="replace"), 9)).decode()
        value = min(_PLAIN + said, packed, key=len)
        if len(value) <= _VALUE or not made.values:
            return value, tuple(left_out)
        left_out.append(max(made.values, key=lambda name: len(made.values[name])))


def unpack(value: str) -> Kept | None:
    """Read the value of a button; None where it is none of ours."""
    try:
        if value.startswith(_PLAIN):
            return Kept.model_validate_json(value.removeprefix(_PLAIN))
        if value.startswith(_PACKED):
            content = base64.b64decode(value.removeprefix(_PACKED), validate=True)
            return Kept.model_validate_json(zlib.decompressobj().decompress(content, _MOST_UNPACKED))
    except (ValidationError, binascii.Error, zlib.error, ValueError):
        return None
    return None


def sealed(kept: Kept, requests: Requests) -> Kept:
    """Keep along with the number of a request what tells it from another that may have the number one day."""
    try:
        request = _request_in(kept, requests)
    except StoreError:
        request = None
    return kept.model_copy(update={"seal": seal(request)}) if request is not None else kept


def without_request(kept: Kept, said: str = "") -> Kept:
    """Keep the words only, where the number may be another request's by now: which one is meant has to be chosen."""
    values = {name: text for name, text in kept.values.items() if name != _REQUEST}
    return kept.model_copy(update={"values": values, **({"said": said, "beside": _REQUEST} if said else {})})


def _request_in(kept: Kept, requests: Requests) -> PublishRequest | None:
    number = read_number(kept.values.get(_REQUEST, ""))
    try:
        return requests.get(number) if number is not None else None
    except NotFoundError:
        return None


def _of_its_request(kept: Kept, requests: Requests) -> Kept:
    """Give back what was kept, without the number of a request that isn't the one that was meant, or may not be.

    A number that was nobody's, and is nobody's still, comes back to be mended.
    """
    request = _request_in(kept, requests)
    is_meant = kept.seal == (seal(request) if request is not None else "")
    return kept if is_meant else without_request(kept, _WHICH)


def kept_in(value: str, asker: Asker, changes: NodeChanges, requests: Requests) -> Kept:
    """Read what a button brings back; what the store has of a change is given to nobody but who asked for it.

    A change is the button's by its seal; where an earlier version made the button, by the message that it stands in,
    or whose thread. Raises CommandError.
    """
    if value.startswith(OF_CHANGE):
        number, stamp = read_stamp(value.removeprefix(OF_CHANGE))
        try:
            change = changes.get(number)
        except NotFoundError as error:
            raise CommandError(_STALE, "help") from error
        here = MessageRef(asker.place.channel, asker.place.thread or "")
        if (stamp != seal_of_change(change)) if stamp else (here != change.message):
            raise CommandError(_STALE, "help")
        if change.by.id != asker.person.id:
            raise CommandError("Only who asked for it can open that form again.", change.wanted.verb)
        return of_change(change)
    kept = unpack(value)
    if kept is None or kept.verb not in forms():
        raise CommandError("That button isn't one of mine.", "help")
    return _of_its_request(kept, requests)


def of_change(change: NodeChange) -> Kept:
    """Give back what was asked for by a change that failed; the store has it whole."""
    return Kept(
        verb=change.wanted.verb,
        channel=change.asked_in.channel,
        values=values_of(change.wanted),
        said=clipped(change.outcome, _SAID),
    )


def values_of(wanted: ChangeNode) -> dict[str, str]:
    """Write what was wanted as the fields of its verb's form."""
    values = {"service": str(wanted.service), "private": ON if wanted.private else ""}
    match wanted:
        case commands.CreatePackage():
            values |= {"version": wanted.version, "notes": wanted.release_notes}
        case commands.DeletePackage():
            values |= {"version": wanted.version, "force": ON if wanted.force else ""}
        case commands.AddEndpoint():
            values |= {"endpoint": wanted.endpoint, "kind": wanted.type.value, "model": wanted.model}
            values["compute_propensity"] = ON if wanted.compute_propensity else ""
        case commands.RemoveEndpoint():
            values["endpoint"] = wanted.endpoint
        case commands.CreateService():
            pass
        case _:
            assert_never(wanted)
    return {name: value for name, value in values.items() if value}


def lost_note(kept: Kept) -> str:
    """Say which texts weren't brought back, and where they are."""
    if not kept.left_out:
        return ""
    names = " and ".join(name.replace("_", " ") for name in kept.left_out)
    return f"Your {names} had no room here: copy it from my message."
