"""Every verb by its form, over the workspace: opened, filled in, sent, answered; and refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.grammar import forms
from opsbot.grammar.fields import ON
from opsbot.sandbox import demo
from opsbot.slack.forms.payloads import FIELD
from opsbot.slack.forms.views import title_of
from tests.stage import ADMIN, GRANTS, buttons, shown, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import Stage

JSON = dict[str, Any]

SCORING, RULES, CHURN, LIMITS = (
    f"design:{each}" for each in ("FRAUD/scoring", "FRAUD/rules", "CHURN/churn", "FRAUD/limits")
)
NOWHERE, NO_PATH = "design:FRAUD/nope", "a/b/c/d"
_GRANTS = [
    *GRANTS[1:],
    ADMIN,
    {"role": "designer", "users": [demo.MAYA.id]},
    {"role": "viewer", "users": [demo.VIC.id], "services": ["design:FRAUD/*"]},
]
_GLASS = {"name": "glass", "services": [CHURN], "break_glass": {"roles": ["publisher"]}}


@dataclass(frozen=True)
class Sent:
    """A form that somebody fills in and sends, and what is said to that.

    `before` are lines that are typed first, each with what it is answered; with `beside`, what is wrong is said beside
    that field, and the form stays.
    """

    user: str
    values: dict[str, str]
    said: str
    beside: str = ""
    before: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Row:
    done: Sent
    refused: Sent


def told(user: str, said: str, **values: str) -> Sent:
    return Sent(user, values, said)


def beside(user: str, name: str, said: str, **values: str) -> Sent:
    return Sent(user, values, said, beside=name)


NO_SERVICE, NO_VERSION, NO_REQUEST = "has no service “nope”", "has no package “v99”", "There is no request 999"

ROWS: dict[str, Row] = {
    "help": Row(
        told("vic", "How to use `publish`", about="publish"),
        beside("vic", "about", "There is no verb “nonsense”", about="nonsense"),
    ),
    "services": Row(
        told("vic", "asked for the services of `design:FRAUD`", project="design:FRAUD"),
        beside("vic", "project", "project", project="design:FRAUD/x/y"),
    ),
    "models": Row(
        told("vic", "asked for the saved models of `design:FRAUD`", project="design:FRAUD"),
        told("vic", "You may not look into design:CHURN", project="design:CHURN"),
    ),
    "service": Row(told("vic", f"looked at `{SCORING}`", service=SCORING), told("vic", NO_SERVICE, service=NOWHERE)),
    "packages": Row(
        told("vic", f"asked for the packages of `{SCORING}`", service=SCORING),
        told("vic", "You may not do that", service=CHURN),
    ),
    "summary": Row(
        told("vic", "looked at `v4`", service=SCORING, version="v4"),
        told("vic", NO_VERSION, service=SCORING, version="v99"),
    ),
    "diff": Row(
        told("vic", "compared `v3` with `v2`", service=SCORING, version="v2", other="v3"),
        told("vic", NO_VERSION, service=SCORING, version="v2", other="v99"),
    ),
    "package": Row(
        told("maya", "packaged `v77`", service=SCORING, version="v77", notes="By form"),
        told("maya", "has a package “v1” already", service=SCORING, version="v1", notes="Lost?"),
    ),
    "create": Row(
        told("maya", f"created service `{LIMITS}`", service=LIMITS),
        told("maya", "has a service “scoring” already", service=SCORING),
    ),
    "add-endpoint": Row(
        told("maya", "added endpoint `extra`", service=RULES, endpoint="extra", kind="prediction", model="fraud_xgb"),
        told("maya", "no saved model “nope”", service=RULES, endpoint="more", kind="prediction", model="nope"),
    ),
    "remove-endpoint": Row(
        Sent(
            "maya",
            {"service": RULES, "endpoint": "brief"},
            "removed endpoint `brief`",
            before=(("add-endpoint FRAUD/rules brief --type prediction --model fraud_xgb", "added endpoint `brief`"),),
        ),
        told("maya", "has no endpoint “nope”", service=RULES, endpoint="nope"),
    ),
    "delete": Row(
        Sent(
            "maya",
            {"service": SCORING, "version": "v78"},
            "can't be brought back",
            before=(("package FRAUD/scoring v78", "packaged `v78`"),),
        ),
        told("maya", NO_VERSION, service=SCORING, version="v99"),
    ),
    "download": Row(
        told("maya", "fetched `v1`", service=SCORING, version="v1"),
        told("maya", NO_VERSION, service=SCORING, version="v99"),
    ),
    "publish": Row(
        told("maya", "publish `v4`", service=SCORING, version="v4", reason="It is due"),
        told("maya", NO_VERSION, service=SCORING, version="v99", reason="Lost?"),
    ),
    "explain": Row(
        told("maya", "asked what publishing `v4`", service=SCORING, version="v4"),
        told("maya", NO_SERVICE, service=NOWHERE),
    ),
    "requests": Row(
        told("vic", "asked for", service=SCORING, state="expired"),
        beside("vic", "service", "can't be a project key", service=NO_PATH),
    ),
    "approve": Row(
        Sent(
            "omar",
            {"comment": "12 of 12"},
            "approved",
            before=(("publish FRAUD/scoring v3 --as approved_by_form", "approved_by_form"),),
        ),
        told("omar", NO_REQUEST, request="999", comment="Lost?"),
    ),
    "decline": Row(
        Sent(
            "omar",
            {"comment": "Too early"},
            "declined",
            before=(("publish FRAUD/scoring v3 --as declined_by_form", "declined_by_form"),),
        ),
        told("omar", NO_REQUEST, request="999", comment="Lost?"),
    ),
    "cancel": Row(
        Sent(
            "maya",
            {"comment": "A mistake"},
            "cancelled",
            before=(("publish FRAUD/scoring v3 --as cancelled_by_form", "cancelled_by_form"),),
        ),
        told("maya", NO_REQUEST, request="999"),
    ),
    "settle": Row(
        Sent(
            "omar",
            {"end": "failed", "reason": "The log"},
            "settled as failed",
            before=(("publish FRAUD/scoring v3 --as settled_by_form", "settled_by_form"),),
        ),
        told("omar", NO_REQUEST, request="999", end="failed", reason="Lost?"),
    ),
    "review": Row(
        Sent(
            "omar",
            {"comment": "All is well"},
            "reviewed request",
            before=(('publish CHURN/churn v1 --as reviewed --break-glass --reason "It burns"', "without approvals"),),
        ),
        told("omar", NO_REQUEST, request="999", comment="Lost?"),
    ),
    "pause": Row(
        told("ada", "is paused by", service=LIMITS, reason="Drift"),
        beside("ada", "reason", "Write a few words", reason="  "),
    ),
    "resume": Row(
        Sent(
            "ada",
            {"service": RULES},
            f"resumed publishing of `{RULES}`",
            before=(('pause FRAUD/rules --reason "Drift"', "is paused by"),),
        ),
        beside("ada", "service", "can't be a project key", service=NO_PATH),
    ),
    "history": Row(
        told("vic", "asked for", service=SCORING),
        told("vic", "You may not do that", service=CHURN),
    ),
    "audit": Row(
        told("ada", "asked for", service=SCORING),
        beside("ada", "request", "isn't the number of a request", request="twelve"),
    ),
    "watch": Row(
        told("maya", f"hears of `{SCORING}`", what=SCORING, events="packaged"),
        beside("maya", "what", "can't be a project key", what=NO_PATH),
    ),
    "unwatch": Row(
        Sent(
            "maya",
            {"what": RULES},
            f"doesn't hear of `{RULES}` any more",
            before=(("watch FRAUD/rules", f"hears of `{RULES}`"),),
        ),
        beside("maya", "what", "can't be a project key", what=NO_PATH),
    ),
    "watches": Row(
        Sent(
            "maya",
            {"test": ON},
            "a test is on its way",
            before=(("watch FRAUD/rules", f"hears of `{RULES}`"),),
        ),
        beside("maya", "number", "isn't the number of a watch", number="one"),
    ),
    "deliveries": Row(
        told("maya", "asked for what I said here in 3 days", days="3"),
        told("maya", "You may not do that", everywhere=ON),
    ),
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("forms"), grants=_GRANTS, policies=[_GLASS]) as made:
        yield made


def names(verb: str) -> set[str]:
    return {each.name for each in forms()[verb].fields}


def said(stage: Stage, sent: Sent) -> list[JSON]:
    seen = stage.messages(user=sent.user)
    return [each for each in seen if sent.said in each["text"] or sent.said in shown(each)]


def wait_for_more(stage: Stage, sent: Sent, before: int) -> None:
    try:
        stage.wait_until(lambda: len(said(stage, sent)) > before)
    except AssertionError as error:
        heard = [each["text"] for each in stage.messages(user=sent.user)[-3:]]
        raise AssertionError(f"“{sent.said}” wasn't said, but {heard}") from error


def request_in(message: JSON) -> str:
    """The number of the request that a message tells of."""
    found = re.search(r"(?:request|review) (\d+)", message["text"], re.IGNORECASE)
    return found[1] if found is not None else ""


def make_unknown(stage: Stage, number: str) -> None:
    """Have the request approved while the node hangs up on whoever publishes."""
    faults = stage.designer.site.faults
    faults.add("POST /projects/FRAUD/apiservices/scoring/packages/v3/publish", "reset_before", times=1)
    stage.command(f"approve {number}", user="omar")
    stage.wait_for("can't be said")
    faults.clear()


def open_form(stage: Stage, verb: str, user: str) -> JSON:
    """Open a verb's form: by the verb alone where it lacks something then, else by the button of its help."""
    stage.command(verb, user=user) if any(each.required for each in forms()[verb].fields) else by_help(
        stage, verb, user
    )
    stage.wait_until(lambda: (stage.find_view(user) or {"title": {"text": ""}})["title"]["text"] == title_of(verb))
    return stage.view(user)


