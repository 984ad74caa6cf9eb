"""Real legacy Services: what a plan says of each of them, and why that is right."""

from __future__ import annotations

import pytest

from migrator.errors import OperatorError
from migrator.model.migration import Migration
from migrator.sandbox.world.trouble import KubeError
from migrator.simulation.stage import empty_stage
from tests.scenario.manifests import FOLDER, files, manifest_of, planned, staged

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of real manifests is not beside the project")

Verdict = tuple[str, str, str, str]  # readiness or refusal code, finding ids, decision ids, why

# Public load balancers are scanned for ever (`noise`); with externalTrafficPolicy Local most nodes are unhealthy on purpose
# (`traffic-local`); a classic load balancer hid its clients' addresses (`client-address`) and closed idle connections after
# 60 s (`idle-timeout-tcp`, with a default, where a listener can be told; `idle-timeout`, to be answered, where it cannot).
VERDICTS: dict[str, Verdict] = {
    "01-ingress-nginx-nlb.yaml": (
        "READY", "noise traffic-local", "",
        "backend-protocol tcp and the cross-zone switch mean the same to both controllers",
    ),
    "02-ingress-nginx-nlb-tls.yaml": (
        "READY", "noise traffic-local", "",
        "a port by name becomes its number; the idle timeout was never read for a network load balancer",
    ),
    "03-kong-proxy-nlb.yaml": ("READY", "noise", "", "two TCP ports and nothing else"),
    "04-contour-envoy-clb-local.yaml": (
        "READY_WITH_CHANGES", "noise traffic-local", "client-address idle-timeout-tcp",
        "classic, TCP only: what changes has a default that keeps things as they are",
    ),
    "05-extdns-external-ingress-clb-pp.yaml": (
        "DECISION", "noise", "client-address proxy-v1-to-v2",
        "the backends read PROXY v1 and would get v2; 3600 s of idling can be had on TCP listeners",
    ),
    "06-extdns-internal-ingress-clb-pp.yaml": (
        "DECISION", "", "client-address proxy-v1-to-v2",
        "as before, and 0.0.0.0/0 in the annotation for internal means internal to legacy: the live scheme counts",
    ),
    "07-thingsboard-coap-udp.yaml": (
        "READY", "noise traffic-local", "", "UDP on both ports; the scheme that legacy never read is the live one",
    ),
    "08-thingsboard-edge-tls.yaml": (
        "READY_WITH_CHANGES", "dormant-key/target-group-attributes noise traffic-local", "",
        "stickiness was asked for and never came: legacy does not read the key, live wins, and it is said",
    ),
    "09-thingsboard-lwm2m-udp.yaml": ("READY", "noise traffic-local", "", "four UDP ports"),
    "10-thingsboard-mqtt-sticky.yaml": (
        "READY_WITH_CHANGES", "dormant-key/target-group-attributes noise traffic-local", "", "stickiness as before, without TLS",
    ),
    "11-thingsboard-mqtts-tls-sticky.yaml": (
        "READY_WITH_CHANGES", "dormant-key/target-group-attributes noise traffic-local", "",
        "TLS on the port called mqtts alone, as it is live",
    ),
    "12-thingsboard-monolith-udp.yaml": ("READY", "noise traffic-local", "", "six UDP ports"),
    "13-keycloak-accelerator-nlb.yaml": (
        "BLOCKED", "check/health noise", "no-record",
        "its health check speaks HTTPS, which the pods here do not: while legacy itself has nothing healthy, nothing is moved",
    ),
    "14-cockroach-dns-lb-eks.yaml": ("READY", "noise", "", "0.0.0.0/0 written out is what would be so without it"),
    "15-gsp-hsmproxy-local.yaml": ("READY", "noise traffic-local", "", "a port without protocol and target"),
    "16-gsp-istio-gateway-hc.yaml": (
        "no-balancer", "", "",
        "checks every 5 s with AWS's own time-out of 10 s: legacy never sends the annotated one, so AWS refuses the group",
    ),
    "17-jenkins-infra-acp-private-ip.yaml": (
        "DECISION",
        "dormant-key/alpn-policy dormant-key/nlb-target-type dormant-key/scheme noise unknown-value/aws-load-balancer-type",
        "client-address fixed-addresses idle-timeout-tcp",
        "type internal is no type: legacy made a public classic load balancer, and none of LBC's keys came true",
    ),
    "18-moj-ingress-controller-nlb.yaml": (
        "BLOCKED", "external-dns/external-dns.alpha.kubernetes.io/hostname noise traffic-local", "",
        "external-dns writes its names, a wildcard among them: two writers would undo each other",
    ),
    "19-issue-nlb-internal-cidr.yaml": ("READY", "", "", "0.0.0.0/0 for internal is internal, and is written as the live scheme"),
    "20-issue-minimal-nlb.yaml": ("READY", "noise", "", "nothing but the type; a port without a name"),
    "21-issue-nlb-internal-proxy-protocol.yaml": (
        "READY_WITH_CHANGES", "dormant-key/proxy-protocol", "",
        "PROXY protocol was asked for and never came: LBC would switch it on, and the backends would break",
    ),
    "22-issue-nlb-local.yaml": ("READY", "noise traffic-local", "", "only the traffic policy beyond the minimum"),
    "23-issue-webhook-set-class.yaml": (
        "READY", "", "", "without LBC's mutating webhook legacy has it; with the webhook it would be LBC's (`not-legacy`)",
    ),
    "24-issue-scheme-ignored-by-intree.yaml": (
        "READY_WITH_CHANGES", "dormant-key/scheme managed-by/helm noise", "",
        "scheme internal was never read: the load balancer is public and stays so; Helm would make the Service again",
    ),
    "25-issue-automode-nlb.yaml": (
        "READY_WITH_CHANGES", "dormant-key/proxy-protocol dormant-key/target-group-attributes noise", "",
        "in a cluster without Auto Mode it is legacy's; PROXY v2 was asked for twice and is not live",
    ),
    "26-issue-hairpin-node-labels.yaml": (
        "READY_WITH_CHANGES", "unknown-key/aws-load-balancer-backend-protocol unknown-key/aws-load-balancer-ssl-ports", "",
        "two keys lack their prefix and do nothing; the nearest real ones are named, the node labels are kept",
    ),
    "27-issue-eip-with-spaces.yaml": (
        "no-balancer", "", "", "legacy does not trim the second address's id, so AWS does not know it and nothing is made",
    ),
    "28-issue-nlbip-already-lbc.yaml": ("not-legacy", "", "", "nlb-ip is LBC's word: it is migrated already"),
    "29-issue-legacy-owner-ambiguous.yaml": (
        "READY_WITH_CHANGES", "", "client-address idle-timeout-tcp",
        "an empty type is a classic load balancer to legacy; tags and name on the live one prove it",
    ),
    "30-clb-ambassador-sslports-star.yaml": (
        "DECISION", "noise", "client-address idle-timeout proxy-v1-to-v2 retire",
        "every port is TLS, which idles 350 s and no other; PROXY v1; its own configuration names the Service",
    ),
    "31-clb-l7-web-draining-logs-sg.yaml": (
        "DECISION", "access-logs noise", "client-address idle-timeout l7-to-l4",
        "an HTTPS listener loses its headers; the idle timeout of TLS cannot be 60 s; logs are kept for TLS only",
    ),
    "32-nlb-ppv1-annotation-rke.yaml": (
        "READY_WITH_CHANGES", "dormant-key/proxy-protocol noise", "", "PROXY protocol and idle timeout were never read",
    ),
    "33-clb-nginx-tls-pp-idle3600.yaml": (
        "DECISION", "noise", "client-address idle-timeout proxy-v1-to-v2",
        "3600 s cannot be had on the TLS listener; PROXY v1 becomes v2",
    ),
    "34-clb-spitfire-unquoted-int.yaml": (
        "READY_WITH_CHANGES", "noise", "client-address", "3600 as text: TCP listeners can idle as long",
    ),
    "35-nlb-http-healthcheck-pp.yaml": (
        "BLOCKED", "check/health dormant-key/proxy-protocol health-check-port noise", "no-record",
        "checks ask a host port where nothing listens here: legacy has nothing healthy",
    ),
    "36-nlb-grafana-tls-extdns.yaml": (
        "BLOCKED", "external-dns/external-dns.alpha.kubernetes.io/hostname noise", "", "external-dns writes its name",
    ),
    "37-nlb-istio-status-port-first.yaml": ("READY", "noise", "", "three TCP ports; the first is for health checks of others"),
    "38-nlb-internal-source-ranges.yaml": ("READY", "", "", "source ranges of the spec are what the nodes admit now"),
    "39-extdns-weighted-healthcheck.yaml": (
        "BLOCKED", "external-dns/external-dns.alpha.kubernetes.io/hostname noise", "client-address idle-timeout-tcp",
        "external-dns writes one member of a weighted name",
    ),
    "40-clb-multi-hostname-l7.yaml": (
        "BLOCKED", "access-logs external-dns/external-dns.alpha.kubernetes.io/hostname noise",
        "client-address idle-timeout l7-to-l4", "two names of external-dns, and an HTTPS listener",
    ),
}  # fmt: skip


