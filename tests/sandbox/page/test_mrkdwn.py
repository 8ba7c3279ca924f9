"""Slack's mrkdwn as HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.sandbox.page.mrkdwn import Mrkdwn
from tests.sandbox.workspace.support import demo_workspace

MRKDWN = Mrkdwn(demo_workspace(), "U01MAYA")
ATTRIBUTES = {"class", "href", "target", "rel", "data-mention", "data-epoch", "data-format"}
OURS = {"strong", "em", "s", "code", "pre", "blockquote", "a", "span", "time"}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* and _italic_ and ~gone~", "<strong>bold</strong> and <em>italic</em> and <s>gone</s>"),
        ("*bold _both_*", "<strong>bold <em>both</em></strong>"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("`*code* &lt;`", "<code>*code* &lt;</code>"),
        ("```\na &lt; b\n*c*```", "<pre>a &lt; b\n*c*</pre>"),
        ("&gt; said\n&gt; so\nyes", "<blockquote>said\nso</blockquote>yes"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("a &lt; b &amp; c", "a &lt; b &amp; c"),
        (":tada: :nothing:", "🎉 :nothing:"),
        ("<@U01MAYA>", '<span class="mention me" data-mention="U01MAYA">@maya</span>'),
        ("<@U02OMAR|x>", '<span class="mention" data-mention="U02OMAR">@omar</span>'),
        ("<#C01MLOPS>", '<span class="mention">#ml-ops</span>'),
        ("<!subteam^S01APPROVERS>", '<span class="mention">@ml-approvers</span>'),
        ("<!here>", '<span class="mention">@here</span>'),
        (
            "<https://a.example/?x=1&amp;y=2|the *link*>",
            '<a href="https://a.example/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer">the *link*</a>',
        ),
        ("<javascript:alert(1)|click>", "&lt;javascript:alert(1)|click&gt;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (
            "<!date^1700000000^{date_num} at {time}|then>",
            '<time class="date" data-epoch="1700000000" data-format="{date_num} at {time}">then</time>',
        ),
        ("<!date^never^{time}|then>", "then"),
    ],
)
def test_each_mark_has_its_html(text: str, html: str) -> None:
    assert MRKDWN.html(text) == html


class Reader(HTMLParser):
    """Reads HTML as a browser does, and keeps what it finds."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@given(st.text(alphabet="*_~`<>@#!|^&;:/\"'= \nabcjavscriptonerrimgsrxht1:-."))
def test_no_text_becomes_markup_of_its_own(text: str) -> None:
    reader = Reader()
    reader.feed(MRKDWN.html(text))
    for tag, attributes in reader.found:
        assert tag in OURS
        assert attributes.keys() <= ATTRIBUTES
        assert (attributes.get("href") or "http").startswith(("http", "mailto:"))
