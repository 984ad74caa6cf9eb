"""What the values of each record type have to look like, with Route 53's own words for what is wrong.

Source: Route 53 developer guide, "Supported DNS record types"; messages as seen in public issues.
"""

from __future__ import annotations

import ipaddress
import re

from migrator.sandbox.world.route53_nouns import RecordSet

_LABEL = r"[A-Za-z0-9_*](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}\.?")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.){0,255}"(?:\s+"(?:[^"\\]|\\.){0,255}")*')
_MX = re.compile(r"\d{1,5}\s+(\S+)")
_SRV = re.compile(r"\d{1,5}\s+\d{1,5}\s+\d{1,5}\s+(\S+)")
_CAA = re.compile(r'\d{1,3}\s+[a-z0-9]+\s+".*"')

SINGLE_VALUED = ("CNAME", "SOA")


def faults_of_values(record: RecordSet) -> list[str]:
    """A message for each value that the record's type does not admit; empty for an alias."""
    messages = [found for value in record.values if (found := _fault(record.type, value))]
    if record.type in SINGLE_VALUED and len(record.values) > 1:
        messages.append(f"{record.type} record with name {record.name} has more than one value")
    if len(set(record.values)) < len(record.values):
        messages.append(f"Duplicate Resource Record: '{_first_repeated(record.values)}'")
    return messages


def _fault(type: str, value: str) -> str | None:
    """What is wrong with one value, or None."""
    if type == "A" and not _is_address(value, 4):
        return _problem("ARRDATAIllegalIPv4Address", "Value is not a valid IPv4 address", value)
    if type == "AAAA" and not _is_address(value, 6):
        return _problem("AAAARRDATAIllegalIPv6Address", "Value is not a valid IPv6 address", value)
    if type in ("TXT", "SPF") and not _QUOTED.fullmatch(value):
        return _problem("InvalidCharacterString", "Value should be enclosed in quotation marks", value)
    if type == "CAA" and not _CAA.fullmatch(value):
        return _problem("CAARRDATANotThreeFields", "Value is not a valid CAA record", value)
    if type in ("CNAME", "NS", "PTR") and not _is_name(value):
        return _name_problem(value)
    if type in ("MX", "SRV"):
        found = (_MX if type == "MX" else _SRV).fullmatch(value)
        if not found:
            return _problem(
                f"{type}RRDATANotTwoFields" if type == "MX" else "SRVRRDATANotFourFields", "Value has too few fields", value
            )
        if not _is_name(found[1]):
            return _name_problem(found[1])
    return None


def _name_problem(value: str) -> str:
    if not value:
        return "FATAL problem: DomainNameEmpty (Domain name is empty) encountered with ''"
    return _problem("DomainLabelIllegal", "Domain name contains an illegal label", value)


def _problem(code: str, explained: str, value: str) -> str:
    return f"Invalid Resource Record: 'FATAL problem: {code} ({explained}) encountered with '{value}''"


def _is_address(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def _is_name(text: str) -> bool:
    return len(text) <= 255 and _NAME.fullmatch(text) is not None


def _first_repeated(values: tuple[str, ...]) -> str:
    return next(each for index, each in enumerate(values) if each in values[:index])
