"""What many Services cost: lists are read once, and a scan has no call of its own for any of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from migrator.adapters.kube.survey import ClusterSurvey
from migrator.adapters.remembering import RememberingClient, once
from migrator.planning.plan import Wishes
from migrator.planning.plan_all import plan_all
from migrator.planning.scan import Narrowed, Site, gather, scan
from migrator.planning.zones import ReadOnce
from migrator.sandbox.world.estate import legacy_service
from migrator.simulation.stage import Name
from tests.contract.ports.sides import Side, cluster_of


def exposed(side: Side, *numbers: int) -> None:
    """More legacy Services beside shop/web, each with a name."""
    for number in numbers:
        side.stage.expose(legacy_service("shop", f"s{number}", app="web"), (Name(f"s{number}.example.com."),))


def test_a_scan_has_no_call_for_a_service(wired: Side) -> None:
    """One for the caller, a page of load balancers of each family, the tags of 20, the zones and a page of each."""
    costs = []
    for numbers in ((), range(5)):
        exposed(wired, *numbers)
        before = wired.calls()
        found = scan((Site("here", wired.outside.cluster, wired.survey),), wired.outside)
        costs.append(tuple(after - first for after, first in zip(wired.calls(), before, strict=True)))
        assert {each.verdict for each in found.rows} == {"plan"}
        assert len(found.rows) == 1 + len(numbers)
        assert found.rows[0].names == (("s0.example.com",) if numbers else ("api.example.com", "example.com"))

    assert costs[0] == costs[1] == (1 + 2 + 1 + 1 + 2, 2)


class Heard:
    """The Kubernetes door's pool manager, with every path that is asked for."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.paths = inner, Counter[str]()

    def request(self, method: str, url: str, **kwargs: Any) -> Any:
        """One request."""
        self.paths[urlsplit(url).path] += 1
        return self.inner.request(method, url, **kwargs)

    def clear(self) -> None:
        """Nothing is kept open."""


def test_many_plans_read_each_list_of_the_cluster_once(wired: Side, tmp_path: Path) -> None:
    """Two dozen kinds are searched for readers, and most clusters have thousands of objects in some of them."""
    exposed(wired, 1, 2, 3)
    made, counted = cluster_of(wired.world, tmp_path)
    heard = Heard(counted)
    client = RememberingClient(kubeconfig=made._kubeconfig, attached=lambda api: setattr(api.rest_client, "pool_manager", heard))
    outside, survey = once(wired.outside), ClusterSurvey(client)
    outside = outside._replace(records=ReadOnce(outside.records))
    (gathered,), _ = gather((Site("here", outside.cluster, survey),), Narrowed())

    outcomes = list(plan_all(gathered, outside, survey, Wishes(), "plans", (), lambda made, file: made))

    assert [each.service for each in outcomes if each.made] == ["shop/s1", "shop/s2", "shop/s3", "shop/web"]
    assert heard.paths["/api/v1/configmaps"] == 1
    lists = {path: times for path, times in heard.paths.items() if "/services/" not in path}
    assert max(lists.values()) == 2, lists  # whoever needs other fields of a kind reads it once more
