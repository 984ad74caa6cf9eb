"""What goes wrong on demand, and who may do what."""

from __future__ import annotations

import time

import pytest
import urllib3

from migrator.sandbox.doors.kube import KubeDoor, pool_manager
from migrator.sandbox.world import World
from migrator.sandbox.world.faults import Fault
from tests.contract.sandbox_kube.cluster import SERVICES, START, Clock, Cluster, connected, service

REVIEWS = "/apis/authorization.k8s.io/v1"


def arm(cluster: Cluster, operation: str, mode: str, **more: object) -> Fault:
    return cluster.world.faults.arm(Fault(where="kube", operation=operation, mode=mode, **more))


def allowed(cluster: Cluster, verb: str, resource: str = "services") -> bool:
    spec = {"resourceAttributes": {"verb": verb, "resource": resource, "namespace": "default"}}
    answer: bool = cluster.ok("POST", f"{REVIEWS}/selfsubjectaccessreviews", {"spec": spec})["status"]["allowed"]
    return answer


@pytest.mark.parametrize(
    ("mode", "code", "status", "reason"),
    [
        ("throttle", "", 429, "TooManyRequests"),
        ("error", "", 500, "InternalError"),
        ("error", "503", 503, "ServiceUnavailable"),
        ("deny", "", 403, "Forbidden"),
    ],
)
def test_a_fault_strikes_once_and_nothing_is_done(cluster: Cluster, mode: str, code: str, status: int, reason: str) -> None:
    arm(cluster, "POST services", mode, code=code, match="default/web")

    assert cluster.call("POST", SERVICES, service("other"))[0] == 201
    response = cluster.open("POST", SERVICES, service())
    response.read()

    assert (response.status, reason.encode() in response.data) == (status, True)
    assert ("Retry-After" in response.getheaders()) is (mode == "throttle")
    assert cluster.call("GET", f"{SERVICES}/web")[0] == 404
    assert cluster.call("POST", SERVICES, service())[0] == 201


def test_a_lost_reply_is_done_all_the_same(cluster: Cluster) -> None:
    """Why intent is written before the call, and a time-out looked at instead of sent again."""
    arm(cluster, "POST *", "lose-reply")

    with pytest.raises(urllib3.exceptions.ProtocolError):
        cluster.call("POST", SERVICES, service())

    assert cluster.call("GET", f"{SERVICES}/web")[0] == 200


def test_a_slow_answer_takes_its_time(cluster: Cluster) -> None:
    arm(cluster, "GET services", "slow", delay_s=0.2)
    before = cluster.world.now if cluster.clock else time.time()

    cluster.ok("GET", SERVICES)

    after = cluster.clock.now if cluster.clock else time.time()
    assert after - before >= 0.2


def test_an_answer_slower_than_the_client_s_patience_is_a_time_out() -> None:
    clock = Clock()
    world = World(now=START)
    api = connected("http://kube.sandbox")
    api.rest_client.pool_manager = pool_manager(KubeDoor(world, clock), clock.pause)
    cluster = Cluster(world, KubeDoor(world, clock), api, clock)
    arm(cluster, "GET services", "slow", delay_s=60)

    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        cluster.call("GET", SERVICES)

    assert clock.now == pytest.approx(START + 5, abs=0.1)


def test_the_door_itself_tells_a_lost_reply(cluster: Cluster) -> None:
    arm(cluster, "DELETE services", "lose-reply")
    cluster.ok("POST", SERVICES, service())

    with pytest.raises(ConnectionResetError):
        cluster.door.handle("DELETE", f"{SERVICES}/web", {}, None)

    assert cluster.call("GET", f"{SERVICES}/web")[0] == 404


def test_another_token_is_nobody(cluster: Cluster) -> None:
    cluster.api.configuration.api_key = {"authorization": "Bearer stolen"}

    status, told = cluster.call("GET", SERVICES)

    assert (status, told["reason"], told["message"]) == (401, "Unauthorized", "Unauthorized")


def test_the_readonly_token_may_look_only(cluster: Cluster) -> None:
    cluster.api.configuration.api_key = {"authorization": "Bearer readonly"}

    status, told = cluster.call("POST", SERVICES, service())

    assert (status, told["reason"]) == (403, "Forbidden")
    assert told["message"] == (
        'services is forbidden: User "readonly" cannot create resource "services" in API group "" in the namespace "default"'
    )
    assert cluster.call("GET", SERVICES)[0] == 200
    assert not allowed(cluster, "create")
    assert allowed(cluster, "list")


def test_reviews_answer_what_a_denial_would_do_without_using_it_up(cluster: Cluster) -> None:
    fault = arm(cluster, "POST services", "deny")

    assert not allowed(cluster, "create")
    assert allowed(cluster, "delete")
    assert allowed(cluster, "create", "pods")
    assert fault.struck == 0
    rules = cluster.ok("POST", f"{REVIEWS}/selfsubjectrulesreviews", {"spec": {"namespace": "default"}})["status"]
    assert rules["resourceRules"][0]["verbs"] == ["*"]
    who = cluster.ok("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {})["status"]["userInfo"]
    assert who["username"] == "sandbox"
