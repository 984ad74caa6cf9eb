"""Odd but legal JSON from an API server, and answers from what is none."""

from __future__ import annotations

import msgspec
import pytest
from kubernetes.client.exceptions import ApiException
from urllib3 import exceptions as urllib3

from migrator.adapters.kube.client import path_of
from migrator.adapters.kube.nouns import Page, ServiceObject, instant, service_decoder, service_from
from migrator.adapters.kube.readers import Needle
from migrator.adapters.kube.trouble import reaching, refusal
from migrator.errors import Conflict, Denied, Missing, OutsideError, Rejected, Throttled, Unclear, Unreachable
from migrator.model.cluster import Service


def test_nulls_are_taken_as_absent() -> None:
    """Legal, and seen; the official models refuse a whole list for one of them."""
    text = b"""{"metadata": {"name": "web", "namespace": "shop", "labels": {"x": null}, "annotations": null, "finalizers": null,
        "ownerReferences": [{"kind": "Helm", "name": "y", "uid": "z"}]},
        "spec": {"type": "LoadBalancer", "futureField": {"kept": true}}, "status": {"loadBalancer": {"ingress": null}}}"""

    service = service_from(service_decoder.decode(text))

    assert (service.labels, service.annotations, service.finalizers) == ({"x": ""}, {}, ())
    assert service.spec["futureField"] == {"kept": True}
    assert service.owners == ("Helm/y",)
    assert service.hostname is None
    assert msgspec.json.decode(b'{"metadata": {"continue": null}, "items": null}', type=Page[ServiceObject]).items is None


def test_addresses_without_a_hostname_are_no_hostname() -> None:
    """Other clouds show an IP."""
    text = b'{"metadata": {"name": "web"}, "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}, {"hostname": "lb"}]}}}'

    assert service_from(service_decoder.decode(text)).hostname == "lb"


@pytest.mark.parametrize(
    ("text", "at"), [("1970-01-01T00:01:00Z", 60.0), ("1970-01-01T00:01:00.500000Z", 60.5), (None, 0.0), ("", 0.0)]
)
def test_times_are_seconds(text: str | None, at: float) -> None:
    """Events and Leases write them with and without a fraction."""
    assert instant(text) == at


def test_names_are_escaped_in_paths() -> None:
    """A name from a flag must not become another path."""
    assert path_of("/api/v1", "shop", "services", "web") == "/api/v1/namespaces/shop/services/web"
    assert path_of("/api/v1", None, "services") == "/api/v1/services"
    assert path_of("/api/v1", "a/b", "services", "../x") == "/api/v1/namespaces/a%2Fb/services/..%2Fx"


@pytest.mark.parametrize(
    ("status", "body", "look", "change"),
    [
        (401, b'{"reason": "Unauthorized"}', Denied, Denied),
        (403, b'{"message": "services is forbidden"}', Denied, Denied),
        (403, b'{"message": "exceeded quota: one, requested: services=1"}', Rejected, Rejected),
        (404, b"{}", Missing, Missing),
        (409, b"{}", Conflict, Conflict),
        (410, b'{"reason": "Expired"}', Unreachable, Unreachable),
        (422, b'{"message": "spec.ports: Invalid value"}', Rejected, Rejected),
        (429, b"{}", Throttled, Throttled),
        (500, b'{"message": "etcdserver: request timed out"}', Unreachable, Unclear),
        (500, b'{"message": "Internal error occurred: failed calling webhook \\"x\\""}', Rejected, Rejected),
        (503, b"<html>no\n backend</html>", Unreachable, Unclear),
        (302, b"", Rejected, Rejected),
    ],
    ids=str,
)
def test_each_status_has_its_family(status: int, body: bytes, look: type[OutsideError], change: type[OutsideError]) -> None:
    """The client raises for none of them by itself."""
    for family, changing in ((look, False), (change, True)):
        error = refusal(status, body, "cannot read it", changing=changing)
        assert type(error) is family
        assert str(status) in error.seen[0]
        assert "\n" not in error.seen[0]


@pytest.mark.parametrize(
    ("error", "change"),
    [
        (urllib3.NewConnectionError(None, "refused"), Unreachable),
        (urllib3.ConnectTimeoutError("slow"), Unreachable),
        (urllib3.MaxRetryError(None, "/", urllib3.NewConnectionError(None, "refused")), Unreachable),
        (urllib3.ReadTimeoutError(None, "/", "slow"), Unclear),
        (urllib3.ProtocolError("connection aborted"), Unclear),
        (urllib3.SSLError("bad record"), Unclear),
        (ApiException(status=0, reason="SSLError"), Unclear),
        (ConnectionResetError("reset"), Unclear),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_only_what_was_not_sent_is_known_not_done(error: Exception, change: type[OutsideError]) -> None:
    """A look is unreachable either way."""
    for family, sent in ((Unreachable, Unreachable), (change, Unclear)):
        with pytest.raises(OutsideError) as caught, reaching("cannot do it", sent):
            raise error
        assert type(caught.value) is family


@pytest.mark.parametrize(
    ("text", "namespace", "how"),
    [
        ("web", "shop", "names web"),
        ("http://web", "shop", "names web"),
        ("http://web/path", "shop", "names web"),
        ("tcp: web:8080", "shop", "names web:8"),
        ("$(WEB_SERVICE_HOST)", "shop", "names WEB_SERVICE_HOST"),
        ("web.shop", "other", "names web.shop"),
        ("https://web.shop.svc.cluster.local", "other", "names web.shop"),
        ("http://node:31000/", "other", "uses nodePort 31000"),
        ("web", "other", None),
        ("web.shopping", "shop", None),
        ("my.web.shop", "shop", None),
        ("http://node:310001", "shop", None),
    ],
)
def test_names_are_recognised_where_they_mean_the_service(text: str, namespace: str, how: str | None) -> None:
    """A doubtful finding is one, a word that only looks alike is none."""
    service = Service("shop", "web", "", "", {"ports": [{"nodePort": 31000}, {"port": 1}]})

    assert Needle(service).in_text(text, namespace) == how
