"""What small nouns derive from themselves."""

from __future__ import annotations

import msgspec
import pytest

from migrator.model.balancers import balancer_name, is_classic
from migrator.model.cluster import Service
from migrator.model.records import BalancerName
from migrator.model.waits import PRESETS, SANDBOX, STANDARD, Waits
from tests.unit import given


def test_a_load_balancer_is_called_by_name_and_zone() -> None:
    assert given.lb("legacy").called == BalancerName(given.LEGACY_NAME, given.ELB_ZONE)


def test_a_service_without_a_type_is_a_cluster_ip() -> None:
    assert (given.service().type, given.service(spec={}).type) == ("LoadBalancer", "ClusterIP")


def test_a_misspelt_wait_is_refused() -> None:
    """A wait that silently stays at its preset would be found out in production."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"quiet": 5}, Waits)


def test_a_call_may_be_unclear_for_longer_than_it_may_be_late() -> None:
    """Taking over waits out 60 s, the request's time-out and five minutes of signature age."""
    assert STANDARD.unclear_s >= 60 + 300


def test_presets_have_names() -> None:
    assert {"standard": STANDARD, "sandbox": SANDBOX} == PRESETS


ARN = "arn:aws:elasticloadbalancing:eu-west-1:1:"
ARNS = (
    (ARN + "loadbalancer/web", True, "web"),
    (ARN + "loadbalancer/web#HTTP:31080", True, "web"),
    (ARN + "loadbalancer/net/web/0123", False, "web"),
    (ARN + "loadbalancer/app/web/0123", False, "web"),
    (ARN + "targetgroup/web/0123", False, ""),
    ("", False, ""),
)


@pytest.mark.parametrize(("arn", "classic", "name"), ARNS)
def test_an_arn_tells_the_family(arn: str, classic: bool, name: str) -> None:
    """Whom to ask is decided by it alone."""
    assert (is_classic(arn), balancer_name(arn)) == (classic, name)


def test_a_service_is_compared_once_with_each_plan() -> None:
    """The very object of the last look has nothing new to say; beside another plan it may."""
    service, asked = given.service(), []

    def differing(planned: dict[str, str], seen: Service) -> tuple[str, ...]:
        asked.append(planned)
        return tuple(key for key in planned if seen.annotations.get(key) != planned[key])

    one, other = {"a": "b"}, {"c": "d"}

    assert service.compared(one, differing) == service.compared(one, differing) == ("a",)
    assert asked == [one]
    assert service.compared(other, differing) == ("c",)
    assert asked == [one, other]
