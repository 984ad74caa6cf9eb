"""For many plans in a row: what serves all of them is asked once, and troubles are not kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.json import Decoder

from migrator.adapters.kube.client import KubeClient
from migrator.adapters.kube.nouns import Page
from migrator.adapters.remembering import InventoryOnce, RememberingClient, StackedOnce, remembering
from migrator.errors import Missing, Unreachable
from migrator.model.balancers import LoadBalancer


def lb(name: str, kind: str = "network") -> LoadBalancer:
    infix = "" if kind == "classic" else "net/"
    return LoadBalancer(
        f"arn:aws:elasticloadbalancing:x:1:loadbalancer/{infix}{name}", name, name, "Z", "internal", "v", "active", kind
    )


class Port:
    """Counts what it is asked; the first question fails."""

    def __init__(self, failures: int = 0) -> None:
        self.asked: list[Any] = []
        self.failures = failures

    def doubled(self, number: int) -> int:
        self.asked.append(number)
        if len(self.asked) <= self.failures:
            raise Unreachable("no answer")
        return 2 * number


def test_an_answer_is_kept_by_its_question() -> None:
    port = Port()
    once = remembering(port, "doubled")

    assert [once.doubled(1), once.doubled(1), once.doubled(2)] == [2, 2, 4]
    assert port.asked == [1, 2]
    assert once.doubled(number=1) == 2  # by name it is not recognised, and asked


def test_other_questions_are_asked_each_time() -> None:
    port = Port()
    once = remembering(port)

    assert [once.doubled(1), once.doubled(1)] == [2, 2]
    assert port.asked == [1, 1]


def test_a_trouble_is_not_kept() -> None:
    """The second Service is not to suffer from what passed with the first."""
    once = remembering(Port(failures=1), "doubled")

    with pytest.raises(Unreachable):
        once.doubled(1)

    assert once.doubled(1) == 2


class Lists(KubeClient):
    """Gives two items, then breaks off as often as told."""

    begun = 0
    breaks = 0

    def items(self, path: str, doing: str, kind: Any, query: Any = (), *, accept: str = "") -> Iterator[Any]:
        self.begun += 1
        if path == "/none":
            raise Missing("no such kind")
        yield f"{path}1"
        if self.begun <= self.breaks:
            raise Unreachable("the list expired")
        yield f"{path}2"

    def get(self, path: str, doing: str, kind: Any, query: Any = (), *, accept: str = "") -> Any:
        self.begun += 1
        return self.begun


class Remembered(RememberingClient, Lists):
    """A remembering client over `Lists`."""


def test_a_list_is_read_once_unless_it_broke_off() -> None:
    client, kind = Remembered(), Decoder(Page[str])
    client.breaks = 1

    with pytest.raises(Unreachable):
        list(client.items("/a", "list", kind))

    assert list(client.items("/a", "list", kind)) == list(client.items("/a", "list", kind)) == ["/a1", "/a2"]
    assert list(client.items("/b", "list", kind)) == ["/b1", "/b2"]
    assert client.begun == 3


def test_a_kind_that_is_not_installed_is_asked_for_once() -> None:
    """A search looks into two dozen kinds, most of which most clusters do not have."""
    client, kind = Remembered(), Decoder(Page[str])

    for _ in range(3):
        with pytest.raises(Missing):
            client.items("/none", "list", kind)

    assert client.begun == 1


def test_what_the_server_offers_is_read_once_and_objects_each_time() -> None:
    client, kind = Remembered(), Decoder(int)

    assert client.get("/apis", "look", kind) == client.get("/apis", "look", kind) == 1
    assert [client.get("/api/v1/services/a", "look", kind) for _ in range(2)] == [2, 3]


class Inventory:
    """Two load balancers of one name, and one of LBC's; counts its questions."""

    tags = {"new": {"elbv2.k8s.aws/cluster": "c", "service.k8s.aws/stack": "shop/web-lbc"}}

    def __init__(self) -> None:
        self.asked: list[str] = []

    def balancers_listed(self) -> tuple[LoadBalancer, ...]:
        self.asked.append("list")
        return lb("a1"), lb("a1", "classic"), lb("new")

    def tags_of(self, arns: tuple[str, ...]) -> dict[str, dict[str, str]]:
        self.asked.append(f"tags of {len(arns)}")
        return {arn: self.tags.get(arn.rpartition("/")[2], {}) for arn in arns}

    def namesakes(self, name: str) -> tuple[LoadBalancer, ...]:
        raise AssertionError("never asked")


def test_namesakes_and_stacks_are_told_from_lists_read_once() -> None:
    inventory = Inventory()
    once = InventoryOnce(inventory)
    stacked = StackedOnce(Port(), once)

    assert [each.kind for each in once.namesakes("a1")] == ["classic", "network"]
    assert once.namesakes("b") == ()
    assert [each.name for each in stacked.stacked("c", "shop/web-lbc")] == ["new"]
    assert stacked.stacked("d", "shop/web-lbc") == ()
    assert once.tags_of((lb("new").arn, "gone")) == {lb("new").arn: Inventory.tags["new"]}
    assert stacked.doubled(2) == 4
    assert inventory.asked == ["list", "tags of 3"]