def by_help(stage: Stage, verb: str, user: str) -> None:
    number = len([each for each in stage.messages(user=user) if f"How to use `{verb}`" in each["text"]])
    stage.command(f"help {verb}", user=user)
    helping = stage.wait_for(f"How to use `{verb}`", user=user, times=number + 1)
    stage.click(helping, buttons(helping)["Fill in a form…"], user=user)


def elements(view: JSON) -> dict[str, JSON]:
    found = [block["element"] for block in view["blocks"] if block["type"] == "input"]
    return {each["action_id"].removeprefix(FIELD): each for each in found}


def block_of(view: JSON, name: str) -> str:
    blocks = (block for block in view["blocks"] if block["type"] == "input")
    return next(str(block["block_id"]) for block in blocks if block["element"]["action_id"] == f"{FIELD}{name}")


def submit(stage: Stage, verb: str, user: str, values: dict[str, str]) -> JSON:
    view = stage.view(user)
    assert view["title"]["text"] == title_of(verb)
    known = elements(view)
    return stage.submit(user, {f"{FIELD}{name}": as_used(known[name], value) for name, value in values.items()})


def as_used(element: JSON, value: str) -> Any:
    """What a person does with a field for a value to be in it."""
    if element["type"] == "external_select":
        return {"text": {"type": "plain_text", "text": value}, "value": value}
    return [value] if value == ON else value


