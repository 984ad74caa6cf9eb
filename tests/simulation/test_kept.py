"""What the world keeps for speed changes nothing: a journey that looks everything up anew goes just as well."""

from __future__ import annotations

import pytest

from migrator.sandbox.world import World
from migrator.sandbox.world.network import Flow, Lost, Network
from migrator.sandbox.world.resolvers import KINDS, CachingResolver
from migrator.simulation.stage import stage
from migrator.simulation.traveller import travelled


@pytest.mark.parametrize("seed", range(100, 108))
def test_a_journey_goes_the_same_when_nothing_is_kept(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load balancers, rules, targets, nodes and pods change all the way; nothing that is kept outlives its change."""
    kept = travelled(seed)
    connect, cut = Network.connect, Network.cut

    def connect_anew(self: Network, client_ip: str, address: str, port: int) -> Flow | Lost:
        self.changed()
        return connect(self, client_ip, address, port)

    def cut_anew(self: Network, flow: Flow) -> Lost | None:
        self.changed()
        return cut(self, flow)

    monkeypatch.setattr(Network, "connect", connect_anew)
    monkeypatch.setattr(Network, "cut", cut_anew)

    assert travelled(seed) == kept


@pytest.mark.parametrize("kind", KINDS)
def test_a_resolver_leads_clients_where_it_says(kind: str) -> None:
    """Two resolvers alike, one asked for the whole answer and one for addresses only, through every TTL of the chain."""
    made = stage(every_s=0, resolvers=(kind,))
    said, led = CachingResolver(made.world, kind), CachingResolver(made.world, kind)
    for step in range(900):
        made.run(1.0)
        if step == 400:
            _move(made.world)
        for name in ("api.example.com.", "example.com.", "nobody.example.com."):
            answer = said.ask(name, "A")
            assert led.addresses(name) == (answer.values("A"), answer.rcode)


def _move(world: World) -> None:
    """A name leads elsewhere from now on."""
    for zone in world.route53.zones.values():
        for record in world.route53.record_sets(zone.id):
            if record.name == "api.example.com.":
                moved = type(record)(name=record.name, type="CNAME", ttl=60, values=("example.com",))
                world.route53.change(zone.id, [("DELETE", record), ("CREATE", moved)])
