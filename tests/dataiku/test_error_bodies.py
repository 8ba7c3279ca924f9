"""From status and body to a typed error, without a socket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses

from opsbot.dataiku import DSSClient, Patience
from opsbot.errors import (
    DSSConflictError,
    DSSError,
    DSSNotFoundError,
    DSSRefusedError,
    DSSUnavailableError,
    DSSUnreadableError,
    in_full,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.dataiku import DSSAPIService

HOST = "https://dss.example.com"
SERVICE = f"{HOST}/dip/publicapi/projects/FRAUD/apiservices/scoring"
JAVA = "com.dataiku.dip."


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as wire:
        yield wire


@pytest.fixture
def service() -> Iterator[DSSAPIService]:
    with DSSClient(HOST, "s3cr3t-key", patience=Patience(attempts=1)) as client:
        yield client.get_project("FRAUD").get_api_service("scoring")


def refused(wire: responses.RequestsMock, service: DSSAPIService, status: int, body: Any) -> DSSError:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    wire.get(f"{SERVICE}/packages", body=payload, status=status, headers={"DSS-Version": "15.0.1"})
    with pytest.raises(DSSError) as caught:
        service.list_packages()
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            401,
            {"errorType": f"{JAVA}exceptions.NotAuthenticatedException", "message": "Unknown API Key"},
            DSSRefusedError,
        ),
        (403, {"errorType": f"{JAVA}exceptions.UnauthorizedException", "message": "Failed"}, DSSRefusedError),
        (403, b"", DSSRefusedError),
        (500, {"errorType": "java.lang.SecurityException", "message": "You may not do this"}, DSSRefusedError),
        (404, {"errorType": f"{JAVA}server.controllers.NotFoundException", "message": "x"}, DSSNotFoundError),
        (404, {"message": "Dataiku instance not found"}, DSSNotFoundError),
        (404, b"<html>nginx</html>", DSSNotFoundError),
        (500, {"errorType": f"{JAVA}server.controllers.NotFoundException"}, DSSNotFoundError),
        (
            500,
            {"errorType": "java.io.IOException", "message": "Package directory does not exist: /d/e/f"},
            DSSNotFoundError,
        ),
        (409, {}, DSSConflictError),
        (400, {"errorType": "java.lang.IllegalArgumentException", "message": "v1 already exists"}, DSSConflictError),
        (500, {"message": "x", "detailedMessage": "caused by: Duplicate id"}, DSSConflictError),
        (500, {"message": "Package v1 already exists", "detailedMessage": "it failed"}, DSSConflictError),
        (429, {}, DSSUnavailableError),
        (502, b"<html><title>Bad gateway</title></html>", DSSUnavailableError),
        (503, b"", DSSUnavailableError),
        (504, {"message": "already exists"}, DSSUnavailableError),
        (500, {"errorType": "java.lang.NullPointerException"}, DSSError),
        (400, {"errorType": "java.lang.IllegalArgumentException", "message": "No future by that id"}, DSSError),
        (405, {"message": "Request method 'PATCH' not supported"}, DSSError),
        (302, b"", DSSUnreadableError),
        (304, b"", DSSUnreadableError),
    ],
)
def test_status_class_and_text_decide_together(
    wire: responses.RequestsMock, service: DSSAPIService, status: int, body: Any, kind: type[DSSError]
) -> None:
    error = refused(wire, service, status, body)

    assert type(error) is kind
    assert error.status == status
    assert error.reply is not None
    assert error.reply.dss_version == "15.0.1"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "short", "detailedMessage": "short: and why"}, "short: and why"),
        ({"message": "short", "detailedMessage": None}, "short"),
        ({"message": "short", "detailedMessage": ["odd"]}, "short"),
        ({"message": "two\nlines"}, "two lines"),
        ({"errorType": 7, "message": 8}, ""),
        ("text", "text"),
        (["a"], '["a"]'),
        (None, ""),
        (7, "7"),
        (b"", ""),
        (b"   \n", ""),
        (b"plain words", "plain words"),
        (b"\xff\xfe\x00", "\ufffd\ufffd\ufffd"),
        ({"message": "nul \0, half \ud83d"}, "nul \ufffd, half \ufffd"),
        (b"<title>nul \0</title>", "an HTML page called “nul \ufffd”"),
        (b"<!DOCTYPE html><html><title> 500 &amp; more </title><body>long</body>", "an HTML page called “500 & more”"),
        (b"<p>no title</p>", "an HTML page"),
        (b'{"message": "broken', '{"message": "broken'),
        (b"x" * 10_000, "x" * 500),
    ],
)
def test_the_words_of_any_body(wire: responses.RequestsMock, service: DSSAPIService, body: Any, said: str) -> None:
    error = refused(wire, service, 500, body)

    happened = "The node couldn't do it (status 500)"
    assert error.happened == (f"{happened}: {said}." if said else f"{happened}.")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b'"text"',
        b"[null]",
        b'[{"id": null}]',
        b'[{"name": "no id"}]',
        b"[",
        b"<html></html>",
        b"\xff",
    ],
)
def test_a_success_that_is_not_the_list_is_unreadable(
    wire: responses.RequestsMock, service: DSSAPIService, body: bytes
) -> None:
    wire.get(f"{SERVICE}/packages", body=body)

    with pytest.raises(DSSUnreadableError, match="a list of packages"):
        service.list_packages()


def test_an_unreadable_reply_does_not_show_what_it_held(wire: responses.RequestsMock, service: DSSAPIService) -> None:
    wire.get(f"{SERVICE}/settings", json={"endpoints": "none", "authRealm": {"queryKeys": [{"key": "service-secret"}]}})

    with pytest.raises(DSSUnreadableError) as caught:
        service.get_settings()
    assert "service-secret" not in f"{caught.value} {caught.value.__cause__}"


def test_keys_and_paths_never_come_out(wire: responses.RequestsMock, service: DSSAPIService) -> None:
    leaky = (
        "Key s3cr3t-key (Basic czNjcjN0LWtleTo=) can't read /data/dataiku/dss_data/apiservices/x.json,"
        " file:/opt/dataiku/lib or C:\\dss\\data; see https://doc.dataiku.com/dss/latest/apinode and and/or 1/2"
    )
    error = refused(wire, service, 500, {"message": leaky})

    assert error.happened.partition("(status 500): ")[2] == (
        "Key [secret] (Basic [secret]) can't read [path], file:[path] or [path]; see"
        " https://doc.dataiku.com/dss/latest/apinode and and/or 1/2."
    )


@pytest.mark.parametrize(
    ("status", "happened", "advice"),
    [
        (400, "The node doesn't take it", "Check what you named"),
        (401, "The node doesn't know the key", "Tell whoever runs me"),
        (403, "The node doesn't allow it", "Whoever runs the node can allow it."),
        (404, "The node has no such thing", "Look what there is"),
        (409, "The node has something else in that place", "take another name"),
        (429, "The node has too much to do just now", "Try again in a minute"),
        (500, "The node couldn't do it", "Try again in a minute"),
        (503, "The node doesn't answer as it should", "Try again in a minute"),
    ],
)
def test_people_read_what_happened_and_what_to_do_and_the_log_which_call_it_was(
    wire: responses.RequestsMock, service: DSSAPIService, status: int, happened: str, advice: str
) -> None:
    error = refused(wire, service, status, {"message": "no"})
    assert str(error).startswith(f"{happened} (status {status}): no. ")
    assert advice in str(error)
    assert "/" not in str(error)
    assert in_full(error) == f"{error} [GET /projects/FRAUD/apiservices/scoring/packages: {status}]"


def test_what_may_have_been_done_is_looked_for_before_it_is_tried_again(
    wire: responses.RequestsMock, service: DSSAPIService
) -> None:
    wire.post(f"{SERVICE}/packages/v1", body=requests.ConnectionError("gone"))
    wire.get(f"{SERVICE}/packages", body=requests.ConnectionError("gone"))
    with pytest.raises(DSSUnavailableError) as caught:
        service.create_package("v1")
    assert str(caught.value).startswith("The connection to the node broke. It may have been done all the same: look")
    with pytest.raises(DSSUnavailableError) as caught:
        service.list_packages()
    assert str(caught.value).startswith("The connection to the node broke. Try again in a minute")


def test_a_redirect_says_where_without_its_query(wire: responses.RequestsMock, service: DSSAPIService) -> None:
    wire.get(f"{SERVICE}/packages", status=302, headers={"Location": "/dss/login/?token=hidden"})

    with pytest.raises(DSSUnreadableError, match=r"redirected to \[the node\]/dss/login/ \(status 302\)") as caught:
        service.list_packages()
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("body", [b"<html>login</html>", b"surprise", b"[1]", b"7", b'"done"'])
def test_a_change_is_not_acknowledged_by_just_anything(
    wire: responses.RequestsMock, service: DSSAPIService, body: bytes
) -> None:
    wire.post(f"{SERVICE}/packages/v1", body=body)

    with pytest.raises(DSSUnreadableError, match="an acknowledgement"):
        service.create_package("v1")


NODE = {"DSS-Version": "13.0.0"}


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ({"status": 200, "body": b""}, {}),
        ({"status": 204, "body": b""}, {}),
        ({"status": 201, "body": b'{"msg": "made", "more": 1}'}, {"msg": "made", "more": 1}),
        ({"status": 200, "body": b"Created", "headers": NODE}, {"msg": "Created"}),
    ],
)
def test_a_change_is_acknowledged_by_nothing_an_object_or_the_node_s_own_text(
    wire: responses.RequestsMock, service: DSSAPIService, reply: dict[str, Any], said: dict[str, Any]
) -> None:
    wire.post(f"{SERVICE}/packages/v1", **reply)

    assert service.create_package("v1") == said


def test_unknown_keys_and_types_are_kept(wire: responses.RequestsMock, service: DSSAPIService) -> None:
    package = {"id": "v1", "createdOn": 1_700_000_000_123, "new": {"a": [1.5, None, True]}, "size": 2**70}
    wire.get(f"{SERVICE}/packages", json=[package, {"id": "v2"}])

    assert service.list_packages() == [package, {"id": "v2"}]


def test_what_a_list_item_lacks_is_filled_in(wire: responses.RequestsMock, service: DSSAPIService) -> None:
    wire.get(f"{HOST}/dip/publicapi/projects/FRAUD/apiservices/", json=[{"id": "a"}, {"id": "b", "projectKey": None}])

    items = service.client.get_project("FRAUD").list_api_services()
    assert [(item.name, item["projectKey"], item.to_api_service().project_key) for item in items] == [
        ("a", "FRAUD", "FRAUD"),
        ("b", "FRAUD", "FRAUD"),
    ]


def test_a_date_to_come_back_at_is_read_by_the_node_s_clock(
    wire: responses.RequestsMock, service: DSSAPIService
) -> None:
    headers = {"Date": "Sun, 01 Mar 2020 12:00:00 GMT", "Retry-After": "Sun, 01 Mar 2020 12:00:30 GMT"}
    wire.get(f"{SERVICE}/packages", status=503, headers=headers)

    with pytest.raises(DSSUnavailableError) as caught:
        service.list_packages()
    assert caught.value.reply is not None
    assert caught.value.reply.retry_after == 30


def test_the_cause_is_kept(wire: responses.RequestsMock, service: DSSAPIService) -> None:
    wire.get(f"{SERVICE}/packages", body=ConnectionResetError(104, "Connection reset by peer"))

    with pytest.raises(DSSUnavailableError) as caught:
        service.list_packages()
    assert isinstance(caught.value.__cause__, ConnectionResetError)