def entered(view: JSON) -> dict[str, str]:
    """What stands in the fields."""
    return {name: entered_in(element) for name, element in elements(view).items()}


def entered_in(element: JSON) -> str:
    ticked = element.get("initial_options") or [{}]
    return str((element.get("initial_option") or ticked[0]).get("value") or element.get("initial_value") or "")


def test_no_verb_is_forgotten_here() -> None:
    """A verb that is added needs a row; those without arguments have nothing to be filled in."""
    assert set(ROWS) == {form.verb for form in forms().values() if {each.name for each in form.fields} != {"private"}}


@pytest.mark.parametrize("verb", ROWS)
def test_what_a_form_asks_for_is_done(stage: Stage, verb: str) -> None:
    sent = ROWS[verb].done
    number = ""
    for line, answer in sent.before:
        stage.command(line, user="ada" if verb == "resume" else "maya")
        number = request_in(stage.wait_for(answer))
    if verb == "settle":
        make_unknown(stage, number)
    values = sent.values | ({"request": number} if "request" in names(verb) and number else {})
    before = len(said(stage, sent))
    open_form(stage, verb, sent.user)
    assert submit(stage, verb, sent.user, values)["ok"], verb
    wait_for_more(stage, sent, before)


@pytest.mark.parametrize("verb", ROWS)
def test_what_a_form_asks_for_is_refused(stage: Stage, verb: str) -> None:
    sent = ROWS[verb].refused
    before = len(said(stage, sent))
    view = open_form(stage, verb, sent.user)
    reply = submit(stage, verb, sent.user, sent.values)
    if sent.beside:
        assert list(reply["errors"]) == [block_of(view, sent.beside)], verb
        assert sent.said in next(iter(reply["errors"].values()))
        assert stage.find_view(sent.user) is not None
        stage.close_view(sent.user)
        return
    assert reply["ok"], reply
    wait_for_more(stage, sent, before)
    refusal = said(stage, sent)[-1]
    assert refusal["ephemeral"]
    stage.click(refusal, buttons(refusal)["Open the form again"], user=sent.user)
    again = stage.wait_for_view(sent.user)
    assert again["title"]["text"] == title_of(verb)
    assert {name: value for name, value in entered(again).items() if name in sent.values} == sent.values
    assert sent.said in shown(again)
    stage.close_view(sent.user)
