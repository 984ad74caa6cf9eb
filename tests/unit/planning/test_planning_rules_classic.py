"""What only Classic Load Balancers have becomes settings of a network load balancer, or a question that changes the clone."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.model.migration import Decision
from migrator.model.variants import varied
from migrator.planning.found import Live
from migrator.planning.lbc import Lbc
from migrator.planning.translate import Translated, translate
from tests.unit.planning.rule_states import STATES, classic

LB = "service.beta.kubernetes.io/aws-load-balancer-"
TLS = {"policy": "ELBSecurityPolicy-2016-08"}


def made(live: Live) -> Translated:
    return translate(live, "web-lbc", "m-1", Lbc((2, 14, 1)))


def asked(clone: Translated, id: str) -> Decision:
    return next(each for each in clone.decisions if each.id == id)


def answered(clone: Translated, decision: str, option: str) -> dict[str, Any]:
    """The clone's annotations, short, once this one question is answered."""
    chosen = tuple(each for each in clone.variants if (each.decision, each.option) == (decision, option))
    annotations = varied(clone.manifest, chosen)["metadata"]["annotations"]
    return {key.removeprefix(LB): value for key, value in annotations.items()}


SHORT: dict[str, str | None] = {"client-address": "keep-hidden", "idle-timeout-tcp": "allow-350"}  # 60 s, as legacy makes it
ASKED: tuple[tuple[str, dict[str, str | None]], ...] = (
    ("clb", SHORT),
    ("clb-ssl", SHORT | {"idle-timeout": "accept-350"}),
    ("clb-http", SHORT | {"idle-timeout": "accept-350", "l7-to-l4": None}),
    ("clb-plain-http", SHORT | {"l7-to-l4": None}),
    ("clb-proxy", SHORT | {"proxy-v1-to-v2": None}),
    ("clb-idle", {"client-address": "keep-hidden"}),
    ("clb-idle-tls", {"client-address": "keep-hidden", "idle-timeout": None}),
    ("clb-own-policy", SHORT | {"idle-timeout": "accept-350", "tls-policy": None}),
    ("clb-sticky", SHORT | {"l7-to-l4": None, "session-stickiness": None}),
)


@pytest.mark.parametrize(("state", "questions"), ASKED, ids=[row[0] for row in ASKED])
def test_each_kind_of_balancer_asks_what_it_cannot_know(state: str, questions: dict[str, str | None]) -> None:
    """A question with a default keeps what is live; one without would lose requests if it were guessed."""
    assert {each.id: each.default for each in made(STATES[state]).decisions} == questions


def test_an_idle_timeout_that_tls_has_anyway_is_not_asked_about() -> None:
    live = classic(("TCP", "SSL"), listener=TLS, attributes={"idle_timeout.timeout_seconds": "350"})

    assert "idle-timeout" not in {each.id for each in made(live).decisions}


def test_silent_connections_are_not_reset_sooner_than_they_must_be() -> None:
    """Classic load balancers close them, which clients see; network ones forget them, and the next request is lost."""
    clone = made(STATES["clb"])

    chosen = answered(clone, "idle-timeout-tcp", "allow-350")
    assert chosen["listener-attributes.TCP-80"] == chosen["listener-attributes.TCP-443"] == "tcp.idle_timeout.seconds=350"
    assert answered(clone, "idle-timeout-tcp", "as-live")["listener-attributes.TCP-80"] == "tcp.idle_timeout.seconds=60"


def test_a_balancer_that_tells_no_idle_timeout_has_sixty_seconds() -> None:
    live = classic()
    bare = replace(live, attributes={key: value for key, value in live.attributes.items() if not key.startswith("idle")})

    assert answered(made(bare), "", "")["listener-attributes.TCP-80"] == "tcp.idle_timeout.seconds=60"


def test_hidden_clients_stay_hidden_unless_a_person_says_otherwise() -> None:
    clone = made(STATES["clb"])

    said = "deregistration_delay.timeout_seconds=0,preserve_client_ip.enabled={},proxy_protocol_v2.enabled=false"
    assert answered(clone, "", "")["target-group-attributes"] == said.format("false")
    assert answered(clone, "client-address", "keep-hidden")["target-group-attributes"] == said.format("false")
    assert answered(clone, "client-address", "show-clients")["target-group-attributes"] == said.format("true")


def test_backends_that_take_no_header_get_none() -> None:
    clone = made(STATES["clb-proxy"])

    both = answered(clone, "proxy-v1-to-v2", "backends-read-both")
    none = answered(clone, "proxy-v1-to-v2", "backends-need-none")
    assert "proxy_protocol_v2.enabled=true" in both["target-group-attributes"]
    assert "proxy_protocol_v2.enabled=false" in none["target-group-attributes"]


def test_a_header_on_one_port_stays_on_one_port() -> None:
    live = classic()
    proxied = replace(live.groups[1], attributes=live.groups[1].attributes | {"proxy_protocol_v1.enabled": "true"})
    clone = made(replace(live, groups=(live.groups[0], proxied)))

    assert answered(clone, "", "")["proxy-protocol-per-target-group"] == "443"
    assert "proxy-protocol-per-target-group" not in answered(clone, "proxy-v1-to-v2", "backends-need-none")
    assert "v1 on 443" in {each.live for each in clone.diff}


