"""How names, labels and keys must look; each rule answers why a text breaks it, or None.

Source: kubernetes/apimachinery pkg/util/validation/validation.go.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_QUALIFIED})?"

_is_label = re.compile(_LABEL).fullmatch
_is_subdomain = re.compile(_SUBDOMAIN).fullmatch
_is_label_1035 = re.compile(_LABEL_1035).fullmatch
_is_qualified = re.compile(_QUALIFIED).fullmatch
_is_label_value = re.compile(_LABEL_VALUE).fullmatch
_is_port_name = re.compile("(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*").fullmatch

Rule = Callable[[str], str | None]


@lru_cache(maxsize=4096)
def subdomain(text: str) -> str | None:
    """The rule for most names: a DNS-1123 subdomain."""
    if len(text) > 253:
        return "must be no more than 253 characters"
    if _is_subdomain(text):
        return None
    return (
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
        f"with an alphanumeric character (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
    )


@lru_cache(maxsize=4096)
def label(text: str) -> str | None:
    """The rule for namespaces and port names: a DNS-1123 label."""
    if len(text) > 63:
        return "must be no more than 63 characters"
    if _is_label(text):
        return None
    return (
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
        f"alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
    )


@lru_cache(maxsize=4096)
def label_1035(text: str) -> str | None:
    """The rule for Services: a DNS-1035 label, which begins with a letter."""
    if len(text) > 63:
        return "must be no more than 63 characters"
    if _is_label_1035(text):
        return None
    return (
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end "
        f"with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '{_LABEL_1035}')"
    )


@lru_cache(maxsize=4096)
def qualified(text: str) -> str | None:
    """The rule for keys of labels and annotations and for classes: a name with an optional domain before a slash."""
    domain, slash, name = text.rpartition("/")
    if slash and not domain:
        return "prefix part must be non-empty"
    if slash and (why := subdomain(domain)):
        return f"prefix part {why}"
    if not name:
        return "name part must be non-empty"
    if len(name) > 63:
        return "name part must be no more than 63 characters"
    if _is_qualified(name):
        return None
    return (
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        f"character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{_QUALIFIED}')"
    )


@lru_cache(maxsize=4096)
def label_value(text: str) -> str | None:
    """The rule for values of labels: up to 63 characters, may be empty."""
    if len(text) > 63:
        return "must be no more than 63 characters"
    if _is_label_value(text):
        return None
    return (
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
        f"with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex '{_LABEL_VALUE}')"
    )


def port_name(text: str) -> str | None:
    """The rule for a port named instead of numbered: an IANA service name."""
    if len(text) > 15:
        return "must be no more than 15 characters"
    if _is_port_name(text):
        return None
    return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-), and at least one letter (a-z)"


@lru_cache(maxsize=1024)
def address(text: str) -> bool:
    """Whether this is one IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1024)
def network(text: str) -> bool:
    """Whether this is a range in CIDR notation."""
    try:
        ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return False
    return "/" in text


_NAME_RULES: dict[str, Rule] = {"Service": label_1035, "Namespace": label}


def name_rule(kind: str) -> Rule:
    """How objects of a kind must be named."""
    return _NAME_RULES.get(kind, subdomain)
