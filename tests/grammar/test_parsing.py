from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.domain.commands import (
    Approve,
    Cancel,
    Command,
    Compare,
    CreatePackage,
    Decline,
    Defaults,
    DownloadPackage,
    Explain,
    ListModels,
    ListNodes,
    ListPackages,
    ListRequests,
    ListServices,
    Mention,
    RequestPublish,
    ShowAccess,
    ShowHelp,
    ShowService,
    ShowSummary,
    Subject,
)
from opsbot.domain.lifecycle import State
from opsbot.domain.references import NodeRef, ProjectRef, ServiceRef
from opsbot.errors import CommandError, MissingWordError, Misspelling
from opsbot.grammar import Typed, behind_mention_of, corrected, parse, without_mention_of
from tests.builders import SCORING

HERE = Defaults(node="design", project="FRAUD")
IN_THREAD = Defaults(node="design", request=12)
IN_STORY = Defaults(node="design", project="FRAUD", subject=Subject(SCORING, "v4", "scoring-eu", since="v3"))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", ShowHelp()),
        ("help", ShowHelp()),
        ("--help", ShowHelp()),
        ("help publish", ShowHelp("publish")),
        ("requests --state open", ListRequests()),
        ("requests --state all", ListRequests(every=True)),
        ("publish --help", ShowHelp("publish")),
        ("whoami", ShowAccess()),
        ("services", ListServices(ProjectRef("design", "FRAUD"))),
        ("services CHURN --page 2", ListServices(ProjectRef("design", "CHURN"), 2)),
        ("services *", ListServices(NodeRef("design"))),
        ("services eu:* --public", ListServices(NodeRef("eu"), public=True)),
        ("services --model CHURN.churn_lr", ListServices(ProjectRef("design", "FRAUD"), model="CHURN.churn_lr")),
        ("nodes", ListNodes()),
        ("models", ListModels(ProjectRef("design", "FRAUD"))),
        ("models eu:CHURN", ListModels(ProjectRef("eu", "CHURN"))),
        ("diff scoring v2 v3", Compare(SCORING, "v2", "v3")),
        ("diff scoring v2", Compare(SCORING, "v2")),
        ("service scoring", ShowService(SCORING)),
        ("packages FRAUD/scoring", ListPackages(SCORING)),
        ("PACKAGES design:FRAUD/scoring", ListPackages(SCORING)),
        ("summary scoring v3", ShowSummary(SCORING, "v3")),
        ('package scoring v4 --notes "retrained, twice"', CreatePackage(SCORING, "v4", "retrained, twice")),
        ("publish scoring v3", RequestPublish(SCORING, "v3")),
        ('publish scoring v3 --as prod --reason "it\'s due"', RequestPublish(SCORING, "v3", "prod", "it's due")),
        ("requests", ListRequests()),
        ("requests scoring --all", ListRequests(SCORING, every=True)),
        ("requests --state declined --by <@U01MAYA|maya>", ListRequests(None, State.DECLINED, Mention("U01MAYA"))),
        ("requests --by <@U01MAYA>", ListRequests(requester=Mention("U01MAYA"))),
        ("requests --by @maya.l", ListRequests(requester=Mention(name="maya.l"))),
        ("approve 12", Approve(12)),
        ("approve #12 looks good - ship --it", Approve(12, "looks good - ship --it")),
        ("decline 12 it's too early", Decline(12, "it's too early")),
        ("cancel 12", Cancel(12)),
    ],
)
def test_a_line_is_read_as_its_command(text: str, command: Command) -> None:
    assert parse(text, HERE).command == command


@pytest.mark.parametrize(
    "text",
    [
        "package scoring v4 —notes “retrained, twice”",
        "package scoring v4 ―notes «retrained, twice»",
        "package\u00a0scoring v4 --notes „retrained, twice“",
    ],
)
def test_what_phones_make_of_quotes_and_dashes_is_undone(text: str) -> None:
    assert parse(text, HERE).command == CreatePackage(SCORING, "v4", "retrained, twice")


def test_what_slack_escapes_is_undone() -> None:
    typed = parse(
        'package scoring v4 --notes "a &lt; b &amp;&amp; see <https://x.test/y|x.test/y> <https://z.test>"', HERE
    )
    assert typed.command == CreatePackage(SCORING, "v4", "a < b && see x.test/y https://z.test")
    typed = parse('package scoring v4 --notes "<https://x.test|click> <!here> <!subteam^S1|@ml>"', HERE)
    assert typed.command == CreatePackage(SCORING, "v4", "click (https://x.test) @here @ml")


def test_any_answer_may_be_had_privately() -> None:
    assert parse("packages scoring --private", HERE) == Typed(ListPackages(SCORING), private=True)
    assert parse("decline 12 no --private", HERE) == Typed(Decline(12, "no"), private=True)
    assert not parse("packages scoring", HERE).private


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("approve", Approve(12)),
        ("approve nice work", Approve(12, "nice work")),
        ("decline 12 errors are left", Decline(12, "errors are left")),
        ("decline #3 errors are left", Decline(3, "errors are left")),
    ],
)
def test_in_its_thread_a_request_needs_no_number(text: str, decided: Command) -> None:
    assert parse(text, IN_THREAD).command == decided


@pytest.mark.parametrize("text", ["approve 7", "approve 7 looks good", "cancel 7", "decline 3 errors are left"])
def test_in_a_thread_a_number_that_is_not_its_own_is_never_guessed_at(text: str) -> None:
    with pytest.raises(CommandError, match="This thread is about request 12"):
        parse(text, IN_THREAD)


