"""One client for many threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from opsbot.dataiku.fleet import fetch, fetch_packages, fetch_settings
from opsbot.errors import DSSNotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.dataiku import DSSAPIService, DSSClient
    from opsbot.sandbox.designer import DesignerServer

THREADS = 32


def test_thirty_two_threads_share_a_client(node: DesignerServer, client: DSSClient, tmp_path: Path) -> None:
    start = threading.Barrier(THREADS)

    def work(number: int) -> tuple[list[str], str, int]:
        start.wait()
        service = client.get_project("CHURN").create_api_service(f"s{number}")
        settings = service.get_settings()
        settings.add_prediction_endpoint(f"e{number}", "churn_lr")
        settings.save()
        for package in ("a", "b", "c"):
            service.create_package(package, f"notes of {number}")
        service.delete_package("b")
        size = service.download_package_to_file("a", tmp_path / f"{number}.zip", sync=False).size
        with service.download_package_stream("c") as stream:
            assert len(stream.read()) == size
        return [package["id"] for package in service.list_packages()], service.get_settings().endpoints[0]["id"], size

    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(work, range(THREADS)))

    assert [(packages, endpoint) for packages, endpoint, _ in results] == [
        (["a", "c"], f"e{number}") for number in range(THREADS)
    ]


def test_each_thread_has_a_connection_of_its_own_and_keeps_it(node: DesignerServer, client: DSSClient) -> None:
    all_at_work = threading.Barrier(4)  # so that no thread does the work of two

    def work(_: int) -> None:
        all_at_work.wait()
        for _ in range(5):
            client.list_project_keys()
        all_at_work.wait()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(node.site.seen) == 20
    assert node.site.connections_taken == 4


def test_a_closed_client_can_be_used_again(client: DSSClient) -> None:
    client.list_project_keys()
    client.close()
    assert client.list_project_keys() == ["FRAUD", "CHURN"]


def fleet(node: DesignerServer, client: DSSClient, size: int) -> list[DSSAPIService]:
    for number in range(size):
        node.node.create_service("CHURN", f"fleet{number}", by="ada")
    return [client.get_project("CHURN").get_api_service(f"fleet{number}") for number in range(size)]


def test_fetches_settings_of_many_services_in_their_order(node: DesignerServer, client: DSSClient) -> None:
    services = fleet(node, client, 40)

    fetched = fetch_settings(services, at_once=8)

    assert [one.get().get_raw()["id"] for one in fetched] == [service.id for service in services]
    assert node.site.connections_taken <= 8


def test_one_that_fails_does_not_keep_the_others(node: DesignerServer, client: DSSClient) -> None:
    services = [*fleet(node, client, 3), client.get_project("CHURN").get_api_service("nobody")]

    fetched = fetch_settings(services)

    assert [one.error is None for one in fetched] == [True, True, True, False]
    assert isinstance(fetched[3].error, DSSNotFoundError)


def test_packages_of_many_services_are_fetched_in_their_order(client: DSSClient) -> None:
    services = client.get_project("FRAUD").list_api_services("objects")

    assert [[package["id"] for package in one.get()] for one in fetch_packages(services)] == [
        ["v1", "v2", "v3", "v4"],
        ["v1", "v2"],
    ]


def test_no_more_than_asked_for_at_once(client: DSSClient) -> None:
    lock, now, most = threading.Lock(), 0, 0
    project = client.get_project("FRAUD")

    def ask(service: DSSAPIService) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        found = len(service.list_packages())
        with lock:
            now -= 1
        return found

    fetched = fetch([project.get_api_service("scoring")] * 50, ask, at_once=3)

    assert {one.get() for one in fetched} == {4}
    assert 1 < most <= 3


def test_what_is_no_fault_of_the_nodes_ends_it(client: DSSClient) -> None:
    def ask(service: DSSAPIService) -> int:
        return {"scoring": 1}[service.service_id]

    services = [client.get_project("FRAUD").get_api_service(each) for each in ("scoring", "rules")]
    with pytest.raises(KeyError, match="rules"):
        fetch(services, ask)


def test_nothing_to_fetch_asks_nothing(node: DesignerServer) -> None:
    assert fetch_settings([]) == []
    assert not node.site.seen
