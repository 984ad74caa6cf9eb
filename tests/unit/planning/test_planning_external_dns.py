"""An external-dns is read from its arguments, and each name that it writes says by whom, under which policy, and the way out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from migrator.model.cluster import Ingress, Workload
from migrator.model.records import RecordSet
from migrator.planning.external_dns import NEW_PREFIX, OLD_PREFIX, ExternalDns, is_one, on, read, running
from migrator.planning.external_dns_names import annotated_names, claimed_names, made_names, shown_by, untold
from migrator.planning.zones import survey

IMAGE = "registry.k8s.io/external-dns/external-dns:v0.14.2"
KEY = OLD_PREFIX + "hostname"


def workload(*args: str, image: str = IMAGE, ready: int = 1) -> Workload:
    return Workload("Deployment", "dns", "external-dns", (image,), args, ready)


def claim(name: str = "a-shop.example.com.", owner: str = "prod", resource: str = "service/shop/web") -> RecordSet:
    text = f'"heritage=external-dns,external-dns/owner={owner},external-dns/resource={resource}"'
    return RecordSet(name, "TXT", 300, (text,))


def test_what_is_not_said_is_as_external_dns_has_it() -> None:
    found = read(workload())

    assert (found.where, found.policy, found.registry, found.owner, found.interval) == (
        "dns/external-dns", "sync", "txt", "default", "1m",
    )  # fmt: skip
    assert (found.sources, found.domains, found.tells, found.dry) == ((), (), True, False)
    assert found.called == "external-dns dns/external-dns (owner default, policy sync, registry txt)"


def test_every_flag_is_read_in_one_word_or_two() -> None:
    found = read(
        workload(
            "--source=service",
            "--source",
            "ingress",
            "--policy=upsert-only",
            "--registry=dynamodb",
            "--txt-owner-id",
            "prod",
            "--txt-encrypt-enabled",
            "--domain-filter=example.com",
            "--domain-filter=",
            "--namespace=shop",
            "--annotation-filter=expose in (yes)",
            "--fqdn-template={{.Name}}.example.com",
            "--provider=aws",
            "--interval=30s",
            "--ignore-hostname-annotation",
            "--dry-run",
            "--annotation-prefix=dns.acme.io",
            ready=0,
        )
    )

    assert found == ExternalDns(
        where="dns/external-dns",
        ready=0,
        policy="upsert-only",
        registry="dynamodb",
        owner="prod",
        encrypted=True,
        sources=("service", "ingress"),
        prefixes=("dns.acme.io/",),
        template="{{.Name}}.example.com",
        provider="aws",
        domains=("example.com",),
        namespace="shop",
        annotation_filter="expose in (yes)",
        interval="30s",
        deaf=True,
        dry=True,
    )
    assert "0 ready pods" in found.called
    assert not found.tells


@pytest.mark.parametrize(
    ("args", "state"),
    [
        ((), False),
        (("--dry-run",), True),
        (("--dry-run=true",), True),
        (("--dry-run=false",), False),
        (("--dry-run", "--no-dry-run"), False),
    ],
)
def test_a_switch_is_what_it_was_last_said(args: tuple[str, ...], state: bool) -> None:
    assert on(args, "--dry-run") is state


def test_a_flag_at_the_end_without_its_value_says_nothing() -> None:
    assert read(workload("--txt-owner-id")).owner == ""


@pytest.mark.parametrize(
    ("image", "args", "prefixes"),
    [
        ("a/external-dns:v0.21.0", (), (OLD_PREFIX,)),
        ("a/external-dns:0.22.0", (), (NEW_PREFIX,)),
        ("a/external-dns:v0.23.0", ("--enable-legacy-annotation-prefix",), (OLD_PREFIX, NEW_PREFIX)),
        ("a/external-dns@sha256:0", (), (OLD_PREFIX, NEW_PREFIX)),
        ("a/external-dns:v0.23.0", ("--annotation-prefix=a.b/", "--enable-legacy-annotation-prefix"), ("a.b/", OLD_PREFIX)),
    ],
    ids=["before", "since", "with-the-old-one", "unknown-version", "its-own-and-the-old-one"],
)
def test_which_annotations_it_reads_depends_on_its_version(image: str, args: tuple[str, ...], prefixes: tuple[str, ...]) -> None:
    """The default prefix changed with v0.22.0."""
    assert read(workload(*args, image=image)).prefixes == prefixes


def test_it_is_known_by_its_image_or_by_its_own_flags() -> None:
    """A mirror may call the image anything."""
    there = (workload(), workload("--txt-owner-id=a", image="mirror/dns:1"), workload("--source=service", image="mirror/dns:1"))

    assert [is_one(each) for each in there] == [True, True, False]
    assert len(running(there)) == 2


@pytest.mark.parametrize(
    ("name", "covered"), [("a.example.com.", True), ("EXAMPLE.com", True), ("badexample.com", False), ("a.other.org", False)]
)
def test_a_domain_filter_lets_its_names_pass(name: str, covered: bool) -> None:
    assert ExternalDns("dns/x", domains=(".example.com",)).covers(name) is covered
    assert ExternalDns("dns/x").covers(name)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"sources": ("service", "ingress")}, ""),
        ({"namespace": "shop"}, ""),
        ({"prefixes": ("dns.acme.io/",)}, "it reads annotations under dns.acme.io/"),
        ({"sources": ("ingress",)}, "its sources are ingress"),
        ({"deaf": True}, "it runs with --ignore-hostname-annotation"),
        ({"namespace": "other"}, "it looks at namespace other only"),
        ({"dry": True}, "it runs with --dry-run"),
    ],
    ids=lambda each: str(each),
)
def test_why_it_passes_a_service_over(build: SimpleNamespace, changes: dict[str, Any], why: str) -> None:
    service = build.annotated(**{KEY: "shop.example.com"})

    assert ExternalDns("dns/x", **changes).passes_over(service, KEY) == why


def test_a_service_may_name_another_controller(build: SimpleNamespace) -> None:
    service = build.annotated(**{KEY: "shop.example.com", OLD_PREFIX + "controller": "none"})

    assert ExternalDns("dns/x").passes_over(service, KEY) == f"{OLD_PREFIX}controller is none"


def test_an_annotation_that_is_read_blocks_with_the_way_out(build: SimpleNamespace) -> None:
    """In the wrong order policy sync deletes the name."""
    service = build.annotated(**{KEY: "shop.example.com"})

    (finding,) = annotated_names(service, (read(workload("--txt-owner-id=prod", "--annotation-filter=x=y")),))

    assert (finding.id, finding.severity) == (f"external-dns/{KEY}", "blocked")
    assert "read by external-dns dns/external-dns (owner prod, policy sync, registry txt); annotation filter x=y" in finding.seen
    assert "delete its TXT record sets of shop.example.com first, then remove" in finding.do
    assert "the other way round policy sync deletes" in finding.do
    assert "1m each" in finding.do


def test_under_upsert_only_nothing_is_deleted(build: SimpleNamespace) -> None:
    service = build.annotated(**{KEY: "shop.example.com"})

    assert (
        "under policy upsert-only it deletes nothing" in annotated_names(service, (read(workload("--policy=upsert-only")),))[0].do
    )


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (None, "who reads it could not be searched"),
        ((), "no external-dns runs in this cluster"),
        ((ExternalDns("dns/x", sources=("ingress",)),), "external-dns dns/x passes it over, as its sources are ingress"),
    ],
    ids=["unsearched", "none-runs", "passed-over"],
)
def test_an_annotation_that_nobody_reads_here_is_a_warning(
    build: SimpleNamespace, there: tuple[ExternalDns, ...] | None, why: str
) -> None:
    """Another cluster's external-dns may read it."""
    (finding,) = annotated_names(build.annotated(**{KEY: "shop.example.com"}), there)

    assert finding.severity == "warning"
    assert why in finding.seen
    assert "another cluster" in finding.do


