"""Stories to watch: each a list of steps, in the order in which they happen. `storyteller` plays them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsbot.sandbox.designer.moods import MoodName

ML_OPS, APPROVALS, NEWS = "ml-ops", "approvals", "api-news"


@dataclass(frozen=True, slots=True)
class Says:
    """Somebody writes in a channel, or below the newest message with some words; a slash begins a command."""

    who: str
    where: str
    text: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Sees:
    """Somebody looks at a channel until the newest message with these words is there, with its thread if it is in one."""

    who: str
    where: str
    words: str


@dataclass(frozen=True, slots=True)
class Clicks:
    """Somebody clicks a button, by its action id, of the newest message with these words."""

    who: str
    where: str
    action: str
    words: str


@dataclass(frozen=True, slots=True)
class Fares:
    """The node fares so from now on."""

    mood: MoodName


@dataclass(frozen=True, slots=True)
class Does:
    """A colleague does something on the node, past the bot; see the colleagues' deeds."""

    login: str
    deed: str
    project: str
    service: str


Act = Says | Sees | Clicks | Fares | Does


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens, and what is said of it to whoever watches."""

    caption: str
    act: Act


@dataclass(frozen=True, slots=True)
class Story:
    """What it is called, what one learns from it, and how it goes."""

    title: str
    about: str
    steps: tuple[Step, ...]


STORIES: dict[str, Story] = {
    "two-approvers": Story(
        "A publish with two approvers",
        "The policy of CHURN wants two people to say yes, and neither of them may be who asks.",
        (
            Step(
                "Maya wants version 3 of the churn service in production. She asks the bot in #ml-ops.",
                Says("maya", ML_OPS, '/apid publish CHURN/churn v3 --reason "The country feature is right again"'),
            ),
            Step("The bot says where her request went.", Sees("maya", ML_OPS, "its card is in")),
            Step(
                "In #approvals there is one card for it, with what is new and who could approve.",
                Sees("omar", APPROVALS, "Request 1"),
            ),
            Step("Omar reads it, and approves.", Clicks("omar", APPROVALS, "approve_request", "Request 1")),
            Step("One yes isn't enough here, and the card says so.", Sees("maya", APPROVALS, "It still takes 1")),
            Step("Ada looks too. Hers is the second yes.", Clicks("ada", APPROVALS, "approve_request", "Request 1")),
            Step(
                "With the second yes the bot publishes, and the card tells how it went.",
                Sees("maya", APPROVALS, "is published to"),
            ),
            Step("Whoever watches the service hears of it as well.", Sees("vic", NEWS, "published")),
        ),
    ),
    "stale-package": Story(
        "A package that was swapped",
        "What people approve is what gets published: not something else that took its name.",
        (
            Step(
                "Maya asks for version 2 of the fraud rules to be published.",
                Says("maya", ML_OPS, "/apid publish FRAUD/rules v2"),
            ),
            Step("The card waits for one approver.", Sees("omar", ML_OPS, "Request 1")),
            Step(
                "Meanwhile Linus deletes v2 on the node's own page, and makes another v2.",
                Does("linus", "replace", "FRAUD", "rules"),
            ),
            Step("The bot looks at the node now and then, and noticed.", Sees("vic", NEWS, "made again")),
            Step(
                "Omar didn't see that, and clicks Approve.",
                Clicks("omar", ML_OPS, "approve_request", "Request 1"),
            ),
            Step(
                "The bot looks once more at what it would publish: it isn't what was asked for, so the request is stale.",
                Sees("omar", ML_OPS, "stale"),
            ),
            Step(
                "Maya looks at the new v2, and asks again.",
                Says("maya", ML_OPS, '/apid publish FRAUD/rules v2 --reason "Looked at the new one"'),
            ),
            Step("Omar approves that one.", Clicks("omar", ML_OPS, "approve_request", "Request 2")),
            Step("And it is published.", Sees("maya", ML_OPS, "is published to")),
        ),
    ),
    "what-is-new": Story(
        "What is new in a version",
        "A card shows how a version differs from the one that the bot published last, before anybody says yes.",
        (
            Step(
                "Maya has version 4 of the fraud score published: the bot knows that one from now on.",
                Says("maya", ML_OPS, "/apid publish FRAUD/scoring v4"),
            ),
            Step("Omar approves.", Clicks("omar", ML_OPS, "approve_request", "Request 1")),
            Step("v4 is there.", Sees("maya", ML_OPS, "is published to")),
            Step(
                "In a hurry, Linus lets everybody call the service without a key…",
                Does("linus", "weaken", "FRAUD", "scoring"),
            ),
            Step("…takes an endpoint out…", Does("linus", "endpoint", "FRAUD", "scoring")),
            Step("…and makes version 5.", Does("linus", "package", "FRAUD", "scoring")),
            Step(
                "The bot tells whoever watches, before anybody asks for anything.", Sees("vic", NEWS, "becomes PUBLIC")
            ),
            Step(
                "Maya asks for v5 to be published.",
                Says("maya", ML_OPS, '/apid publish FRAUD/scoring v5 --reason "Linus says it is urgent"'),
            ),
            Step(
                "The card shows what Linus did: the endpoint is gone, and the key.",
                Sees("omar", ML_OPS, "Request 2"),
            ),
            Step(
                "Omar says no, in the card's thread, and why.",
                Says("omar", ML_OPS, "@opsbot decline nobody calls this without a key", below="Request 2"),
            ),
            Step("So it isn't published.", Sees("maya", ML_OPS, "declined by")),
        ),
    ),
    "node-outage": Story(
        "The node has a bad day",
        "A node that fails costs people a sentence, and never a publish that nobody knows of.",
        (
            Step("All is well: Vic asks what packages there are.", Says("vic", ML_OPS, "/apid packages FRAUD/scoring")),
            Step("There are four.", Sees("vic", ML_OPS, "4 packages")),
            Step("Now the node is gone: every connection is reset.", Fares("absent")),
            Step("Vic asks again.", Says("vic", ML_OPS, "/apid packages CHURN/churn")),
            Step(
                "The bot says what is wrong, and what one can do.", Sees("vic", ML_OPS, "connection to the node broke")
            ),
            Step("The node is back, but it hangs up on publishes before it says how they went.", Fares("mute")),
            Step("Maya asks for v4 to be published.", Says("maya", ML_OPS, "/apid publish FRAUD/scoring v4")),
            Step("Omar approves.", Clicks("omar", ML_OPS, "approve_request", "Request 1")),
            Step(
                "The bot heard nothing, so it looked before it did anything twice: v4 is there. Published, once.",
                Sees("maya", ML_OPS, "is published to"),
            ),
            Step("The node is well again.", Fares("well")),
        ),
    ),
}
