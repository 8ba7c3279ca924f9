"""Calls that only read are asked again, within a budget; calls that change something are sent once."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.dataiku import DSSClient, Patience
from opsbot.dataiku.failures import retry_after
from opsbot.errors import DSSConflictError, DSSError, DSSUnavailableError
from tests.dataiku.conftest import IMPATIENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.dataiku import DSSAPIService
    from opsbot.sandbox.designer import DesignerServer
    from opsbot.sandbox.designer.faults import Kind

PACKAGES = "GET /projects/*/apiservices/*/packages"
PACKAGE = "/projects/*/apiservices/*/packages/*"


def count(node: DesignerServer, method: str, ending: str) -> int:
    return sum(seen.method == method and seen.path.endswith(ending) for seen in node.site.seen)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("status", {"status": 429}),
        ("status", {"status": 502, "body": "<html>Bad gateway</html>"}),
        ("status", {"status": 503}),
        ("status", {"status": 504}),
        ("reset_before", {}),
        ("cut_chunked", {}),
        ("cut_length", {}),
        ("hang", {}),
    ],
)
def test_a_reading_call_is_asked_again(node: DesignerServer, scoring: DSSAPIService, kind: Kind, more: Any) -> None:
    node.faults.add(PACKAGES, kind, times=1, **more)

    assert len(scoring.list_packages()) == 4
    assert count(node, "GET", "/packages") == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 501, 505, 301, 418])
def test_what_stays_wrong_is_not_asked_again(node: DesignerServer, scoring: DSSAPIService, status: int) -> None:
    node.faults.add(PACKAGES, "status", status=status)

    with pytest.raises(DSSError):
        scoring.list_packages()
    assert count(node, "GET", "/packages") == 1


def test_an_archive_is_asked_for_again_until_it_comes(node: DesignerServer, scoring: DSSAPIService) -> None:
    node.faults.add("GET /projects/**/archive", "status", status=503, times=2)

    with scoring.download_package_stream("v1") as archive:
        assert archive.read(2) == b"PK"


def test_the_number_of_attempts_is_bounded(node: DesignerServer) -> None:
    node.faults.add("GET /projects", "status", status=503)
    patience = Patience(attempts=3, first_wait=0.001)

    with DSSClient(node.url, "sandbox", patience=patience) as client, pytest.raises(DSSUnavailableError):
        client.list_project_keys()
    assert count(node, "GET", "/projects/") == 3


def test_the_time_is_bounded(node: DesignerServer) -> None:
    node.faults.add("GET /projects", "hang")
    patience = Patience(read=0.4, total=1.0, attempts=100, first_wait=0.01)

    began = time.monotonic()
    with (
        DSSClient(node.url, "sandbox", patience=patience) as client,
        pytest.raises(DSSUnavailableError, match="in time"),
    ):
        client.list_project_keys()
    assert time.monotonic() - began < 3
    assert 2 <= count(node, "GET", "/projects/") <= 3


def test_a_body_that_drips_does_not_go_on_for_ever(node: DesignerServer) -> None:
    node.faults.add("GET /projects", "drip", seconds=0.2, pieces=50)
    patience = Patience(read=1, total=0.6, attempts=1)

    began = time.monotonic()
    with DSSClient(node.url, "sandbox", patience=patience) as client, pytest.raises(DSSUnavailableError):
        client.list_project_keys()
    assert time.monotonic() - began < 4


def test_a_slow_body_that_comes_in_time_is_whole(node: DesignerServer, client: DSSClient) -> None:
    node.faults.add("GET /projects", "drip", seconds=0.01)

    assert client.list_project_keys() == ["FRAUD", "CHURN"]


@pytest.mark.parametrize("as_date", [False, True])
def test_waits_as_long_as_the_node_asks(node: DesignerServer, client: DSSClient, as_date: bool) -> None:  # noqa: FBT001  # a parameter of pytest
    # A date has whole seconds: two from now is more than one.
    asked = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True) if as_date else "1"
    node.faults.add("GET /projects", "status", status=429, headers={"Retry-After": asked}, times=1)

    began = time.monotonic()
    assert client.list_project_keys() == ["FRAUD", "CHURN"]
    assert time.monotonic() - began >= 0.9


def test_gives_up_at_once_when_the_node_asks_for_more_than_the_budget(node: DesignerServer, client: DSSClient) -> None:
    node.faults.add("GET /projects", "status", status=503, headers={"Retry-After": "3600"})

    began = time.monotonic()
    with pytest.raises(DSSUnavailableError) as caught:
        client.list_project_keys()
    assert time.monotonic() - began < IMPATIENT.total
    assert caught.value.reply is not None
    assert caught.value.reply.retry_after == 3600


NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("120", 120),
        ("1.5", 1.5),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 12:00:30", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Sun, 99 Mar 2026 11:00:00 GMT", None),
    ],
)
def test_reads_retry_after_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


CHANGES: dict[str, tuple[str, Callable[[DSSAPIService], object]]] = {
    "create": (f"POST {PACKAGE}", lambda service: service.create_package("v9")),
    "delete": (f"DELETE {PACKAGE}", lambda service: service.delete_package("v1")),
    "publish": (f"POST {PACKAGE}/publish", lambda service: service.publish_package("v4")),
    "save": ("PUT /projects/*/apiservices/*/settings", lambda service: service.get_settings().save()),
    "create service": (
        "POST /projects/*/apiservices/*",
        lambda service: service.client.get_project("FRAUD").create_api_service("new"),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", ["reset_before", "hang", "status"])
def test_a_change_is_sent_once_and_never_said_to_have_happened(
    node: DesignerServer, scoring: DSSAPIService, change: str, kind: Kind
) -> None:
    route, call = CHANGES[change]
    node.faults.add(route, kind, status=503)

    with pytest.raises(DSSUnavailableError) as caught:
        call(scoring)
    assert caught.value.reply is not None
    assert caught.value.reply.sent
    assert sum(seen.method == route.split(" ")[0] for seen in node.site.seen) == 1


def test_nothing_was_sent_where_nobody_listens() -> None:
    with (
        DSSClient("http://127.0.0.1:1", "key", patience=IMPATIENT) as client,
        pytest.raises(DSSUnavailableError) as caught,
    ):
        client.get_project("P").create_api_service("s")
    assert caught.value.reply is not None
    assert not caught.value.reply.sent


@pytest.mark.parametrize("kind", ["reset_after", "status", "html_gateway"])
def test_after_a_lost_reply_the_list_tells_that_the_package_was_made(
    node: DesignerServer, scoring: DSSAPIService, kind: str
) -> None:
    if kind == "reset_after":
        node.faults.add(f"POST {PACKAGE}", "reset_after", times=1)
    else:
        node.faults.add(f"POST {PACKAGE}", "status", status=504, applied=True, body="<html>", times=1)

    assert scoring.create_package("v9", "made although nobody said so") == {}
    assert [package["id"] for package in scoring.list_packages()][-1] == "v9"
    assert count(node, "POST", "/v9") == 1


def test_an_older_package_of_that_id_does_not_count_as_made(node: DesignerServer, scoring: DSSAPIService) -> None:
    node.faults.add(f"POST {PACKAGE}", "reset_before", times=1)

    with pytest.raises(DSSUnavailableError):
        scoring.create_package("v4")  # there for hours


def test_what_was_lost_is_said_although_the_list_is_out_of_reach_too(
    node: DesignerServer, scoring: DSSAPIService
) -> None:
    node.faults.add(f"POST {PACKAGE}", "reset_after", times=1)
    node.faults.add(PACKAGES, "status", status=500)

    with pytest.raises(DSSUnavailableError) as caught:
        scoring.create_package("v9")
    assert caught.value.reply is not None
    assert caught.value.reply.method == "POST"


def test_a_taken_id_is_a_conflict_and_no_lost_reply(scoring: DSSAPIService) -> None:
    with pytest.raises(DSSConflictError):
        scoring.create_package("v4")


def test_a_node_that_works_long_on_a_package_is_waited_for(node: DesignerServer) -> None:
    node.node.habits.creation_seconds = 0.8
    patience = Patience(read=0.2, total=0.5, long_read=10)

    with DSSClient(node.url, "sandbox", patience=patience) as client:
        client.get_project("FRAUD").get_api_service("scoring").create_package("v9")
    assert node.node.get_summary("FRAUD", "scoring", "v9")["createdBy"] == "opsbot"
