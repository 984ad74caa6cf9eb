"""From an HTTP request to the call it makes, and from the call's result to an HTTP answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from migrator.sandbox.doors.aws.codec import documents, query, rest, xml
from migrator.sandbox.doors.aws.codec.limits import Malformed, check
from migrator.sandbox.doors.aws.codec.models import SIGNING_NAMES, Operation, Service, service

Answer = tuple[int, dict[str, str], bytes]

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_VERSIONS = {"2015-12-01": "elbv2", "2012-06-01": "elb", "2016-11-15": "ec2", "2011-06-15": "sts", "2010-08-01": "cloudwatch"}
_TARGETS = {
    "GraniteServiceVersion20100801": "cloudwatch",
    "ResourceGroupsTaggingAPI_20170126": "resourcegroupstaggingapi",
    "ServiceQuotasV20190624": "service-quotas",
    "GlobalAccelerator_V20180706": "globalaccelerator",
}


class Unknown(Exception):
    """A request that no service here understands; the message names what it asked for."""


@dataclass(slots=True)
class Request:
    """A request as it came, with the names of its headers in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Call:
    """Which operation of which service is called, in which protocol, by whom. `access_key` is "" when unsigned."""

    service: Service
    protocol: str
    access_key: str
    region: str
    form: list[tuple[str, str]]
    operation_name: str = ""
    operation: Operation | None = None
    places: dict[str, str] | None = None


def called(request: Request) -> Call:
    """Recognise a request. Raises Unknown when no service can be made out; an unknown operation is None."""
    found = _CREDENTIAL.search(request.headers.get("authorization", ""))
    key, region, signing_name = found.groups() if found else ("", "", "")
    path = request.path.partition("?")[0]
    target = request.headers.get("x-amz-target", "")
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        _, prefix, _, name = path.strip("/").split("/", 3)  # service/<name>/operation/<name>
        return _named(_TARGETS.get(prefix) or _by_signing_name(signing_name), "smithy-rpc-v2-cbor", key, region, [], name)
    if target:
        prefix, _, name = target.rpartition(".")
        return _named(_TARGETS.get(prefix) or _by_signing_name(signing_name), "json", key, region, [], name)
    form = _form(request)
    fields = dict(form)
    if "Action" in fields:
        meant = _VERSIONS.get(fields.get("Version", "")) or _by_signing_name(signing_name)
        return _named(meant, "ec2" if meant == "ec2" else "query", key, region, form, fields["Action"])
    names = SIGNING_NAMES.get(signing_name, ()) or (("route53",) if path.startswith("/2013-04-01/") else ())
    if not names:
        raise Unknown(f"{request.method} {path}")
    tried = [(service(each), rest.operation(service(each), request.method, path)) for each in names]
    known, routed = next((each for each in tried if each[1]), tried[0])
    operation, places = routed if routed else (None, {})
    return Call(known, known.protocols[0], key, region, [], operation.name if operation else path, operation, places)


def _named(meant: str | None, protocol: str, key: str, region: str, form: list[tuple[str, str]], name: str) -> Call:
    """A call whose operation is named in the request itself."""
    if meant is None:
        raise Unknown(name)
    known = service(meant)
    return Call(known, protocol, key, region, form, name, known.operation(name))


def _by_signing_name(signing_name: str) -> str | None:
    """The service behind a signing name, the first where two share one; None for a name that is not served."""
    return SIGNING_NAMES.get(signing_name, (None,))[0]


def _form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form in the body or, for GET, in the query string."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return parse_qsl(request.body.decode(), keep_blank_values=True)
    text = request.path.partition("?")[2] if request.method == "GET" else ""
    return parse_qsl(text, keep_blank_values=True) if "Action=" in text else []


def asked(call: Call, request: Request) -> dict[str, Any]:
    """What a call asks for, by the members of the operation's input. Raises Malformed for what its model forbids."""
    shape = call.operation.input if call.operation else None
    if call.protocol in ("query", "ec2"):
        found = query.decoded(shape, call.form, ec2=call.protocol == "ec2")
    elif call.protocol in ("json", "smithy-rpc-v2-cbor"):
        found = documents.read(shape, request.body, binary=call.protocol != "json")
    else:
        found = rest.outside_body(shape, call.places or {}, request.path.partition("?")[2], request.headers)
        if request.body and shape is not None:
            found |= xml.read(shape, request.body) if call.protocol == "rest-xml" else documents.read(shape, request.body)
    check(shape, found)
    return found


def answered(call: Call, result: dict[str, Any], request_id: str) -> Answer:
    """The answer to a call that was done."""
    operation = call.operation
    if operation is None:
        raise Malformed(f"{call.operation_name} is no operation of {call.service.name}")
    shape = operation.output
    if call.protocol == "ec2":
        inner = xml.written(shape, result) if shape else "<return>true</return>"
        name, head = operation.name, f"<requestId>{request_id}</requestId>"
        body = f'<{name}Response xmlns="{call.service.namespace}">{head}{inner}</{name}Response>'
        return 200, {"Content-Type": "text/xml;charset=UTF-8"}, (xml.HEAD + body).encode()
    if call.protocol == "query":
        inner = xml.written(shape, result) if shape else ""
        wrapped = f"<{operation.wrapper}>{inner}</{operation.wrapper}>" if operation.wrapper else inner
        body = (
            f'<{operation.name}Response xmlns="{call.service.namespace}">{wrapped}'
            f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation.name}Response>"
        )
        return 200, {"Content-Type": "text/xml"}, (xml.HEAD + body).encode()
    headers = rest.headers_of(shape, result)
    if call.protocol == "rest-xml":
        if shape is None:
            return operation.status, headers, b""
        name = operation.payload or shape.name
        inner = xml.written(shape.members[name].shape, result[name]) if operation.payload else xml.written(shape, result)
        body = f'<{name} xmlns="{call.service.namespace}">{inner}</{name}>'
        return operation.status, headers | {"Content-Type": "text/xml"}, (xml.HEAD + body).encode()
    if call.protocol == "smithy-rpc-v2-cbor":
        headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return 200, headers, documents.written(shape, result, binary=True)
    kind = "application/json" if call.protocol == "rest-json" else f"application/x-amz-json-{call.service.json_version}"
    return operation.status, headers | {"Content-Type": kind}, documents.written(shape, result)
