"""Reads hosted zones and record sets through Route 53."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from migrator.adapters.aws.route53_nouns import record_from, zone_from
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import asking_aws
from migrator.model.records import HostedZone, RecordSet

if TYPE_CHECKING:
    from mypy_boto3_route53.type_defs import ListResourceRecordSetsRequestTypeDef

PAGE = 300  # record sets in one answer; Route 53 gives no more
FEW = "20"  # asked for where one name is meant; a name seldom has more


class RecordLook:
    """One account. Implements `ports.looks.RecordLook`."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def zones(self) -> tuple[HostedZone, ...]:
        """Every hosted zone, by id. One call for 100. Source: Route 53 ListHostedZones."""
        pages = self._session.route53.get_paginator("list_hosted_zones")
        with asking_aws("list the hosted zones"):
            found = [zone_from(each) for page in pages.paginate() for each in page["HostedZones"]]
        return tuple(sorted(found, key=lambda zone: zone.id))

    def listed(self, zone_id: str) -> tuple[RecordSet, ...]:
        """All record sets of a zone, in Route 53's order. One call for 300. Raises Missing for an unknown zone."""
        pages = self._session.route53.get_paginator("list_resource_record_sets")
        with asking_aws("list the record sets of zone", zone_id):
            found = pages.paginate(HostedZoneId=zone_id, PaginationConfig={"PageSize": PAGE})
            return tuple(record_from(each) for page in found for each in page["ResourceRecordSets"])

    def at(self, zone_id: str, names: tuple[str, ...]) -> tuple[RecordSet, ...]:
        """The record sets of these names, all types, in Route 53's order within a name.

        One call a name; from four names on, one more call tells whether pages of the whole zone are fewer.
        """
        wanted = tuple(dict.fromkeys(names))
        if len(wanted) > 3 and self._pages(zone_id) < len(wanted):
            records = self.listed(zone_id)
            return tuple(each for name in wanted for each in records if each.name == name)
        return tuple(each for name in wanted for each in self._named(zone_id, name))

    def insync(self, change_id: str) -> bool:
        """Whether a change has reached every authority. One call. Raises Missing for an id that is not known."""
        with asking_aws("read change", change_id):
            answer = self._session.route53.get_change(Id=change_id)
        return answer["ChangeInfo"]["Status"] == "INSYNC"

    def servers(self, zone_id: str) -> tuple[str, ...]:
        """The host names of a public zone's name servers; empty for a private zone. One call."""
        with asking_aws("read zone", zone_id):
            answer = self._session.route53.get_hosted_zone(Id=zone_id)
        return tuple(answer.get("DelegationSet", {}).get("NameServers", ()))

    def _pages(self, zone_id: str) -> int:
        with asking_aws("read zone", zone_id):
            answer = self._session.route53.get_hosted_zone(Id=zone_id)
        return math.ceil(answer["HostedZone"].get("ResourceRecordSetCount", 0) / PAGE)

    def _named(self, zone_id: str, name: str) -> list[RecordSet]:
        """The list begins at the name and is left where another name comes; a name may go over a page."""
        found: list[RecordSet] = []
        start: ListResourceRecordSetsRequestTypeDef = {"HostedZoneId": zone_id, "StartRecordName": name, "MaxItems": FEW}
        while True:
            with asking_aws("read the record sets of", name):
                page = self._session.route53.list_resource_record_sets(**start)
            same = [each for each in page["ResourceRecordSets"] if each["Name"].lower() == name.lower()]
            found += [record_from(each) for each in same]
            if not page["IsTruncated"] or len(same) < len(page["ResourceRecordSets"]):
                return found
            start = {
                "HostedZoneId": zone_id,
                "StartRecordName": page["NextRecordName"],
                "StartRecordType": page["NextRecordType"],
            }
            start.pop("StartRecordIdentifier", None)
            if "NextRecordIdentifier" in page:
                start["StartRecordIdentifier"] = page["NextRecordIdentifier"]
