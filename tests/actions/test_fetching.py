from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opsbot.actions.fetching import clear_leftovers
from opsbot.domain.commands import DownloadPackage, ShowHistory, ShowService
from opsbot.domain.lifecycle import State
from opsbot.domain.models import MessageRef
from opsbot.domain.results import ArchiveFetched, ArchiveNotFetched, Refused, SettingsShown, TimelineDrawn
from opsbot.errors import DSSUnavailableError, NotFoundError, StoreError
from tests.actions.doing import approved, carry_out, do
from tests.builders import CHANNEL, MAYA, OMAR, SCORING, VIC
from tests.fake_nodes import FakeDesigner
from tests.fakes import SOME_RULES, FakeAudit, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.domain.audit import Entry, Head
    from opsbot.domain.models import Person

DOWNLOAD = DownloadPackage(SCORING, "v3")


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path) -> Iterator[Path]:
    """Where temporary files go, so that a test sees whether one is left."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path)
    yield tmp_path
    tempfile.tempdir = before


def test_settings_are_a_file() -> None:
    result = do(Scene(), ShowService(SCORING, raw=True), VIC)
    assert isinstance(result, SettingsShown)
    assert (result.file.name, result.file.snippet, result.file.content) == (
        "scoring-settings.json",
        "json",
        b'{"id": "scoring", "code": false}\n',
    )
    assert not result.with_code
    by_who_packages = do(Scene(), ShowService(SCORING, raw=True), MAYA)
    assert isinstance(by_who_packages, SettingsShown)
    assert by_who_packages.with_code


def test_an_archive_is_a_file_that_only_its_owner_reads_and_the_audit_tells_who_has_it(temporary: Path) -> None:
    scene = Scene()
    result = do(scene, DOWNLOAD)
    assert isinstance(result, ArchiveFetched)
    assert isinstance(result.file.content, Path)
    assert result.file.content.read_bytes() == b"archive of v3"
    assert result.file.content.stat().st_mode & 0o077 == 0
    assert result.shown_at == MessageRef(CHANNEL, "1.0")
    entry = scene.entries[-1]
    assert (entry.what, entry.outcome, entry.version, entry.who) == ("download", "done", "v3", MAYA)
    assert entry.detail["sha256"] == "sha256 of v3"
    assert list(temporary.iterdir()) == [result.file.content]


def test_it_is_told_how_much_came_so_far() -> None:
    scene = Scene(designer=FakeDesigner(announces=True))
    do(scene, DOWNLOAD)
    assert scene.progress.told == [
        "Fetching v3 of design:FRAUD/scoring from the node",
        "Fetching v3 of design:FRAUD/scoring from the node: 4 bytes of 13 bytes",
        "Fetching v3 of design:FRAUD/scoring from the node: 8 bytes of 13 bytes",
        "Fetching v3 of design:FRAUD/scoring from the node: 12 bytes of 13 bytes",
        "Fetching v3 of design:FRAUD/scoring from the node: 13 bytes of 13 bytes",
    ]
    assert scene.progress.going_on == 0


def test_what_was_asked_privately_is_told_privately() -> None:
    result = do(Scene(), replace(DOWNLOAD, private=True))
    assert isinstance(result, ArchiveFetched)
    assert result.shown_at == MessageRef(MAYA.id, "1.0")


@pytest.mark.parametrize(("announces", "told"), [(True, 1), (False, 2)])
def test_what_is_too_large_is_left_as_soon_as_that_is_known(temporary: Path, *, announces: bool, told: int) -> None:
    scene = Scene(replace(SOME_RULES, largest_upload=7), designer=FakeDesigner(announces=announces))
    result = do(scene, DOWNLOAD)
    assert isinstance(result, ArchiveNotFetched)
    assert result.reason == "It is larger than the 7 bytes that I may send to Slack."
    assert result.link == "https://dss.test/FRAUD/scoring"
    assert len(scene.progress.told) == told
    assert list(temporary.iterdir()) == []
    assert scene.entries == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DSSUnavailableError("The node went away."), "The node went away."),
        (OSError(28, "No space left on device"), "My disk doesn't take it: No space left on device."),
    ],
)
def test_trouble_is_a_result_that_ends_the_message(temporary: Path, error: Exception, reason: str) -> None:
    class Troubled(FakeDesigner):
        def download(self, *_: object) -> None:  # type: ignore[override]  # it never gets that far
            raise error

    result = do(Scene(designer=Troubled()), DOWNLOAD)
    assert isinstance(result, ArchiveNotFetched)
    assert (result.reason, result.shown_at) == (reason, MessageRef(CHANNEL, "1.0"))
    assert list(temporary.iterdir()) == []


def test_what_nobody_foresaw_leaves_no_file_either(temporary: Path) -> None:
    class Broken(FakeDesigner):
        def download(self, *_: object) -> None:  # type: ignore[override]  # it never gets that far
            raise RuntimeError

    with pytest.raises(RuntimeError):
        do(Scene(designer=Broken()), DOWNLOAD)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("error", [StoreError("The store doesn't answer."), RuntimeError("nobody foresaw it")])
def test_what_can_not_be_kept_in_the_audit_nobody_gets_and_no_file_is_left(temporary: Path, error: Exception) -> None:
    class Forgetful(FakeAudit):
        def append(self, entry: Entry) -> Head:
            raise error

    scene = Scene()
    scene.keeping.audit = Forgetful()
    if isinstance(error, StoreError):
        result = do(scene, DOWNLOAD)
        assert isinstance(result, ArchiveNotFetched)
        assert result.reason == "I can't note down who gets it: The store doesn't answer."
        assert result.shown_at == MessageRef(CHANNEL, "1.0")
    else:
        with pytest.raises(RuntimeError):
            do(scene, DOWNLOAD)
    assert list(temporary.iterdir()) == []
    assert scene.progress.going_on == 0


def test_what_a_killed_process_left_is_cleared_a_day_later_and_nothing_else(temporary: Path) -> None:
    names = ("opsbot-1.zip", ".opsbot-1.part", "other.zip", "opsbot-1.txt")
    for name in names:
        (temporary / name).write_bytes(b"left")
    (temporary / "opsbot-folder.zip").mkdir()
    written = datetime.fromtimestamp((temporary / names[0]).stat().st_mtime, UTC)
    clear_leftovers(written + timedelta(hours=23))
    assert len(list(temporary.iterdir())) == 5
    clear_leftovers(written + timedelta(hours=25))
    assert sorted(each.name for each in temporary.iterdir()) == ["opsbot-1.txt", "opsbot-folder.zip", "other.zip"]


def test_a_version_that_is_not_there_begins_nothing() -> None:
    scene = Scene()
    with pytest.raises(NotFoundError):
        do(scene, DownloadPackage(SCORING, "v9"))
    assert scene.progress.told == []


@pytest.mark.parametrize("person", [VIC, OMAR])
def test_reading_or_approving_is_not_enough_for_an_archive(person: Person) -> None:
    scene = Scene()
    assert isinstance(do(scene, DOWNLOAD, person), Refused)
    assert scene.entries[-1].outcome.startswith("refused: ")
    assert scene.progress.told == []


def test_a_picture_shows_packages_and_what_became_of_requests() -> None:
    scene = Scene()
    carry_out(scene, approved(scene))
    result = do(scene, ShowHistory(SCORING, picture=True), VIC)
    assert isinstance(result, TimelineDrawn)
    assert result.file is not None
    assert result.file.content == b"a picture"
    assert result.file.alt.endswith("1 publish request on 2026-11-02: 1 published. Published last: v3 on 2026-11-02.")
    [drawn] = scene.pictures.drawn
    assert [(each.version, each.is_published) for each in drawn.packages] == [("v3", True)]
    assert [each.state for each in drawn.requests] == [State.PUBLISHED]


def test_a_picture_is_drawn_while_the_api_deployer_is_silent() -> None:
    scene = Scene(designer=FakeDesigner(fails={"published_versions": DSSUnavailableError("silent")}))
    result = do(scene, ShowHistory(SCORING, picture=True), VIC)
    assert isinstance(result, TimelineDrawn)
    assert result.file is not None


def test_of_a_service_without_a_past_nothing_is_drawn() -> None:
    scene = Scene(designer=FakeDesigner(made={}))
    result = do(scene, ShowHistory(SCORING, picture=True), VIC)
    assert isinstance(result, TimelineDrawn)
    assert result.file is None
    assert scene.pictures.drawn == []
