"""What people type when they are tired, and the line that they meant."""

from __future__ import annotations

import pytest

from opsbot.domain.commands import Approve, Defaults, ListRequests, Mention, RequestPublish
from opsbot.grammar import mended, named, parse

HERE = Defaults("design")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("publish v1 FRAUD/scoring", "publish FRAUD/scoring v1"),
        ("publish v1 FRAUD/scoring --reason it is due", 'publish FRAUD/scoring v1 --reason "it is due"'),
        ("publish FRAUD/scoring v1 --reason it's due", 'publish FRAUD/scoring v1 --reason "it\'s due"'),
        (
            "publish FRAUD/scoring v1 --reason it is due --as scores",
            'publish FRAUD/scoring v1 --reason "it is due" --as scores',
        ),
        ("publish FRAUD/scoring v1 it is due", 'publish FRAUD/scoring v1 --reason "it is due"'),
        ("publish FRAUD/scoring v1 --reason 'it is due'", 'publish FRAUD/scoring v1 --reason "it is due"'),
        ("publish FRAUD/scoring v1 ‘it is due’", 'publish FRAUD/scoring v1 --reason "it is due"'),
        ('publish FRAUD/scoring v1 --reason "it is due', 'publish FRAUD/scoring v1 --reason "it is due"'),
        ("publish FRAUD/scoring v1 -reason due", "publish FRAUD/scoring v1 --reason due"),
        (
            "package FRAUD/scoring v1 first\nand second line",
            'package FRAUD/scoring v1 --notes "first\nand second line"',
        ),
        ("please publish FRAUD/scoring v1", "publish FRAUD/scoring v1"),
        ("could you please publish FRAUD/scoring v1, thanks!", "publish FRAUD/scoring v1"),
        ("services FRAUD please", "services FRAUD"),
        ("services FRAUD, please", "services FRAUD"),
        ("`services FRAUD`", "services FRAUD"),
        ("```/apid services FRAUD```", "services FRAUD"),
        ("packages `FRAUD/scoring`", "packages FRAUD/scoring"),
        ("packages FRAUD / scoring", "packages FRAUD/scoring"),
        ("service FRAUD scoring", "service FRAUD/scoring"),
        ("service FRAUD:scoring", "service FRAUD/scoring"),
        ("service design/FRAUD/scoring", "service design:FRAUD/scoring"),
        (
            "watch FRAUD --quiet-hours 22:00-07:00 Europe/Berlin",
            'watch FRAUD --quiet-hours "22:00-07:00 Europe/Berlin"',
        ),
        ("approve request 3", "approve 3"),
        (
            "publish v1 FRAUD/scoring --reason \"October, -50 % 'nulls'\"",
            "publish FRAUD/scoring v1 --reason \"October, -50 % 'nulls'\"",
        ),
    ],
)
def test_what_was_typed_is_written_as_it_was_meant(typed: str, meant: str) -> None:
    assert mended(typed, HERE) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "package list FRAUD/scoring",  # nobody wants a package that is called “list”
        "hello",
        "what is published?",
        "publish",
        "publish FRAUD/scoring v1 it --reason due",  # which of the two?
        'publish FRAUD/scoring v1 --reason "it" is "due"',  # whose quotes are whose?
        f"publish FRAUD/scoring v1 {'x y' * 1_000}",
        "",
    ],
)
def test_what_nobody_can_guess_is_left_alone(typed: str) -> None:
    assert mended(typed, HERE) is None


def test_in_what_people_say_others_are_named_as_they_read_it() -> None:
    names = {"U01MAYA": "maya"}

    def read(line: str) -> object:
        return parse(named(line, names.get), HERE).command

    assert read("approve 3 thanks <@U01MAYA> & <@U99>") == Approve(3, "thanks @maya & <@U99>")
    publish = read('publish FRAUD/scoring v1 --reason "<@U01MAYA> wants it"')
    assert isinstance(publish, RequestPublish)
    assert publish.reason == "@maya wants it"
    by = read("requests --by <@U01MAYA>")
    assert isinstance(by, ListRequests)
    assert by.requester == Mention("U01MAYA", None)