def test_a_prefix_of_its_own_is_found(build: SimpleNamespace) -> None:
    service = build.annotated(**{"dns.acme.io/hostname": "a.example.com", "other.acme.io/hostname": "b.example.com"})

    found = annotated_names(service, (read(workload("--annotation-prefix=dns.acme.io/")),))

    assert [(each.id, each.severity) for each in found] == [("external-dns/dns.acme.io/hostname", "blocked")]


def names(build: SimpleNamespace, *records: RecordSet) -> Any:
    return survey(build.World(sets={"Z0PUBLIC": (build.cname(), *records), "Z0PRIVATE": ()}), build.HOST)


@pytest.mark.parametrize(
    ("there", "who"),
    [
        ((read(workload("--txt-owner-id=prod")),), "the claim of external-dns dns/external-dns (owner prod, policy sync"),
        ((read(workload("--txt-owner-id=other")),), "owner prod, which this cluster does not run"),
        ((), "owner prod, which this cluster does not run"),
        (None, "the claim of an external-dns with owner prod"),
    ],
    ids=["it-runs-here", "another-runs-here", "none-runs-here", "unsearched"],
)
def test_a_claim_says_whose_it_is(build: SimpleNamespace, there: tuple[ExternalDns, ...] | None, who: str) -> None:
    (finding,) = claimed_names(names(build, claim()), there)

    assert finding.severity == "blocked"
    assert who in finding.seen
    assert "for service/shop/web" in finding.seen
    assert "delete TXT a-shop.example.com. first" in finding.do
    assert "remove the hostname from service/shop/web" in finding.do


