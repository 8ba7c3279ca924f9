"""Forms are read off the declaration of the verbs, and what they send is read as if it had been typed."""

from __future__ import annotations

from datetime import time

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.domain import commands
from opsbot.domain.commands import Defaults, Mention, Subject
from opsbot.domain.lifecycle import State
from opsbot.domain.pace import Digest, Quiet
from opsbot.domain.references import ServiceRef
from opsbot.errors import CommandError, MissingWordError
from opsbot.grammar import begin, faults, fill, forms, parse
from opsbot.grammar.every import Verb, verbs
from opsbot.grammar.fields import ON, Field, Kind, form_of
from opsbot.grammar.types import SERVICE, Read, Unasked
from tests.builders import SCORING

HERE = Defaults(node="design", project="FRAUD")
FULL: dict[str, dict[str, str]] = {
    "help": {"about": "publish"},
    "services": {"project": "design:FRAUD"},
    "service": {"service": "design:FRAUD/scoring"},
    "packages": {"service": "design:FRAUD/scoring"},
    "summary": {"service": "design:FRAUD/scoring", "version": "v3"},
    "package": {"service": "design:FRAUD/scoring", "version": "v5", "notes": "two\nlines"},
    "publish": {
        "service": "design:FRAUD/scoring",
        "version": "v3",
        "published_service": "score",
        "reason": "--private",
        "break_glass": ON,
    },
    "explain": {"service": "design:FRAUD/scoring", "version": "v3"},
    "requests": {"service": "design:FRAUD/scoring", "state": "expired", "requester": "<@U1>", "every": ON},
    "approve": {"request": "12", "comment": "--private is a word here"},
    "decline": {"request": "12", "comment": "13 is enough"},
    "cancel": {"request": "12"},
    "settle": {"request": "12", "end": "failed", "reason": "the log"},
    "review": {"request": "12", "comment": "-- all well"},
    "pause": {"service": "design:FRAUD/scoring", "reason": "=drift"},
    "resume": {"service": "design:FRAUD/scoring"},
    "history": {"service": "design:FRAUD/scoring"},
    "audit": {"service": "design:FRAUD/scoring", "request": "12"},
    "whoami": {},
    "inbox": {},
    "nodes": {},
    "models": {"project": "design:FRAUD"},
    "diff": {"service": "design:FRAUD/scoring", "version": "v2", "other": "v3"},
    "download": {"service": "design:FRAUD/scoring", "version": "v3"},
    "create": {"service": "design:FRAUD/limits"},
    "add-endpoint": {
        "service": "design:FRAUD/scoring",
        "endpoint": "effect",
        "kind": "causal",
        "model": "churn_uplift",
        "compute_propensity": ON,
    },
    "remove-endpoint": {"service": "design:FRAUD/scoring", "endpoint": "score"},
    "delete": {"service": "design:FRAUD/scoring", "version": "v1", "force": ON},
    "watch": {
        "what": "design:FRAUD/scoring",
        "events": "packaged,published",
        "personally": ON,
        "quiet": "22:00-7:00",
        "digest": "daily",
    },
    "unwatch": {"what": "design:FRAUD"},
    "watches": {"number": "3", "test": ON},
    "deliveries": {"failed": ON, "days": "3", "everywhere": ON},
    "status": {},
}


def test_no_verb_is_forgotten_here() -> None:
    assert set(FULL) == set(verbs.commands)


def test_every_verb_has_a_form_and_every_argument_a_field() -> None:
    for name, verb in verbs.commands.items():
        form = forms()[name]
        asked = [param for param in verb.params if not isinstance(param, Unasked)]
        assert len(form.fields) >= len(asked), name
        assert {field.name for field in form.fields} & {"page", "words"} == set(), name
        assert all(field.label for field in form.fields)
        assert all(field.choices for field in form.fields if field.kind is Kind.CHOICE)


def test_a_verb_that_is_added_gets_its_form_by_itself() -> None:
    def word(text: str, _: Defaults) -> str:
        return text

    added = Verb(
        "add-endpoint",
        params=[
            click.Argument(["service"], type=SERVICE),
            click.Argument(["endpoint"], type=Read("new endpoint", word)),
            click.Option(
                ["--type", "kind"], type=click.Choice(["prediction", "causal"]), required=True, help="What it does."
            ),
            click.Option(["--model"], type=Read("model", word), required=True),
            click.Option(["--compute-propensity"], is_flag=True, help="For the type causal."),
            Unasked(["--page"], type=int),
        ],
        help="Add an endpoint.",
    )
    form = form_of(added)
    assert (form.verb, form.says) == ("add-endpoint", "Add an endpoint.")
    assert form.fields == (
        Field("service", "Service", Kind.SERVICE, required=True),
        Field("endpoint", "Endpoint", Kind.WORD, required=True),
        Field(
            "kind",
            "Type of endpoint",
            Kind.CHOICE,
            required=True,
            hint="What it does.",
            choices=("prediction", "causal"),
        ),
        Field("model", "Model", Kind.MODEL, required=True),
        Field("compute_propensity", "Compute propensity", Kind.FLAG, hint="For the type causal."),
    )


def test_no_argument_of_a_verb_is_a_bare_list_of_words() -> None:
    """Words that a verb tells apart by itself have to be declared as parts, or no form can ask for them."""
    for name, verb in verbs.commands.items():
        bare = [param.name for param in verb.params if param.nargs != 1 and not hasattr(param, "parts")]
        assert bare == [], name


