"""For many plans in a row: questions whose answers serve all of them are asked once, and what was answered is kept.

A plan is a picture of one moment anyway, and `apply` looks again before every change. Troubles are not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar, cast

from msgspec.json import Decoder

from migrator.adapters.kube.client import JSON, KubeClient, Query
from migrator.adapters.kube.nouns import Page
from migrator.adapters.retry import looking
from migrator.errors import Missing
from migrator.model.balancers import LoadBalancer
from migrator.ports.inventory import InventoryLook
from migrator.ports.looks import BalancerLook
from migrator.ports.outside import Outside

P = TypeVar("P")
T = TypeVar("T")

OFFERS = ("/api", "/apis")
CLUSTER_TAG, STACK_TAG = "elbv2.k8s.aws/cluster", "service.k8s.aws/stack"


def remembering(port: P, *questions: str) -> P:
    """The same port; the answers to these questions are kept by their arguments."""
    return cast("P", _Remembering(port, frozenset(questions)))


class _Remembering:
    def __init__(self, port: object, questions: frozenset[str]) -> None:
        self._port, self._questions = port, questions
        self._answers: dict[tuple[str, tuple[Any, ...]], Any] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        ask: Callable[..., Any] = getattr(self._port, name)
        if name not in self._questions:
            return ask
        return lambda *args, **named: ask(*args, **named) if named else self._once(name, ask, args)

    def _once(self, name: str, ask: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        if (name, args) not in self._answers:
            self._answers[name, args] = ask(*args)
        return self._answers[name, args]


class RememberingClient(KubeClient):
    """A KubeClient that reads each list once and keeps its objects for as long as it lives: as much memory as they take.

    That a kind is not installed is kept, too, and so is what the server has to offer.
    """

    def get(self, path: str, doing: str, kind: Decoder[T], query: Query = (), *, accept: str = JSON) -> T:
        """As KubeClient's; the lists of the server's groups are read once."""
        if path not in OFFERS:
            return super().get(path, doing, kind, query, accept=accept)
        kept = self.__dict__.setdefault("_offers", {})
        if (path, accept) not in kept:
            kept[path, accept] = super().get(path, doing, kind, query, accept=accept)
        return cast("T", kept[path, accept])

    def items(self, path: str, doing: str, kind: Decoder[Page[T]], query: Query = (), *, accept: str = JSON) -> Iterator[T]:
        """As KubeClient's; a list that broke off is not kept."""
        lists: dict[tuple[object, ...], list[Any] | Missing] = self.__dict__.setdefault("_lists", {})
        key = (path, query, accept, id(kind))
        if key not in lists:
            try:
                lists[key] = list(super().items(path, doing, kind, query, accept=accept))
            except Missing as absent:
                lists[key] = absent
        kept = lists[key]
        if isinstance(kept, Missing):
            raise kept
        return iter(kept)


class InventoryOnce:
    """An InventoryLook that answers from one list of all load balancers and, the first time it is needed, all their tags."""

    def __init__(self, inventory: InventoryLook) -> None:
        self._inventory = inventory

    @cached_property
    def _listed(self) -> tuple[LoadBalancer, ...]:
        return self._inventory.balancers_listed()

    @cached_property
    def tags(self) -> dict[str, dict[str, str]]:
        """The tags of all of them: a call for 20."""
        return self._inventory.tags_of(tuple(each.arn for each in self._listed))

    def balancers_listed(self) -> tuple[LoadBalancer, ...]:
        """As the InventoryLook's."""
        return self._listed

    def namesakes(self, name: str) -> tuple[LoadBalancer, ...]:
        """As the InventoryLook's; no call of its own."""
        return tuple(sorted((each for each in self._listed if each.name == name), key=lambda each: not each.classic))

    def tags_of(self, arns: tuple[str, ...]) -> dict[str, dict[str, str]]:
        """As the InventoryLook's; no call of its own."""
        return {arn: self.tags[arn] for arn in arns if arn in self.tags}


class StackedOnce:
    """A BalancerLook that tells the load balancers of a stack from lists that were read for all."""

    def __init__(self, balancers: BalancerLook, inventory: InventoryOnce) -> None:
        self._balancers, self._inventory = balancers, inventory

    def __getattr__(self, name: str) -> Any:
        return getattr(self._balancers, name)

    def stacked(self, cluster: str, stack: str) -> tuple[LoadBalancer, ...]:
        """As the BalancerLook's, without addresses; no call of its own."""
        return tuple(each for each in self._inventory.balancers_listed() if self._carries(each, cluster, stack))

    def _carries(self, lb: LoadBalancer, cluster: str, stack: str) -> bool:
        tags = self._inventory.tags.get(lb.arn, {})
        return (tags.get(CLUSTER_TAG), tags.get(STACK_TAG)) == (cluster, stack)


def once(outside: Outside) -> Outside:
    """The same ports; what is the same for every Service of a cluster and an account is asked once.

    Who we are is asked for each of them: the answer's date is what the check `clock` goes by.
    """
    inventory = InventoryOnce(outside.inventory)
    installed = ("webhooks", "endpoints", "kinds", "account_marks", "nodes", "namespace_quotas", "namespace_labels")
    account = ("subnets", "security_groups", "interfaces", "quotas", "certificates", "tls_policies", "protected_records")
    return outside._replace(
        cluster=remembering(outside.cluster, "identity", "controller"),
        balancers=cast("BalancerLook", StackedOnce(outside.balancers, inventory)),
        names=remembering(outside.names, "resolvers", "authorities"),
        account=remembering(outside.account, *account),
        attachments=looking(outside.attachments.kept(), outside.clock),
        installation=remembering(outside.installation, *installed),
        inventory=inventory,
    )