@pytest.mark.parametrize(
    ("text", "says", "suggests"),
    [
        ("pakages scoring", "Did you mean “packages”", "packages FRAUD/scoring"),
        ("deploy scoring v3", "Did you mean “publish”", "publish FRAUD/scoring v3"),
        ("reject 12", "Did you mean “decline”", "decline 12"),
        ("xyzzy", "I don't know “xyzzy”", "help"),
        ("packages", "SERVICE is missing", "packages FRAUD/scoring"),
        ("publish scoring", "VERSION is missing", "publish FRAUD/scoring v3"),
        ("packages scoring v3", "I can't place “v3”", "packages FRAUD/scoring"),
        ("package scoring v4 --notes retrained twice", "Text with spaces goes in quotes", "package FRAUD/scoring v4"),
        ("packages scoring --pages 2", "Did you mean “--page”", "packages"),
        ("deliveries --everywhere", "only --failed, --days, --all, --page, --private", "deliveries --failed"),
        ("packages scoring --page 0", "--page wants a number from 1 to 10000", "packages"),
        ("packages scoring --page", "--page wants something after it", "packages"),
        ("publish scoring ../v3", "can't be a version", "publish"),
        ("requests --state gone", "--state is one of open, pending", "requests"),
        ("requests --by maya", "write @ and the name", "requests"),
        ("approve", "Which request", "approve 12"),
        ("approve twelve", "Which request", "approve 12"),
        ("help nothing", "There is no verb “nothing”", "help"),
        ("help publsih", "There is no verb “publsih”. Did you mean “publish”?", "help"),
        ('package scoring v4 --notes "open', "never closed", "package FRAUD/scoring v4"),
    ],
)
def test_a_wrong_line_is_answered_with_what_to_type(text: str, says: str, suggests: str | None) -> None:
    with pytest.raises(CommandError, match=says) as caught:
        parse(text, HERE)
    assert (caught.value.suggestion or "").startswith(suggests or "")
    assert suggests is None or caught.value.suggestion is not None


def read(text: str) -> Typed | str:
    """Give what a line is read as; any error but a CommandError comes out."""
    try:
        return parse(text, HERE)
    except CommandError as error:
        return str(error)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_a_command_or_a_sentence(text: str) -> None:
    assert read(text)


words = st.sampled_from(
    [
        "packages",
        "publish",
        "approve",
        "requests",
        "scoring",
        "v3",
        "--page",
        "--all",
        "--by",
        "@x",
        "12",
        "“a",
        "”",
        "—x",
    ]
)


@given(st.lists(words | st.text(max_size=8), max_size=8).map(" ".join))
def test_nor_does_a_line_of_known_words_break_it(text: str) -> None:
    assert read(text)


def test_the_bots_own_name_is_taken_out_of_a_message() -> None:
    assert without_mention_of("U0BOT", "<@U0BOT> approve <@U01MAYA>") == "approve <@U01MAYA>"
    assert without_mention_of("U0BOT", "please <@U0BOT|opsbot>") == "please"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("summary", ShowSummary(SCORING, "v4")),
        ("summary --private", ShowSummary(SCORING, "v4")),
        ("download", DownloadPackage(SCORING, "v4")),
        ("diff", Compare(SCORING, "v3", "v4")),
        ("explain", Explain(SCORING, "v4", "scoring-eu")),
        ("explain publish", Explain(SCORING, "v4", "scoring-eu")),
        ("diff scoring v2", Compare(SCORING, "v2")),
        ("summary rules v1", ShowSummary(ServiceRef("design", "FRAUD", "rules"), "v1")),
        ("explain rules", Explain(ServiceRef("design", "FRAUD", "rules"))),
    ],
)
def test_alone_in_the_thread_of_a_version_a_verb_means_that_one(text: str, command: Command) -> None:
    assert parse(text, IN_STORY).command == command


def test_what_was_never_published_is_compared_with_the_service_as_it_is() -> None:
    assert parse("diff", Defaults(subject=Subject(SCORING, "v4"))).command == Compare(SCORING, "v4")


@pytest.mark.parametrize("text", ["summary v3", "download v3", "diff v3", "publish", "delete"])
def test_of_several_words_none_is_guessed(text: str) -> None:
    with pytest.raises(MissingWordError):
        parse(text, IN_STORY)


@pytest.mark.parametrize("text", ["summary", "download", "diff", "explain", "explain publish"])
def test_elsewhere_a_service_has_to_be_named(text: str) -> None:
    with pytest.raises(MissingWordError, match="SERVICE is missing"):
        parse(text, IN_THREAD)


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("hey <@U0BOT> services FRAUD", "services FRAUD"),
        ("hey <@U0BOT|opsbot> tell <@U0BOT> that", "tell <@U0BOT> that"),
        ("<@U0BOT> services", ""),
        ("services <@U0BOT>", ""),
        ("hey <@U0ELSE> services", ""),
    ],
)
def test_what_follows_a_mention_is_known_where_something_else_comes_before_it(text: str, behind: str) -> None:
    assert behind_mention_of("U0BOT", text) == behind


@pytest.mark.parametrize(
    "name", ["v4 --break-glass", "v4\u00a0--as other", 'v4"', "--force", "v4\n--yes", "&lt;v4", "—yes"]
)
def test_a_name_that_is_more_than_a_word_is_not_put_into_anybodys_line(name: str) -> None:
    assert corrected("publish FRAUD/scoring v5", Misspelling("v5", name)) is None
    assert corrected("publish FRAUD/scoring v5", Misspelling("v5", "v4")) == "publish FRAUD/scoring v4"
    assert corrected("publish FRAUD/scoring v5 --fors", Misspelling("--fors", "--force")) is not None