def test_a_form_filled_in_is_a_command() -> None:
    read = {name: fill(forms()[name], values, Defaults()).command for name, values in FULL.items()}
    assert read["package"] == commands.CreatePackage(SCORING, "v5", "two\nlines")
    assert read["publish"] == commands.RequestPublish(SCORING, "v3", "score", "--private", break_glass=True)
    assert read["explain"] == commands.Explain(SCORING, "v3")
    assert read["requests"] == commands.ListRequests(SCORING, State.EXPIRED, Mention("U1"), every=True)
    assert read["approve"] == commands.Approve(12, "--private is a word here")
    assert read["decline"] == commands.Decline(12, "13 is enough")
    assert read["review"] == commands.Review(12, "-- all well")
    assert read["pause"] == commands.Pause("=drift", SCORING)
    assert read["watch"] == commands.WatchServices(
        SCORING, ("packaged", "published"), personally=True, quiet=Quiet(time(22), time(7)), digest=Digest.DAILY
    )
    assert read["watches"] == commands.TryWatches(3)
    assert read["settle"] == commands.Settle(12, published=False, reason="the log")


def test_a_form_holds_what_was_typed_of_a_watch_as_it_is_typed() -> None:
    typed = "watch FRAUD --events packaged,failed --quiet-hours 22:00-7:00 --digest weekly"
    values = begin(typed, Defaults(node="design")).values
    assert values == {
        "what": "design:FRAUD",
        "events": "packaged,failed",
        "quiet": "22:00-07:00 UTC",
        "digest": "weekly",
    }


def test_what_a_form_says_privately_is_answered_privately() -> None:
    assert fill(forms()["whoami"], {"private": ON}, Defaults()).private
    assert not fill(forms()["publish"], FULL["publish"], Defaults()).private


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("package", {}),
        ("package scoring", {"service": "design:FRAUD/scoring"}),
        ("PACKAGE scoring --notes 'x y' ", {"service": "design:FRAUD/scoring", "notes": "'x"}),
        ("publish --break-glass", {"break_glass": ON}),
        ("decline 12", {"request": "12"}),
        ("decline #12 --private", {"request": "12", "private": ON}),
        ("settle 12", {"request": "12"}),
        ("explain", {}),
        ("approve", {}),
    ],
)
def test_a_line_that_lacks_something_begins_a_form(line: str, values: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        parse(line, HERE)
    assert {key: value for key, value in begin(line, HERE).values.items() if key != "version"} == values


@pytest.mark.parametrize(
    "line", ["package", "publish scoring", "decline 12", "review", "pause", "settle 12", "explain"]
)
def test_what_is_missing_is_said_to_be_missing(line: str) -> None:
    with pytest.raises(MissingWordError):
        parse(line, HERE)


@pytest.mark.parametrize("line", ["package a b c", "publish x/y/z", "settle twelve", "pause --rason x", "nonsense"])
def test_what_is_wrong_is_not_said_to_be_missing(line: str) -> None:
    with pytest.raises(CommandError) as wrong:
        parse(line, HERE)
    assert not isinstance(wrong.value, MissingWordError)


def test_a_channel_s_own_project_stands_in_the_form() -> None:
    assert begin("services", HERE).values == {"project": "design:FRAUD"}
    assert begin("approve", Defaults(request=7)).values == {"request": "7"}


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("publish", {"service": "design:FRAUD/scoring", "version": "v4", "published_service": "scoring-eu"}),
        ("summary", {"service": "design:FRAUD/scoring", "version": "v4"}),
        ("diff", {"service": "design:FRAUD/scoring", "version": "v3", "other": "v4"}),
        ("package", {"service": "design:FRAUD/scoring"}),
        ("publish rules", {"service": "design:FRAUD/rules"}),
        ("pause", {}),
        ("approve", {}),
    ],
)
def test_what_a_thread_is_about_stands_in_the_form(line: str, values: dict[str, str]) -> None:
    subject = Subject(SCORING, "v4", "scoring-eu", since="v3")
    assert begin(line, Defaults("design", "FRAUD", subject=subject)).values == values


def test_what_is_wrong_is_said_beside_the_field() -> None:
    form = forms()["publish"]
    said = faults(form, {"service": "FRAUD/scoring", "version": "v 1", "published_service": "a/b"}, HERE)
    assert said.keys() == {"version", "published_service"}
    assert "v 1" in said["version"]
    assert faults(forms()["pause"], {"reason": "  "}, HERE).keys() == {"reason"}
    assert faults(form, {"service": "scoring", "version": "v1"}, HERE) == {}


def test_what_only_the_whole_can_tell_is_said_beside_the_first_field() -> None:
    assert faults(forms()["settle"], {"request": "1", "end": "maybe", "reason": "x"}, HERE).keys() == {"request"}


@given(text=st.text(min_size=1).filter(str.strip))
def test_any_text_reaches_the_command_as_it_is(text: str) -> None:
    pause = fill(forms()["pause"], {"reason": text}, Defaults()).command
    assert pause == commands.Pause(text)
    approve = fill(forms()["approve"], {"request": "3", "comment": text}, Defaults(request=4)).command
    assert approve == commands.Approve(3, text)
    notes = fill(forms()["package"], {"service": "a:B/c", "version": "v1", "notes": text}, Defaults()).command
    assert notes == commands.CreatePackage(ServiceRef("a", "B", "c"), "v1", text)