def test_two_answers_share_one_annotation() -> None:
    """Each changes its own item of the list, so that the order of answers does not matter."""
    clone = made(STATES["clb-proxy"])
    chosen = [each for each in clone.variants if each.option in ("show-clients", "backends-need-none")]

    one, other = (varied(clone.manifest, tuple(each)) for each in (chosen, reversed(chosen)))

    assert one == other
    expected = "deregistration_delay.timeout_seconds=0,preserve_client_ip.enabled=true,proxy_protocol_v2.enabled=false"
    assert one["metadata"]["annotations"][LB + "target-group-attributes"] == expected


def test_a_policy_that_does_not_exist_is_chosen_by_a_person() -> None:
    clone = made(STATES["clb-own-policy"])

    question = asked(clone, "tls-policy")
    assert "custom:mine" in question.question
    for policy in question.options:
        assert answered(clone, "tls-policy", policy)["ssl-negotiation-policy"] == policy
    assert "ssl-negotiation-policy" not in answered(clone, "", "")


def test_cookies_give_way_to_addresses_only_without_tls() -> None:
    clone = made(STATES["clb-sticky"])

    assert asked(clone, "session-stickiness").options == ("no-stickiness", "by-source-address")
    kept = answered(clone, "session-stickiness", "by-source-address")["target-group-attributes"]
    assert kept.endswith("stickiness.enabled=true,stickiness.type=source_ip")

    live = STATES["clb-http"]
    sticky = replace(
        live, listeners=(replace(live.listeners[0], attributes={"stickiness.type": "app_cookie"}), live.listeners[1])
    )
    assert asked(made(sticky), "session-stickiness").options == ("no-stickiness",)


FOUND = (
    ("short-idle-timeouts-grow", STATES["clb-idle-short"], ["note idle-timeout-clamped"]),
    ("logs-of-plain-listeners-end", STATES["clb-logs"], ["note access-logs", "warning access-logs-tls-only"]),
    (
        "logs-of-tls-listeners-go-on",
        classic(("SSL", "SSL"), listener=TLS, attributes={"access_logs.s3.enabled": "true", "access_logs.s3.bucket": "logs"}),
        ["note access-logs", "blocked tls/ssl-cert"],
    ),
    ("a-handshake-is-no-check-any-more", STATES["clb-ssl-check"], ["warning health-check-ssl"]),
    ("plain-in-tls-out-is-impossible", classic(("TCP", "TCP"), ("TCP", "SSL")), ["blocked plain-to-tls"]),
    ("http-in-https-out-is-impossible", classic(("HTTP", "TCP"), ("HTTPS", "TCP")), ["blocked plain-to-tls"]),
)


@pytest.mark.parametrize(("live", "found"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_what_is_lost_is_said(live: Live, found: list[str]) -> None:
    assert [f"{each.severity} {each.id}" for each in made(live).findings] == found


def test_tls_stays_tls_on_both_sides() -> None:
    said = answered(made(STATES["clb-https-inside"]), "", "")

    inside = STATES["clb-ssl-inside"]
    assert said["backend-protocol"] == answered(made(inside), "", "")["backend-protocol"] == "ssl"
    assert (said["ssl-cert"], said["ssl-ports"]) == ("arn:cert", "443")
    assert {each.setting: each.live for each in made(inside).diff}["port 443"] == "SSL"


def test_a_classic_check_takes_two_hundred_alone() -> None:
    """A network load balancer would take 200 to 399, and serve from instances that redirect."""
    said = answered(made(STATES["clb-http-check"]), "", "")

    assert (said["healthcheck-protocol"], said["healthcheck-path"], said["healthcheck-success-codes"]) == (
        "http",
        "/ready",
        "200",
    )
    assert said["healthcheck-port"] == "http"


def test_a_service_of_one_port_has_its_checks_on_the_traffic_port() -> None:
    """With one port there is no name to give, and none is needed."""
    live = classic()
    one = [{key: value for key, value in live.service.spec["ports"][0].items() if key != "name"}]
    service = replace(live.service, spec=live.service.spec | {"ports": one})
    clone = made(replace(live, service=service, listeners=live.listeners[:1], groups=live.groups[:1]))

    assert answered(clone, "", "")["healthcheck-port"] == "traffic-port"


def test_the_whole_clone_of_a_classic_balancer() -> None:
    """With TLS, PROXY v1 and an hour of idle time: the case that people ask about."""
    live = replace(STATES["clb-idle-tls"], groups=STATES["clb-proxy"].groups)

    clone = made(live)

    assert [each.id for each in clone.decisions if each.value is None] == ["idle-timeout", "proxy-v1-to-v2"]
    assert [each for each in clone.findings if each.severity == "blocked"] == []
    said = answered(clone, "", "")
    assert said["listener-attributes.TCP-80"] == "tcp.idle_timeout.seconds=3600"
    assert said["ssl-ports"] == "443"
    assert "listener-attributes.TLS-443" not in said
