"""Policies in the configuration: read as values, and every mistake named."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.assembly.rules import rules_of
from opsbot.config import load
from opsbot.domain.freezes import Freeze, WeekTime
from opsbot.domain.policies import BreakGlass, Policy
from opsbot.domain.policy_faults import policy_faults
from opsbot.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

BASE = """
[nodes.design]
url = "https://dss.example.com"
[[grants]]
role = "approver"
users = ["U1", "U2"]
[people]
U1 = "ada"
"""
FULL = """
[[policies]]
name = "fraud"
services = ["design:FRAUD/*"]
published_services = ["canary-*"]
quorum = { approver = 2 }
requester_may_approve = true
packager_may_approve = true
unknown_packager = "refuse"
expires_after = "3h"
remind_every = "1h"
identity = "digest"
approvals_channel = "C1"
break_glass = { roles = ["approver"], review_within = "2h" }
freezes = [{ from = "fri 16:00", to = "mon 08:30", zone = "Europe/Berlin", reason = "weekend" }]
"""


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_SLACK__BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("OPSBOT_SLACK__APP_TOKEN", "xapp-1")
    monkeypatch.setenv("OPSBOT_NODES__DESIGN__API_KEY", "key")


def policies(folder: Path, text: str) -> tuple[Policy, ...]:
    path = folder / "opsbot.toml"
    path.write_text(BASE + text)
    return rules_of(load(path, [], contradictions=lambda config: policy_faults(rules_of(config)))).policies


def faults(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        policies(folder, f'[[policies]]\nservices = ["*"]\n{text}')
    return "\n".join(raised.value.faults)


def test_every_setting_of_a_policy_is_read(tmp_path: Path) -> None:
    (read,) = policies(tmp_path, FULL)
    assert read == Policy(
        "fraud",
        ("design:FRAUD/*",),
        ("canary-*",),
        (("approver", 2),),
        requester_may_approve=True,
        packager_may_approve=True,
        unknown_packager="refuse",
        expires_after=timedelta(hours=3),
        remind_every=timedelta(hours=1),
        identity="digest",
        approvals_channel="C1",
        freezes=(Freeze(WeekTime(4, time(16)), WeekTime(0, time(8, 30)), "Europe/Berlin", "weekend"),),
        break_glass=BreakGlass(("approver",), timedelta(hours=2)),
    )


def test_a_freeze_may_be_one_off(tmp_path: Path) -> None:
    freeze = "freezes = [{ from = 2026-12-20T18:00:00, to = 2027-01-03T08:00:00 }]"
    (read,) = policies(tmp_path, f'[[policies]]\nservices = ["*"]\n{freeze}')
    assert read.freezes == (Freeze(datetime(2026, 12, 20, 18), datetime(2027, 1, 3, 8)),)  # noqa: DTZ001 - local times
    assert read.name == "policies.0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("quorum = { aprover = 1 }", "policies.0.quorum: there is no role “aprover” (did you mean “approver”?)"),
        ("quorum = { approver = 0 }", "policies.0.quorum.approver: input should be greater than or equal to 1"),
        (
            "quorum = { approver = 3 }",
            "policies.0: its quorum can't be filled: the grants give 1 more “approver” too few",
        ),
        ('break_glass = { roles = ["bos"] }', "policies.0.break_glass.roles: there is no role “bos”"),
        ('freezes = [{ from = "fri 16:00", to = 2027-01-03T08:00:00 }]', "let from and to be of one kind"),
        ("freezes = [{ from = 2027-01-03T08:00:00, to = 2026-12-20T18:00:00 }]", "it ends before it starts"),
        ('freezes = [{ from = "fri 16:00", to = "mon 8", zone = "Berlin" }]', "name a time zone like “Europe/Berlin”"),
        ('freezes = [{ from = "fri noon", to = "mon 08:00" }]', 'write a day and a time, like "fri 16:00"'),
        ('freezes = [{ from = "friday", to = "mon 08:00" }]', "write a date and a time like"),
        ("freezes = [{ from = 2026-12-20T18:00:00Z, to = 2027-01-03T08:00:00Z }]", "leave the offset out"),
        (
            'freezes = [{ frm = "fri 16:00", to = "mon 08:00" }]',
            "freezes.0.frm: there is no such setting (did you mean “from”?)",
        ),
        (
            'freezes = [{ start = "fri 16:00" }]',
            "freezes.0.start: there is no such setting (there are from, reason, to, zone)",
        ),
        ('expires_after = "soon"', "policies.0.expires_after: write a length of time"),
        ('identity = "name"', "policies.0.identity"),
        (
            '[[policies]]\nservices = ["design:*"]',
            "policies.1: it never counts, since “policies.0” before it covers all",
        ),
    ],
)
def test_every_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    assert said in faults(tmp_path, text)
