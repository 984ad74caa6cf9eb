"""Clients in virtual time count what real ones would lose."""

from __future__ import annotations

import pytest

from migrator.sandbox.world.clients import Client, Scanner
from migrator.sandbox.world.leftovers import leftovers
from migrator.sandbox.world.resolvers import CachingResolver
from migrator.sandbox.world.summary import summary
from migrator.sandbox.world.tally import MOST_LOSSES, Tally
from tests.unit.sandbox.traffic.scenery import Scene


@pytest.fixture
def named(scene: Scene) -> Scene:
    scene.record(ttl=30, values=(scene.lb.dns_name,))
    scene.settle(120)
    return scene


def client(scene: Scene, **how: object) -> Client:
    made = Client(scene.world, CachingResolver(scene.world), "shop.example.com", **how)
    made.start()
    return made


@pytest.mark.parametrize("keep_alive", [False, True])
def test_every_request_is_answered_while_nothing_happens(named: Scene, keep_alive: bool) -> None:
    asker = client(named, keep_alive=keep_alive, every_s=0.5)
    named.settle(60)
    asker.stop()
    named.settle(60)

    assert asker.tally.lost == 0 and 118 <= asker.tally.answered <= 121
    assert not named.world.network.flows


def test_connections_live_ten_seconds_at_most(named: Scene) -> None:
    asker = client(named, keep_alive=True)
    named.settle(60)

    lb = named.lb.arn.partition("loadbalancer/")[2]
    named.settle(300)
    points = named.world.cloudwatch.series("AWS/NetworkELB", "NewFlowCount", {"LoadBalancer": lb}, "Sum", 60, 0, named.world.now)
    assert asker.tally.lost == 0
    whole = [value for _, value in points][1:-1]  # the first and the last minute are cut short
    assert whole and all(5 <= value <= 7 for value in whole)


def test_a_reused_connection_that_was_cut_is_a_loss_and_so_are_those_after(named: Scene) -> None:
    asker = client(named, keep_alive=True)
    named.settle(5)
    named.world.elb.delete_load_balancer(named.lb.arn)
    named.settle(3)

    whys = [each.why for each in asker.tally.losses]
    assert whys[0] == "the connection was gone: front was deleted"
    assert all("no load balancer has 127.10." in each for each in whys[1:])


def test_a_request_in_flight_is_lost_when_its_load_balancer_goes(named: Scene) -> None:
    asker = Client(named.world, CachingResolver(named.world), "shop.example.com", takes_s=2.0)
    asker.request()
    named.world.elb.delete_load_balancer(named.lb.arn)
    named.settle(3)

    assert [each.why for each in asker.tally.losses] == ["cut off: front was deleted"]
    assert asker.tally.losses[0].at == named.world.now - 3


def test_a_name_that_does_not_resolve_is_a_loss(scene: Scene) -> None:
    asker = Client(scene.world, CachingResolver(scene.world), "nowhere.example.com")
    asker.request()

    assert asker.tally.losses[0].why == "nowhere.example.com does not resolve: NXDOMAIN"


def test_a_stopped_client_asks_no_more_and_can_start_again(named: Scene) -> None:
    asker = client(named, keep_alive=True)
    named.settle(10)
    asker.stop()
    asker.start()
    asker.start()
    named.settle(10)

    assert 18 <= asker.tally.answered <= 22


def test_a_scanner_makes_flows_without_requests(scene: Scene) -> None:
    scanner = Scanner(scene.world, every_s=10)
    scanner.start()
    scene.settle(600)
    scanner.stop()
    knocks = scanner.knocks
    scene.settle(600)

    assert 40 <= knocks <= 80 and scanner.knocks == knocks
    assert not scene.world.network.flows


def test_a_scanner_finds_no_internal_load_balancer(scene: Scene) -> None:
    scene.lb.scheme = "internal"
    scanner = Scanner(scene.world, every_s=1)
    scanner.start()
    scene.settle(60)

    assert scanner.knocks == 0


def test_a_tally_keeps_count_beyond_the_losses_it_keeps() -> None:
    tally = Tally()
    tally.answer(10.2, "front", "shop/web-1", 0.01)
    for each in range(MOST_LOSSES + 5):
        tally.lose(11.0 + each, 11.0 + each, "shop.example.com", "refused")

    report = tally.report()
    assert (report.requests, report.lost, len(report.losses)) == (MOST_LOSSES + 6, MOST_LOSSES + 5, MOST_LOSSES)
    assert report.timeline[10].by_balancer == {"front": 1} and report.timeline[11].lost == 1
    assert report.by_pod == {"shop/web-1": 1} and report.slowest_s == 0.01


def test_a_summary_shows_what_is_there(scene: Scene) -> None:
    seen = next(each for each in summary(scene.world).balancers if each.name == "front")

    assert (seen.state, seen.ports, seen.flows) == ("active", [80], 0)
    assert seen.groups[0].states == {"healthy": 3} and len(seen.addresses) == 3


def test_leftovers_are_found_by_tag_and_by_the_rules_description(scene: Scene) -> None:
    from migrator.sandbox.world.ec2 import RuleSpec
    from tests.unit.sandbox.traffic.scenery import NODE_PORT, node_group

    uid = "0a1b2c3d-0000-4000-8000-00000000000f"
    name = "a" + uid.replace("-", "")[:31]
    scene.group.tags["kubernetes.io/service-name"] = "shop/front"
    port = NODE_PORT + 1
    client_rule = f"kubernetes.io/rule/nlb/client={name}"
    spec = RuleSpec(protocol="tcp", from_port=port, to_port=port, cidr="0.0.0.0/0", description=client_rule)
    scene.world.ec2.authorize(node_group(scene.world), [spec])

    found = leftovers(scene.world, "shop/front", uid)
    assert [each.kind for each in found] == ["target-group", "rule"]
    assert leftovers(scene.world, "shop/front") == found == leftovers(scene.world)
    assert leftovers(scene.world, "shop/other", "1" + uid[1:]) == []


def test_a_tally_counts_every_answer_however_many_come_before_it_is_read() -> None:
    """Answers are noted and counted later: none is counted twice, and a second that lost one has its answers too."""
    tally = Tally()
    for number in range(2500):
        tally.answer(100.0 + number / 1000, "legacy", "pod", took_s=number / 1000)
    tally.lose(102.0, 101.0, "shop.example.com.", "timed out")

    first, again = tally.report(), tally.report()

    assert first == again
    assert (first.answered, first.lost, first.by_balancer, first.by_pod) == (2500, 1, {"legacy": 2500}, {"pod": 2500})
    assert [(at, second.answered, second.lost) for at, second in first.timeline.items()] == [
        (100, 1000, 0),
        (101, 1000, 0),
        (102, 500, 1),
    ]
    assert first.slowest_s == 2.499
