"""Two writers of one name undo each other's work, so whoever else writes one of ours stops the plan."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from migrator.model.cluster import Ingress, Workload
from migrator.model.migration import Finding
from migrator.model.records import RecordSet
from migrator.planning.found import Names
from migrator.planning.writers import published, writers
from migrator.planning.zones import survey

HERITAGE = '"heritage=external-dns,external-dns/owner=a,external-dns/resource=service/shop/web"'


def found(build: SimpleNamespace, service: Any = None, **world: Any) -> list[Finding]:
    there = build.World(**world)
    findings, decisions = writers(there, service or build.service(), build.HOST, survey(there, build.HOST))
    assert decisions == []
    return findings


def test_nothing_else_writes_here(build: SimpleNamespace) -> None:
    assert found(build) == []


@pytest.mark.parametrize("name", ["shop", "cname-shop", "a-shop", "aaaa-shop", "x.shop", "shop-x"])
def test_a_claim_beside_a_name_stops_the_plan(build: SimpleNamespace, name: str) -> None:
    claim = RecordSet(f"{name}.example.com.", "TXT", 300, (HERITAGE,))

    findings = found(build, sets={"Z0PUBLIC": (build.cname(), claim), "Z0PRIVATE": ()})

    assert [each.severity for each in findings] == ["blocked"]
    assert f"external-dns writes shop.example.com. for service/shop/web: TXT {name}.example.com." in findings[0].seen
    assert "plan again" in findings[0].do


def test_a_claim_on_a_routed_record_set_is_told_too(build: SimpleNamespace) -> None:
    claim = RecordSet("shop.example.com.", "TXT", 300, (HERITAGE,))
    routed = build.cname(SetIdentifier="a", Weight="1")

    assert len(found(build, sets={"Z0PUBLIC": (routed, claim), "Z0PRIVATE": ()})) == 1


def test_a_claim_on_a_name_that_stays_is_none_of_ours(build: SimpleNamespace) -> None:
    other = RecordSet("other.example.com.", "A", 60, ("10.0.0.1",))
    claim = RecordSet("a-other.example.com.", "TXT", 300, (HERITAGE,))

    assert found(build, sets={"Z0PUBLIC": (build.cname(), other, claim), "Z0PRIVATE": ()}) == []


EXTERNAL_DNS = Workload("Deployment", "dns", "external-dns", ("registry.k8s.io/external-dns/external-dns:latest",), (), 1)


@pytest.mark.parametrize(
    ("key", "severity"),
    [
        ("external-dns.alpha.kubernetes.io/hostname", "blocked"),
        ("external-dns.alpha.kubernetes.io/internal-hostname", "blocked"),
        ("external-dns.kubernetes.io/hostname", "blocked"),
        ("public.external-dns.example/hostname", "warning"),
        ("dns.alpha.kubernetes.io/external", "blocked"),
    ],
)
def test_an_annotation_that_asks_for_a_name_is_told(build: SimpleNamespace, key: str, severity: str) -> None:
    findings = found(build, build.annotated(**{key: "shop.example.com"}), workload_list=(EXTERNAL_DNS,))

    assert [each.severity for each in findings] == [severity]
    assert f"annotation {key}: shop.example.com on shop/web" in findings[0].seen


def test_an_annotation_that_only_tunes_external_dns_is_passed_over(build: SimpleNamespace) -> None:
    assert found(build, build.annotated(**{"external-dns.alpha.kubernetes.io/ttl": "60"})) == []


def workload(*args: str, namespace: str = "shop", images: tuple[str, ...] = ()) -> Workload:
    return Workload("Deployment", namespace, "front", images, args)


@pytest.mark.parametrize(
    ("there", "option"),
    [
        pytest.param(workload("--publish-service=shop/web"), "--publish-service", id="ingress-nginx"),
        pytest.param(workload("/nginx", "--publish-service", "shop/web"), "--publish-service", id="in-two-words"),
        pytest.param(workload("--publish-service=$(POD_NAMESPACE)/web"), "--publish-service", id="by-its-own-namespace"),
        pytest.param(
            workload("--providers.kubernetesingress.ingressendpoint.publishedservice=shop/web"),
            "--providers.kubernetesingress.ingressendpoint.publishedservice",
            id="traefik",
        ),
        pytest.param(workload("--envoy-service-name=web"), "--envoy-service-name", id="contour"),
        pytest.param(workload("-external-service=web"), "-external-service", id="nginx-inc"),
        pytest.param(workload("--envoy-service-name=web", namespace="other"), "", id="contour-of-another-namespace"),
        pytest.param(workload("--publish-service=shop/other"), "", id="another-service"),
        pytest.param(workload("--publish-service"), "", id="nothing-behind"),
        pytest.param(workload(), "", id="no-arguments"),
    ],
)
def test_a_controller_that_publishes_the_service_is_known_by_its_arguments(
    build: SimpleNamespace, there: Workload, option: str
) -> None:
    assert published(there, build.service()) == option


def test_a_controller_that_publishes_the_service_stops_the_plan(build: SimpleNamespace) -> None:
    findings = found(build, workload_list=(workload("--publish-service=shop/web"), workload()))

    assert [(each.id, each.severity) for each in findings] == [("publish-service/shop/front", "blocked")]


def test_names_made_by_a_template_are_a_warning(build: SimpleNamespace) -> None:
    """They cannot be told apart from here."""
    image = ("registry.k8s.io/external-dns/external-dns:v0.19.0",)
    there = (
        workload("--fqdn-template={{.Name}}.example.com", images=image),
        workload("--source=service", images=image),
        workload("--fqdn-template=x", images=("busybox",)),
    )

    assert [(each.id, each.severity) for each in found(build, workload_list=there)] == [("fqdn-template/shop/front", "warning")]


def test_an_ingress_whose_status_shows_the_hostname_stops_the_plan(build: SimpleNamespace) -> None:
    there = (
        Ingress("shop", "front", ("shop.example.com",), (build.HOST.upper(),)),
        Ingress("shop", "bare", (), (build.HOST,)),
        Ingress("shop", "other", ("other.example.com",), ("other.elb.eu-central-1.amazonaws.com",)),
    )

    findings = found(build, ingress_list=there, workload_list=(EXTERNAL_DNS,))

    assert [(each.id, each.severity) for each in findings] == [
        ("ingress-status/shop/front", "blocked"),
        ("ingress-status/shop/bare", "blocked"),
    ]
    assert "(shop.example.com)" in findings[0].seen
    assert "(no host)" in findings[1].seen


def test_claims_that_cannot_be_read_are_a_question(build: SimpleNamespace) -> None:
    there = Workload("Deployment", "dns", "external-dns", EXTERNAL_DNS.images, ("--registry=noop",), 1)
    world = build.World(workload_list=(there,))

    _, decisions = writers(world, build.service(), build.HOST, survey(world, build.HOST))

    assert [each.id for each in decisions] == ["external-dns-claims/dns/external-dns"]


def test_what_could_not_be_searched_is_asked(build: SimpleNamespace) -> None:
    world = build.World(ingress_list=build.DENIED, workload_list=build.DENIED)

    findings, decisions = writers(world, build.service(), build.HOST, Names())

    assert findings == []
    assert [(each.id, each.options, each.value) for each in decisions] == [
        ("unread-workloads", ("none-does",), None),
        ("unread-ingresses", ("none-does",), None),
    ]
