"""Every look at a furnished world gives what the world has, in our nouns, and fast."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from migrator.errors import Conflict, Missing, Rejected, Throttled, Unreachable
from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import Service
from migrator.model.names import Answer
from migrator.model.records import HostedZone, RecordSet
from migrator.ports.outside import Outside
from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.route53 import AliasTarget as WorldAlias
from migrator.sandbox.world.route53 import GeoLocation
from migrator.sandbox.world.route53 import RecordSet as WorldRecord
from migrator.sandbox.world.route53_nouns import CidrRouting, GeoProximity
from migrator.simulation.doors.gate import CONFLICTS, DENIALS, NOBODY, THROTTLING, translated
from migrator.simulation.doors.objects import CHECKSUM, EPOCH, HOST, JOURNAL, SEQUENCE
from migrator.simulation.doors.records import record_from, world_record
from migrator.simulation.stage import Name, Stage, empty_stage, stage

LBC = "service.k8s.aws/nlb"
CLONE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {
        "name": "web-2",
        "namespace": "shop",
        "annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"},
    },
    "spec": {
        "type": "LoadBalancer",
        "loadBalancerClass": LBC,
        "selector": {"app": "web"},
        "ports": [{"name": "http", "port": 8080}],
    },
}


def named(manifest: dict[str, Any], name: str, **spec: Any) -> dict[str, Any]:
    """The manifest under another name."""
    return {**manifest, "metadata": {**manifest["metadata"], "name": name}, "spec": {**manifest["spec"], **spec}}


class TestCluster:
    def test_a_service_is_read_whole(self, seen: Stage) -> None:
        """Everything that counts as drift is in it."""
        service = seen.outside.cluster.service("shop", "web")

        assert isinstance(service, Service)
        assert (service.uid, service.hostname, service.type) == (seen.legacy.uid, seen.legacy.hostname, "LoadBalancer")
        assert service.finalizers == ("service.kubernetes.io/load-balancer-cleanup",)
        assert not service.deleting
        assert seen.outside.cluster.service("shop", "nothing") is None

    def test_a_change_of_a_service_is_seen_at_once(self, fresh: Stage) -> None:
        """What was read before must not be served again."""
        before = fresh.outside.cluster.service("shop", "web")
        fresh.world.kube.patch("Service", "shop", "web", {"metadata": {"annotations": {"a": "b"}}})

        after = fresh.outside.cluster.service("shop", "web")

        assert before is not None and after is not None
        assert "a" not in before.annotations and after.annotations["a"] == "b"
        assert after.resource_version != before.resource_version

    def test_bindings_say_when_they_were_observed(self, fresh: Stage) -> None:
        """A binding that LBC made and worked off is what `warm` waits for."""
        fresh.world.kube.create(CLONE)
        assert fresh.outside.cluster.bindings("shop", "web-2") == ()

        fresh.until(lambda: any(each.observed for each in fresh.outside.cluster.bindings("shop", "web-2")))

        (binding,) = fresh.outside.cluster.bindings("shop", "web-2")
        assert binding.group_arn in fresh.world.elb.groups
        assert fresh.outside.cluster.bindings("shop", "web") == ()

    def test_the_controller_is_found_by_its_label(self, seen: Stage) -> None:
        """Helm may give it any name; without it nothing builds a load balancer."""
        found = seen.outside.cluster.controller()

        assert found is not None
        assert (found.namespace, found.ready) == ("kube-system", 2)
        assert "--cluster-name=sandbox" in found.args
        assert empty_stage(lbc=False).outside.cluster.controller() is None

    def test_troubles_are_warnings_about_one_object(self, fresh: Stage) -> None:
        """They tell the operator why a clone does not come up."""
        scheme = {"service.beta.kubernetes.io/aws-load-balancer-scheme": "sideways"}
        bad = named(CLONE, "bad")
        bad["metadata"]["annotations"] = scheme
        uid = fresh.world.kube.create(bad)["metadata"]["uid"]
        assert fresh.outside.cluster.troubles("shop", uid) == ()

        fresh.run(60)

        troubles = fresh.outside.cluster.troubles("shop", uid)
        assert {each.reason for each in troubles} == {"FailedBuildModel"}
        assert 0 <= fresh.clock.now() - troubles[0].at <= 60
        assert fresh.outside.cluster.troubles("shop", fresh.legacy.uid) == ()

    def test_a_rehearsal_stores_nothing(self, fresh: Stage) -> None:
        """It shows what the server would add, and what it would refuse."""
        look = fresh.outside.cluster

        rehearsed = look.rehearsed(CLONE)

        assert rehearsed.spec["sessionAffinity"] == "None"
        assert look.service("shop", "web-2") is None
        with pytest.raises(Conflict):
            look.rehearsed(named(CLONE, "web"))
        with pytest.raises(Rejected):
            look.rehearsed(named(CLONE, "web-3", ports=[{"port": 70000}]))

    def test_identity_is_the_uid_of_kube_system(self, seen: Stage) -> None:
        """Context names are anybody's."""
        assert seen.outside.cluster.identity().uid == seen.world.kube.get("Namespace", "", "kube-system")["metadata"]["uid"]