def test_every_manifest_has_a_verdict() -> None:
    assert files() == tuple(sorted(VERDICTS))


@pytest.mark.parametrize("name", VERDICTS)
def test_a_real_service_gets_the_verdict_that_it_should(name: str) -> None:
    expected, findings, decisions, why = VERDICTS[name]
    stage, service = staged(manifest_of(name))

    made = planned(stage, service)

    if isinstance(made, OperatorError):
        assert made.code == expected, f"{why}: {made.message}"
    else:
        assert (made.readiness, ids(made)) == (expected, (findings.split(), decisions.split())), why


def ids(made: Migration) -> tuple[list[str], list[str]]:
    """What the plan says, by id."""
    return sorted(each.id for each in made.findings), sorted(each.id for each in made.decisions)


@pytest.mark.parametrize("name", ["34-clb-spitfire-unquoted-int.yaml", "40-clb-multi-hostname-l7.yaml"])
def test_the_api_server_refuses_values_that_are_no_text(name: str) -> None:
    """So a Service in a cluster never has them; the table takes them for the text that their authors meant."""
    manifest = manifest_of(name)
    manifest["metadata"].setdefault("namespace", "shop")

    with pytest.raises(KubeError, match=r"annotations|string"):
        empty_stage(apps=()).world.kube.create(manifest)
