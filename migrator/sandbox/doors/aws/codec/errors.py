"""A refusal in each protocol's own form, from which SDKs make their typed exceptions."""

from __future__ import annotations

import msgspec

from migrator.sandbox.doors.aws.codec import cbor, xml
from migrator.sandbox.doors.aws.codec.models import Service
from migrator.sandbox.world.trouble import AwsError

Headers = dict[str, str]


def refused(service: Service, protocol: str, error: AwsError, request_id: str) -> tuple[int, Headers, bytes]:
    """Status, headers and body. The status is the model's own for the code, unless the error says otherwise."""
    status = error.status if error.status != 400 else service.error_statuses.get(error.code, 400)
    code, message = xml.escaped(error.code), xml.escaped(error.message)
    if protocol == "ec2":
        inner = f"<Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        body = f"<Response>{inner}<RequestID>{request_id}</RequestID></Response>"
        return status, {"Content-Type": "text/xml;charset=UTF-8"}, (xml.HEAD + body).encode()
    if protocol in ("query", "rest-xml"):
        kind = "Receiver" if status >= 500 else "Sender"
        body = (
            f'<ErrorResponse xmlns="{service.namespace}"><Error><Type>{kind}</Type><Code>{code}</Code>'
            f"<Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return status, {"Content-Type": "text/xml"}, (xml.HEAD + body).encode()
    return _document(service, protocol, error, status)


def _document(service: Service, protocol: str, error: AwsError, status: int) -> tuple[int, Headers, bytes]:
    """JSON and CBOR name the error's shape; a service that once spoke query puts the old code into a header."""
    shape = service.error_shapes.get(error.code, error.code)
    headers = {"x-amzn-ErrorType": shape}
    if service.query_compatible:
        headers["x-amzn-query-error"] = f"{error.code};{'Receiver' if status >= 500 else 'Sender'}"
    document = {"__type": shape, "message": error.message}
    if protocol == "smithy-rpc-v2-cbor":
        return status, headers | {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, cbor.written(document)
    return status, headers | {"Content-Type": f"application/x-amz-json-{service.json_version}"}, msgspec.json.encode(document)