class TestSurvey:
    def test_services_come_by_namespace_and_name(self, seen: Stage) -> None:
        """One namespace or all of them."""
        everywhere = [(each.namespace, each.name) for each in seen.survey.services()]

        assert everywhere == sorted(everywhere)
        assert [each.name for each in seen.survey.services("shop")] == ["web"]

    def test_workloads_show_what_their_containers_are_told(self, seen: Stage) -> None:
        """external-dns is recognised by its arguments."""
        workloads = {each.name: each for each in seen.survey.workloads()}

        assert "--ingress-class=alb" in workloads["aws-load-balancer-controller"].args
        assert workloads["web"].ready == 3

    def test_an_ingress_in_front_of_the_service_reads_it(self, fresh: Stage) -> None:
        """Its backend would be gone with the Service."""
        backend = {"service": {"name": "web", "port": {"number": 8080}}}
        rule = {"host": "shop.example.com", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
        meta = {"name": "front", "namespace": "shop", "annotations": {"kubernetes.io/ingress.class": "alb"}}
        fresh.world.kube.create({"kind": "Ingress", "metadata": meta, "spec": {"rules": [rule]}})

        (ingress,) = fresh.survey.ingresses()
        (reader,) = fresh.survey.readers("shop", "web")

        assert (ingress.hosts, ingress.class_name) == (("shop.example.com",), "alb")
        assert reader.what.startswith("Ingress/shop/front")
        assert fresh.survey.readers("shop", "other") == ()


class TestBalancers:
    def test_a_load_balancer_is_found_by_name_and_arn(self, seen: Stage) -> None:
        """However Route 53 spells the name."""
        look, legacy = seen.outside.balancers, seen.legacy

        found = look.named(f"dualstack.{legacy.hostname.upper()}.")

        assert isinstance(found, LoadBalancer)
        assert found == look.balancer(legacy.balancer)
        assert (found.state, found.scheme, found.vpc) == ("active", "internet-facing", seen.estate.vpc.id)
        assert [zone.name for zone in found.zones] == ["us-east-1a", "us-east-1b", "us-east-1c"]
        assert all(len(zone.addresses) == 1 for zone in found.zones)
        assert look.named("other-0123456789abcdef.elb.us-east-1.amazonaws.com") is None
        assert look.balancer(legacy.balancer + "0") is None

    def test_its_parts_are_read(self, seen: Stage) -> None:
        """Listeners, groups and targets, each as AWS describes them."""
        look, arn = seen.outside.balancers, seen.legacy.balancer

        (listener,), (group,) = look.listeners(arn), look.groups(arn)
        targets = look.targets(group.arn)

        assert (listener.protocol, listener.port, listener.groups) == ("TCP", 8080, (group.arn,))
        assert (group.target_type, group.balancers) == ("instance", (arn,))
        assert group.tags["kubernetes.io/service-name"] == "shop/web"
        assert [each.state for each in targets] == ["healthy"] * 3
        assert {each.zone for each in targets} == {"us-east-1a", "us-east-1b", "us-east-1c"}
        assert look.attributes(arn)["deletion_protection.enabled"] == "false"
        assert look.groups_left((group.arn, group.arn + "0")) == (group,)

    def test_what_is_gone_is_missing_or_empty(self, seen: Stage) -> None:
        """Lists of it are empty; what is asked by id is missed."""
        look, arn = seen.outside.balancers, seen.legacy.balancer + "0"

        assert look.listeners(arn) == ()
        assert look.groups(arn) == ()
        with pytest.raises(Missing):
            look.attributes(arn)
        with pytest.raises(Missing):
            look.targets(arn)

    def test_a_deleted_one_is_described_for_a_moment_more(self, fresh: Stage) -> None:
        """`sweep` must wait until AWS itself no longer finds it."""
        look, arn = fresh.outside.balancers, fresh.legacy.balancer
        fresh.world.elb.delete_load_balancer(arn)
        assert look.balancer(arn) is not None and look.listeners(arn) == ()

        fresh.run(10)

        assert look.balancer(arn) is None

    def test_a_stack_is_known_by_its_tags(self, fresh: Stage) -> None:
        """LBC would take any load balancer with them for its own."""
        fresh.expose(CLONE)

        (found,) = fresh.outside.balancers.stacked("sandbox", "shop/web-2")
        groups = fresh.outside.network.stacked_groups("sandbox", "shop/web-2")

        assert found.security_groups[0] in groups
        assert fresh.outside.balancers.stacked("other", "shop/web-2") == ()
        assert fresh.outside.network.stacked_groups("sandbox", "shop/web") == ()


class TestNetwork:
    def test_the_caller_has_whole_seconds(self, fresh: Stage) -> None:
        """As a Date header has."""
        fresh.run(0.75)

        caller = fresh.outside.network.caller()

        assert (caller.account, caller.region) == ("123456789012", "us-east-1")
        assert caller.date == int(fresh.clock.now())

    def test_node_rules_are_found_by_description(self, seen: Stage) -> None:
        """They carry the load balancer's name and nothing else that would tell."""
        look = seen.outside.network
        balancer = seen.outside.balancers.balancer(seen.legacy.balancer)
        assert balancer is not None

        rules = look.rules_for(balancer.name)

        assert {each.group for each in rules} == {seen.estate.node_group.id}
        assert all(balancer.name in each.description for each in rules)
        assert set(rules) < set(look.rules_of((seen.estate.node_group.id,)))
        ids = tuple(each.id for each in rules)
        assert look.rules_left((*ids, "sgr-0")) == ids
        assert look.security_groups_left((seen.estate.node_group.id, "sg-0")) == (seen.estate.node_group.id,)
        assert look.rules_for("a0") == look.rules_of(("sg-0",)) == ()


class TestRecords:
    def test_zones_are_listed(self, seen: Stage) -> None:
        """Public and private ones."""
        look = seen.outside.records

        assert {(each.name, each.private) for each in look.zones()} == {("example.com.", False), ("internal.example.", True)}
        assert len(look.servers(seen.estate.public_zone.id)) == 4
        assert look.servers(seen.estate.private_zone.id) == ()
        for ask in (look.listed, look.servers, lambda zone: look.at(zone, ("a.",))):
            with pytest.raises(Missing):
                ask("Z0")

    def test_names_are_read_alone_and_with_the_zone(self, seen: Stage) -> None:
        """Both ways the same record sets."""
        look, zone = seen.outside.records, seen.estate.public_zone.id

        listed = look.listed(zone)
        named = look.at(zone, ("api.example.com.", "example.com."))

        assert sorted(named, key=repr) == sorted(listed, key=repr)
        assert named[0] == RecordSet("api.example.com.", "CNAME", 300, (seen.legacy.hostname,))
        assert [each.type for each in named if each.alias] == ["A", "AAAA"]
        assert look.at(zone, ("other.example.com.",)) == ()

    def test_a_change_is_seen_at_once_and_insync_later(self, fresh: Stage) -> None:
        """The API shows what was taken in; the name servers follow."""
        look, zone = fresh.outside.records, fresh.estate.public_zone.id
        assert look.at(zone, ("new.example.com.",)) == ()
        record = WorldRecord(name="new.example.com.", type="A", ttl=60, values=("192.0.2.1",))

        change = fresh.world.route53.change(zone, [("CREATE", record)])

        assert look.at(zone, ("new.example.com.",)) == (RecordSet("new.example.com.", "A", 60, ("192.0.2.1",)),)
        assert not look.insync(change.id)
        fresh.run(61)
        assert look.insync(change.id)
        with pytest.raises(Missing):
            look.insync("C0")

    @pytest.mark.parametrize(
        "record",
        [
            WorldRecord(name="a.", type="CNAME", ttl=60, values=("b.",)),
            WorldRecord(name="a.", type="A", alias=WorldAlias("Z1", "dualstack.b.", True), health_check_id="h"),
            WorldRecord(name="a.", type="A", ttl=60, values=("192.0.2.1",), set_identifier="x", weight=0),
            WorldRecord(name="a.", type="A", ttl=60, values=("192.0.2.1",), set_identifier="x", region="eu-west-1"),
            WorldRecord(name="a.", type="A", ttl=60, values=("192.0.2.1",), set_identifier="x", failover="PRIMARY"),
            WorldRecord(name="a.", type="A", ttl=60, values=("192.0.2.1",), set_identifier="x", geo=GeoLocation(country="*")),
            WorldRecord(name="a.", type="A", ttl=60, values=("192.0.2.1",), set_identifier="x", multivalue=True),
            WorldRecord(name="a.", type="A", ttl=60, values=("192.0.2.1",), set_identifier="x", cidr=CidrRouting("c", "l")),
            WorldRecord(name="a.", type="A", ttl=60, set_identifier="x", proximity=GeoProximity(region="eu-west-1", bias=-5)),
            WorldRecord(name="a.", type="A", ttl=60, set_identifier="x", proximity=GeoProximity(coordinates=("1.00", "2.00"))),
            WorldRecord(name="a.", type="A", ttl=60, values=("192.0.2.1",), traffic_policy_instance_id="t"),
        ],
        ids=lambda record: record.routing if record.alias is None else "alias",
    )
    def test_no_field_is_lost_on_the_way_there_and_back(self, record: WorldRecord) -> None:
        """A DELETE has to state every one."""
        read = record_from(record)

        assert world_record(read) == record
        assert read.simple == (record.routing == "simple" and record.traffic_policy_instance_id is None)


class TestMetrics:
    def test_minutes_without_a_point_are_none(self, fresh: Stage) -> None:
        """An idle load balancer reports active flows, and no new ones."""
        fresh.run(1200)
        end = fresh.clock.now() // 60 * 60 - 300

        minutes = fresh.outside.metrics.flows(fresh.legacy.balancer, end - 300, end, 60)

        assert [each.start for each in minutes] == [end - 300 + 60 * index for index in range(5)]
        assert {(each.new, each.active, each.hosts) for each in minutes} == {(None, 0, 3)}

    def test_traffic_is_counted(self, seen: Stage) -> None:
        """And what is not readable yet has no point at all."""
        end = seen.clock.now() // 60 * 60

        minutes = seen.outside.metrics.flows(seen.legacy.balancer, end - 600, end, 60)

        assert minutes[0].new and minutes[0].active is not None
        assert (minutes[-1].new, minutes[-1].active, minutes[-1].hosts) == (None, None, None)

    def test_a_minute_that_could_not_be_read_yet_is_read_again(self) -> None:
        """What was missing at first must not stay missing."""
        made = stage(seed=4, every_s=5)
        made.run(600)
        end = made.clock.now() // 60 * 60
        look, arn = made.outside.metrics, made.legacy.balancer
        assert look.flows(arn, end - 60, end, 60)[0].new is None

        made.run(400)

        (minute,) = look.flows(arn, end - 60, end, 60)
        assert minute.new and minute.hosts == 3
        assert look.flows(arn, end - 120, end, 60)[1] == minute
        assert made.joined("journal-2").metrics.flows(arn, end - 60, end, 60) == (minute,)


class TestNames:
    def test_the_zone_of_a_name_has_four_servers(self, seen: Stage) -> None:
        """A CNAME's own zone is meant, not the one that it leads to."""
        found = seen.outside.names.authorities("API.example.com")

        assert {(each.zone, each.negative_ttl_s) for each in found} == {("example.com.", 900)}
        assert tuple(each.address for each in found) == seen.world.names.authorities
        assert {each.zone for each in seen.outside.names.authorities("nothing.example.com.")} == {"example.com."}

    def test_a_load_balancers_name_is_in_its_own_zone(self, seen: Stage) -> None:
        """Whose negative TTL `warm` waits out."""
        found = seen.outside.names.authorities(seen.legacy.hostname)

        assert {(each.zone, each.negative_ttl_s) for each in found} == {("elb.us-east-1.amazonaws.com.", 60)}

    @pytest.mark.parametrize("name", ["www.other.test", "internal.example"])
    def test_a_zone_without_reachable_servers_is_unreachable(self, seen: Stage, name: str) -> None:
        """Nobody here serves the first; a private zone's servers have no address."""
        with pytest.raises(Unreachable):
            seen.outside.names.authorities(name)

    def test_an_authority_follows_no_cname(self, seen: Stage) -> None:
        """It says where the name leads, and leaves the rest to the asker."""
        look, hostname = seen.outside.names, f"{seen.legacy.hostname}."
        server = seen.world.names.authorities[0]

        assert look.asked(server, "api.example.com", "CNAME", recursive=False) == Answer(
            "NOERROR", (hostname,), ("api.example.com.",), 300
        )
        assert look.asked(server, "api.example.com", "A", recursive=False) == Answer(
            "NOERROR", (), ("api.example.com.", hostname), 300
        )
        assert len(look.asked(server, "example.com", "A", recursive=False).values) == 3
        assert look.asked(server, "example.com", "AAAA", recursive=False) == Answer("NOERROR", (), ("example.com.",), 900)
        assert look.asked(server, "other.example.com", "A", recursive=False).rcode == "NXDOMAIN"

    def test_a_resolver_answers_the_whole_chain(self, seen: Stage) -> None:
        """With what is left of the shortest TTL."""
        look = seen.outside.names
        resolver = look.resolvers()[0]

        answer = look.asked(resolver, "api.example.com", "A", recursive=True)

        assert answer.values == tuple(sorted(seen.world.names.balancers.addresses(balancer_of(seen))))
        assert answer.chain == ("api.example.com.", f"{seen.legacy.hostname}.")
        assert answer.ttl_s <= 60
        assert look.asked(resolver, "api.example.com", "A", recursive=False).rcode == "REFUSED"

    def test_a_server_that_is_silent_or_absent_is_unreachable(self, fresh: Stage) -> None:
        """No answer is never an answer."""
        look, server = fresh.outside.names, fresh.world.names.authorities[1]
        fresh.world.faults.arm(Fault(where="dns", operation="authority:1", mode="stop"))

        with pytest.raises(Unreachable):
            look.asked(server, "example.com", "A", recursive=False)
        with pytest.raises(Unreachable):
            look.asked("127.0.0.1", "example.com", "A", recursive=True)
        assert look.asked(server, "example.com", "A", recursive=False).rcode == "NOERROR"


class TestProbes:
    @pytest.mark.parametrize(("kind", "ok"), [("tcp", True), ("http", True), ("tls", False)])
    def test_a_tcp_listener_takes_connections(self, seen: Stage, kind: str, ok: bool) -> None:
        """A handshake needs a TLS listener."""
        address = balancer_of(seen).zones[0].address

        assert seen.outside.probes.tried(address, 8080, kind, "api.example.com").ok is ok

    def test_what_does_not_listen_is_said(self, seen: Stage) -> None:
        """The reason goes into the message that an operator reads."""
        tried = seen.outside.probes.tried(balancer_of(seen).zones[0].address, 81, "tcp", "api.example.com")

        assert not tried.ok and tried.seen


class TestFaults:
    LOOKS: tuple[tuple[str, str, Callable[[Outside, Stage], object]], ...] = (
        ("aws", "elbv2:DescribeTargetHealth", lambda outside, stage: outside.balancers.targets(group_of(stage))),
        ("aws", "elbv2:DescribeTags", lambda outside, stage: outside.balancers.groups(stage.legacy.balancer)),
        ("aws", "route53:ListResourceRecordSets", lambda outside, stage: outside.records.listed(stage.estate.public_zone.id)),
        ("aws", "cloudwatch:GetMetricData", lambda outside, stage: outside.metrics.flows(stage.legacy.balancer, 0, 60, 60)),
        ("kube", "GET services", lambda outside, stage: outside.cluster.service("shop", "web")),
        ("kube", "GET targetgroupbindings", lambda outside, stage: outside.cluster.bindings("shop", "web")),
    )

    @pytest.mark.parametrize(("where", "operation", "look"), LOOKS, ids=[operation for _, operation, _ in LOOKS])
    def test_a_fault_strikes_a_look_under_the_doors_name(
        self, fresh: Stage, where: str, operation: str, look: Callable[[Outside, Stage], object]
    ) -> None:
        """One fault serves both depths; once it has struck, the look works."""
        families = {"throttle": "throttled", "deny": "denied", "error": "unreachable", "lose-reply": "unreachable"}
        for mode, code in families.items():
            fresh.world.faults.arm(Fault(where=where, operation=operation, mode=mode))

            with pytest.raises(Exception) as refused:
                look(fresh.outside, fresh)

            assert getattr(refused.value, "code", "") == code
            look(fresh.outside, fresh)

    def test_a_fault_for_another_subject_does_not_strike(self, fresh: Stage) -> None:
        """`match` narrows it."""
        fresh.world.faults.arm(Fault(where="kube", operation="GET services", mode="throttle", match="shop/other"))

        assert fresh.outside.cluster.service("shop", "web") is not None
        with pytest.raises(Throttled):
            fresh.outside.cluster.service("shop", "other")

    def test_a_slow_answer_takes_its_time(self, fresh: Stage) -> None:
        """Up to the time-out, after which nobody waits for it."""
        before = fresh.clock.now()
        fresh.world.faults.arm(Fault(where="aws", operation="sts:*", mode="slow", delay_s=7))
        fresh.outside.network.caller()
        assert fresh.clock.now() == before + 7

        fresh.world.faults.arm(Fault(where="aws", operation="sts:*", mode="slow", delay_s=70))

        with pytest.raises(Unreachable):
            fresh.outside.network.caller()

    def test_codes_are_in_the_same_families_as_at_the_wire(self) -> None:
        """The tables here are short for speed of import; the adapters' are the ones that count."""
        from botocore.exceptions import ClientError

        from migrator.adapters.aws.trouble import asking_aws
        from migrator.sandbox.world.trouble import AwsError

        absent = ("LoadBalancerNotFound", "NoSuchChange", "InvalidGroup.NotFound")
        for code in (*THROTTLING, *NOBODY, *DENIALS, *CONFLICTS, *absent, "OperationNotPermitted", "InvalidInput"):
            told: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            with pytest.raises(Exception) as real, asking_aws("look"):
                raise ClientError(told, "Look")

            assert type(real.value) is type(translated(AwsError(code, ""), "look", "", change=False)), code

    def test_the_lease_has_the_same_annotations_as_at_the_wire(self) -> None:
        """So that a journey may go on at the other depth."""
        from migrator.adapters.kube import lease

        assert (lease.JOURNAL, lease.EPOCH, lease.HOST) == (JOURNAL, EPOCH, HOST)
        assert (lease.SEQUENCE, lease.CHECKSUM) == (SEQUENCE, CHECKSUM)


def balancer_of(stage: Stage) -> Any:
    """The legacy load balancer as the world has it."""
    return stage.world.elb.balancers[stage.legacy.balancer]


def group_of(stage: Stage) -> str:
    """The ARN of its target group."""
    return stage.world.elb.groups_of(stage.legacy.balancer)[0].arn


def test_looks_are_fast() -> None:
    """Printed, not asserted: a journey looks some hundreds of times and shall take less than ten milliseconds."""
    made = stage(seed=3, names=[Name("api.example.com.")])
    made.run(1200)
    outside, arn, zone = made.outside, made.legacy.balancer, made.estate.public_zone.id
    end = made.clock.now() // 60 * 60 - 300
    server, resolver = made.world.names.authorities[0], outside.names.resolvers()[0]
    looks: dict[str, Callable[[], object]] = {
        "cluster.service": lambda: outside.cluster.service("shop", "web"),
        "cluster.bindings": lambda: outside.cluster.bindings("shop", "web"),
        "cluster.controller": outside.cluster.controller,
        "cluster.rehearsed": lambda: outside.cluster.rehearsed(CLONE),
        "balancers.balancer": lambda: outside.balancers.balancer(arn),
        "balancers.groups": lambda: outside.balancers.groups(arn),
        "balancers.targets": lambda: outside.balancers.targets(group_of(made)),
        "network.rules_for": lambda: outside.network.rules_for("a0"),
        "records.listed": lambda: outside.records.listed(zone),
        "records.at": lambda: outside.records.at(zone, ("api.example.com.",)),
        "metrics.flows, 15 min": lambda: outside.metrics.flows(arn, end - 900, end, 60),
        "names.authorities": lambda: outside.names.authorities("api.example.com"),
        "names.asked, authority": lambda: outside.names.asked(server, "api.example.com", "CNAME", recursive=False),
        "names.asked, resolver": lambda: outside.names.asked(resolver, "api.example.com", "A", recursive=True),
        "probes.tried": lambda: outside.probes.tried(balancer_of(made).zones[0].address, 8080, "tcp", ""),
    }
    for name, look in looks.items():
        began = time.perf_counter()
        for _ in range(100):
            look()
        print(f"{name:24}{(time.perf_counter() - began) * 1e4:8.1f} us")

    assert HostedZone(zone, "example.com.") in outside.records.zones()