def test_a_claim_of_few_words_is_a_claim(build: SimpleNamespace) -> None:
    bare = RecordSet("a-shop.example.com.", "TXT", 300, ('"heritage=external-dns"',))

    (finding,) = claimed_names(names(build, bare), ())

    assert "owner unknown" in finding.seen
    assert "from its source" in finding.do


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("--registry=noop",), "registry noop leaves no TXT claims"),
        (("--txt-encrypt-enabled",), "its TXT claims are encrypted"),
    ],
)
def test_claims_that_cannot_be_read_are_asked_about(build: SimpleNamespace, args: tuple[str, ...], why: str) -> None:
    (decision,) = untold(names(build), (read(workload(*args)),))

    assert (decision.id, decision.options, decision.value) == (
        "external-dns-claims/dns/external-dns", ("none-of-them",), None,
    )  # fmt: skip
    assert why in decision.question
    assert "may write shop.example.com." in decision.question


@pytest.mark.parametrize(
    "args", [(), ("--registry=noop", "--dry-run"), ("--registry=noop", "--domain-filter=other.org")], ids=str
)
def test_who_tells_or_cannot_write_a_name_is_not_asked_about(build: SimpleNamespace, args: tuple[str, ...]) -> None:
    assert untold(names(build), (read(workload(*args)),)) == []


def test_names_without_annotation_are_told() -> None:
    there = running((workload("--fqdn-template={{.Name}}.example.com", "--source=service", "--source=istio-gateway"), workload()))

    assert [(each.id, each.severity) for each in made_names(there)] == [
        ("fqdn-template/dns/external-dns", "warning"),
        ("external-dns-sources/dns/external-dns", "note"),
    ]


@pytest.mark.parametrize(
    ("there", "severity", "words"),
    [
        (None, "blocked", "names made from it follow"),
        ((), "warning", "no external-dns in this cluster reads Ingresses"),
        ((ExternalDns("dns/x", sources=("service",)),), "warning", "no external-dns in this cluster reads Ingresses"),
        ((ExternalDns("dns/x", sources=("ingress",)),), "blocked", "names made from it by external-dns dns/x"),
        ((ExternalDns("dns/x"),), "blocked", "by external-dns dns/x"),
    ],
    ids=["unsearched", "none-runs", "services-only", "reads-ingresses", "sources-not-said"],
)
def test_an_ingress_counts_where_somebody_reads_it(there: tuple[ExternalDns, ...] | None, severity: str, words: str) -> None:
    finding = shown_by(Ingress("shop", "front", ("shop.example.com",)), "lb.example", there)

    assert (finding.id, finding.severity) == ("ingress-status/shop/front", severity)
    assert words in finding.seen
