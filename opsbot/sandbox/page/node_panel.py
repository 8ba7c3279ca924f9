"""The node's panel: how it fares, and what colleagues do on it past the bot."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.designer.colleagues import DEEDS, Colleague, glimpse, services_of
from opsbot.sandbox.designer.moods import MOODS, mood_of, put_in_mood
from opsbot.sandbox.designer.refusals import RefusalError
from opsbot.sandbox.page.elements import box, words

if TYPE_CHECKING:
    from nicegui import ui

    from opsbot.sandbox.backstage import Backstage
    from opsbot.sandbox.designer.moods import MoodName

_LOGINS = ("linus", "grace", "ada", "nightly-script")
_VALUE = "(event) => emit(event.target.value)"


class NodePanel:
    """Makes the node fare well or badly, and acts on it as somebody else."""

    def __init__(self, backstage: Backstage) -> None:
        self._backstage = backstage
        self._login = _LOGINS[0]
        self._service = ("", "")
        self._said = ("", "")
        self._services: list[tuple[str, str]] = []
        self._moods: dict[MoodName, ui.element] = {}
        with box("node-panel panel"):
            words("How the node fares", "panel-title")
            with box("moods"):
                for name in MOODS:
                    self._draw_mood(name)
            words("What a colleague does there", "panel-title")
            words(
                "Past the bot, as on the node's own page. The bot looks every few seconds, and tells #api-news.",
                "panel-about",
            )
            with box("deeds"):
                self._choices = box("deed-choices")
                self._state = box("deed-state")
                with box("deed-buttons"):
                    for deed, (label, _) in DEEDS.items():
                        button = box("button deed", "button", type="button", data_deed=deed)
                        with button.on("click", partial(self._do, deed), args=[]):
                            words(label, "button-text", "span")
                self._outcome = box("deed-outcome")

    def show(self) -> None:
        """Show how things are now. Buttons stay where they are, since somebody may be pressing one."""
        site = self._backstage.site
        now = mood_of(site)
        for name, button in self._moods.items():
            button.classes(add="here" if name == now else "", remove="" if name == now else "here")
            button.props["aria-pressed"] = "true" if name == now else "false"
        services = services_of(site.node)
        if services and services != self._services:
            self._services = services
            self._service = self._service if self._service in services else services[0]
            self._draw_choices()
        if services:
            self._draw_state()

    def _draw_mood(self, name: MoodName) -> None:
        mood = MOODS[name]
        button = self._moods[name] = box("mood", "button", type="button", data_mood=name)
        with button.on("click", partial(self._put, name), args=[]):
            words(mood.title, "mood-title", "span")
            words(mood.about, "mood-about", "span")

    def _draw_choices(self) -> None:
        self._choices.clear()
        with self._choices:
            self._select("Who", list(_LOGINS), self._login, self._choose_login)
            names = ["/".join(each) for each in self._services]
            self._select("On", names, "/".join(self._service), self._choose_service)

    def _draw_state(self) -> None:
        seen = glimpse(self._backstage.site.node, *self._service)
        self._state.clear()
        with self._state:
            for version in seen.packages:
                words(version, f"version{' published' if version in seen.published else ''}", "span")
            words(f"Green is published. Callers: {seen.auth}.", "deed-auth", "span")
        self._outcome.clear()
        with self._outcome:
            words(self._said[1], f"deed-said {self._said[0]}")

    def _select(self, label: str, options: list[str], chosen: str, choose: Any) -> None:
        with box("deed-choice", "label"):
            words(label, "deed-label", "span")
            with box("select", "select", data_choice=label.lower()).on("change", choose, js_handler=_VALUE):
                for each in options:
                    option = box("", "option")
                    option.props["value"] = each
                    if each == chosen:
                        option.props["selected"] = True
                    with option:
                        words(each, tag="span")

    def _choose_login(self, event: Any) -> None:
        self._login = str(event.args)

    def _choose_service(self, event: Any) -> None:
        project, _, service = str(event.args).partition("/")
        self._service, self._said = (project, service), ("", "")
        self.show()

    def _put(self, mood: MoodName) -> None:
        put_in_mood(self._backstage.site, mood)
        self._backstage.ring()

    def _do(self, deed: str) -> None:
        try:
            self._said = "good", DEEDS[deed][1](Colleague(self._backstage.site.node, *self._service, self._login))
        except RefusalError as refusal:
            self._said = "bad", f"The node refuses: {refusal.message}"
        self._backstage.ring()
        self.show()
