"""What Route 53 admits in a change batch.

`check_form` refuses a request that is not even well formed (InvalidInput). The others give messages that are gathered
into one InvalidChangeBatch. Sources: ChangeResourceRecordSets and ResourceRecordSet in botocore's route53 model; the
wording of messages from public issues (cert-manager#5388, boto3#157, gympass/cdn-origin-controller#102).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from migrator.sandbox.world.route53_nouns import Key, Records, RecordSet, Zone
from migrator.sandbox.world.route53_values import faults_of_values
from migrator.sandbox.world.trouble import AwsError

Change = tuple[str, RecordSet]  # "CREATE", "DELETE" or "UPSERT"

MOST_RECORDS, MOST_CHARACTERS = 1000, 32000
MOST_IN_GROUP = 100
_KINDS = "AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId"
_POLICIES = "Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig"
_UNROUTED = ("NS", "SOA", "DS")  # have simple routing only


def check_form(action: str, record: RecordSet) -> None:
    """InvalidInput for fields that exclude or need each other, and numbers out of range."""
    plain = record.ttl is not None and bool(record.values)
    kinds = (record.alias is not None) + plain + (record.traffic_policy_instance_id is not None)
    stray = record.alias is not None and (record.ttl is not None or bool(record.values))
    if kinds != 1 or stray:
        found = "more than one" if kinds > 1 or stray else "none"
        raise _malformed(f"Expected exactly one of [{_KINDS}], but found {found}", action, record)
    policies = (record.weight, record.region, record.failover, record.geo, record.multivalue, record.proximity, record.cidr)
    given = len(policies) - policies.count(None)
    if given > 1:
        raise _malformed(f"Expected exactly one of [{_POLICIES}], but found more than one", action, record)
    if given == 1 and record.set_identifier is None:
        raise _malformed("Missing field 'SetIdentifier'", action, record)
    if given == 0 and record.set_identifier is not None:
        raise _malformed(f"Expected exactly one of [{_POLICIES}], but found none", action, record)
    if record.weight is not None and not 0 <= record.weight <= 255:
        raise _malformed("Weight must be in the range 0-255", action, record)
    if record.ttl is not None and not 0 <= record.ttl <= 2147483647:
        raise _malformed("TTL must be in the range 0-2147483647", action, record)
    if record.multivalue and record.alias is not None:
        raise _malformed("MultiValueAnswer cannot be specified with AliasTarget", action, record)


def _malformed(what: str, action: str, record: RecordSet) -> AwsError:
    identifier = record.set_identifier or "null"
    where = f"in Change with [Action={action}, Name={record.name}, Type={record.type}, SetIdentifier={identifier}]"
    return AwsError("InvalidInput", f"Invalid request: {what} {where}")


def faults_of_size(changes: Iterable[Change]) -> list[str]:
    """The limits of a batch: so many records and characters, those of an UPSERT counted twice."""
    records = characters = 0
    for action, record in changes:
        times = 2 if action == "UPSERT" else 1
        records += times * max(1, len(record.values))
        characters += times * sum(map(len, record.values))
    messages = []
    if records > MOST_RECORDS:
        messages.append(f"Number of records limit of {MOST_RECORDS} exceeded.")
    if characters > MOST_CHARACTERS:
        messages.append(f"Number of characters limit of {MOST_CHARACTERS} exceeded.")
    return messages


def faults_of_record(zone: Zone, action: str, record: RecordSet) -> list[str]:
    """What is wrong with one change whatever else the zone holds."""
    if record.name != zone.name and not record.name.endswith("." + zone.name):
        return [f"RRSet with DNS name {record.name} is not permitted in zone {zone.name}"]
    if record.key in zone.protections:
        comment = zone.protections[record.key]
        return [f"RRSet with DNS name {record.name}, type {record.type} is protected" + (f": {comment}" if comment else "")]
    if action == "DELETE":
        return []
    messages = []
    if record.type == "CNAME" and record.name == zone.name:
        messages.append(f"RRSet of type CNAME with DNS name {record.name} is not permitted at apex in zone {zone.name}")
    if record.type == "SOA" and record.name != zone.name:
        messages.append(f"RRSet of type SOA with DNS name {record.name} is not permitted in zone {zone.name}")
    if record.type in _UNROUTED and record.routing != "simple":
        messages.append(f"RRSet of type {record.type} with DNS name {record.name} cannot have a routing policy")
    if record.routing in ("weighted", "latency") and len(record.values) > 1:
        messages.append(f"{_named(record)} can have only one ResourceRecord")
    return messages + faults_of_values(record)


def faults_of_names(zone: Zone, changed: Iterable[RecordSet], types_at: Callable[[str], Mapping[str, Records]]) -> list[str]:
    """A CNAME stands alone. `types_at` gives what a name holds, by type, once the batch is done."""
    messages = []
    for record in changed:
        others = [each for each, held in types_at(record.name).items() if each != record.type and held]
        if record.type == "CNAME" and others:
            messages.append(
                f"RRSet of type CNAME with DNS name {record.name} is not permitted as it conflicts with other records"
                f" with the same DNS name in zone {zone.name}"
            )
        elif "CNAME" in others:
            messages.append(
                f"RRSet of type {record.type} with DNS name {record.name} is not permitted because a conflicting RRSet"
                f" of type CNAME with the same DNS name already exists in zone {zone.name}"
            )
    return messages


def faults_of_group(record: RecordSet, group: Records) -> list[str]:
    """What keeps a changed record set from standing in its group: the same name and type, once the batch is done."""
    misfit = _misfit(record, [each for each in group if each is not record])
    return [f"{_named(record)} cannot be created {misfit} with the same name and type."] if misfit else []


def _misfit(record: RecordSet, others: list[RecordSet]) -> str:
    """Why a record set cannot stand beside the others of its group, or nothing."""
    routing = record.routing
    if routing == "simple":
        return "as other RRSets exist" if others else ""
    if any(each.routing != routing for each in others):
        return f"because a non {routing} rrset exists"
    if len(others) >= MOST_IN_GROUP:
        return f"because there would be more than {MOST_IN_GROUP} rrsets"
    if routing == "weighted" and any(None not in (record.ttl, each.ttl) and each.ttl != record.ttl for each in others):
        return "because a weighted rrset with a different TTL exists"
    if routing in ("latency", "failover", "geolocation") and any(_place(each) == _place(record) for each in others):
        return f"because a {routing} rrset with the same {_place_word(record)} exists"
    return ""


def faults_of_apex(zone: Zone, types_at: Callable[[str], Mapping[str, Records]]) -> list[str]:
    """The zone's own SOA and NS records can be changed but not taken away."""
    held, messages = types_at(zone.name), []
    if not held.get("SOA"):
        messages.append("A HostedZone must contain exactly one SOA record.")
    if not held.get("NS"):
        messages.append("A HostedZone must contain at least one NS record for the zone itself.")
    return messages


def faults_of_repeats(changes: Iterable[Change]) -> list[str]:
    """The same action twice on the same record set makes the batch invalid."""
    seen: set[tuple[str, Key, str | None]] = set()
    messages = []
    for action, record in changes:
        what = (action, record.key, record.set_identifier)
        if what in seen:
            messages.append(
                f"The request contains an invalid set of changes for a resource record set '{action} {record.type} {record.name}'"
            )
        seen.add(what)
    return messages


def tried(action: str, record: RecordSet) -> str:
    """How Route 53 names a record set it could not create or delete."""
    identifier = f", set identifier='{record.set_identifier}'" if record.set_identifier is not None else ""
    return f"Tried to {action} resource record set [name='{record.name}', type='{record.type}'{identifier}]"


def _named(record: RecordSet) -> str:
    identifier = f', SetIdentifier "{record.set_identifier}"' if record.set_identifier is not None else ""
    return f"RRSet with DNS name {record.name}, type {record.type}{identifier}"


def _place(record: RecordSet) -> object:
    return record.region or record.failover or record.geo


def _place_word(record: RecordSet) -> str:
    return {"latency": "region", "failover": "failover value"}.get(record.routing, "location")
