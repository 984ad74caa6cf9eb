"""What each service says when it does not even look at a request: throttled, denied, unsigned, malformed.

Sources: the "Common errors" pages of the services' API references; error shapes in botocore's models.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrator.sandbox.doors.aws.codec.limits import Malformed
from migrator.sandbox.doors.aws.codec.wire import Call
from migrator.sandbox.world import World
from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.trouble import AwsError

Said = tuple[str, int]  # error code and HTTP status


@dataclass(frozen=True, slots=True)
class Words:
    """One service's codes. `prefix` is the service's name in IAM actions."""

    prefix: str
    throttled: Said
    denied: Said
    expired: Said
    unsigned: Said
    broken: Said
    invalid: str


def _query(prefix: str, invalid: str = "ValidationError") -> Words:
    return Words(
        prefix,
        throttled=("Throttling", 400),
        denied=("AccessDenied", 403),
        expired=("ExpiredToken", 403),
        unsigned=("MissingAuthenticationToken", 403),
        broken=("InternalFailure", 500),
        invalid=invalid,
    )


def _json(prefix: str, throttled: str, invalid: str) -> Words:
    return Words(
        prefix,
        throttled=(throttled, 400),
        denied=("AccessDeniedException", 400),
        expired=("ExpiredTokenException", 400),
        unsigned=("MissingAuthenticationTokenException", 400),
        broken=("InternalServerException", 500),
        invalid=invalid,
    )


def _rest(prefix: str) -> Words:
    return Words(
        prefix,
        throttled=("TooManyRequestsException", 429),
        denied=("AccessDeniedException", 403),
        expired=("ExpiredTokenException", 403),
        unsigned=("MissingAuthenticationTokenException", 403),
        broken=("InternalServerErrorException", 500),
        invalid="BadRequestException",
    )


WORDS = {
    "elbv2": _query("elasticloadbalancing"),
    "elb": _query("elasticloadbalancing"),
    "sts": _query("sts"),
    "iam": _query("iam"),
    "cloudwatch": _query("cloudwatch"),
    "route53": _query("route53", "InvalidInput"),
    "ec2": Words(
        "ec2",
        throttled=("RequestLimitExceeded", 503),
        denied=("UnauthorizedOperation", 403),
        expired=("RequestExpired", 400),
        unsigned=("MissingAuthenticationToken", 403),
        broken=("InternalError", 500),
        invalid="InvalidParameterValue",
    ),
    "resourcegroupstaggingapi": _json("tag", "ThrottledException", "InvalidParameterException"),
    "service-quotas": _json("servicequotas", "TooManyRequestsException", "IllegalArgumentException"),
    "autoscaling": _query("autoscaling"),
    "cloudfront": _query("cloudfront", "InvalidArgument"),
    "apigateway": _rest("apigateway"),
    "apigatewayv2": _rest("apigateway"),
    "globalaccelerator": _json("globalaccelerator", "ThrottlingException", "InvalidArgumentException"),
    "acm": _json("acm", "ThrottlingException", "ValidationException"),
    "eks": _json("eks", "ThrottlingException", "InvalidParameterException"),
}


def check_credentials(world: World, call: Call) -> None:
    """Signatures are not verified, but an unsigned call and the marker keys "EXPIRED" and "DENIED" are refused."""
    words = WORDS[call.service.name]
    if not call.access_key:
        raise _refusal(words.unsigned, "Request is missing Authentication Token")
    if call.access_key == "EXPIRED":
        raise _refusal(words.expired, "The security token included in the request is expired")
    if call.access_key == "DENIED" and call.service.name != "sts":
        raise denied(world, call)


def struck(world: World, call: Call, fault: Fault) -> AwsError | None:
    """The refusal that an armed fault means, or None for one that only spoils the answer on its way."""
    words = WORDS[call.service.name]
    if fault.mode == "throttle":
        said, message = words.throttled, "Rate exceeded"
    elif fault.mode == "deny":
        return denied(world, call)
    elif fault.mode in ("error", "fail"):
        said, message = words.broken, f"{call.operation_name} is made to fail"
    else:
        return None
    return AwsError(fault.code or said[0], fault.message or message, said[1] if not fault.code else 400)


def denied(world: World, call: Call) -> AwsError:
    """What IAM's refusal looks like."""
    words = WORDS[call.service.name]
    action = f"{words.prefix}:{call.operation_name}"
    who = f"arn:aws:iam::{world.account}:user/sandbox"
    why = f"because no identity-based policy allows the {action} action"
    return _refusal(words.denied, f"User: {who} is not authorized to perform: {action} {why}")


def malformed(call: Call, fault: Malformed) -> AwsError:
    """What a service says to a request that does not fit its model."""
    if call.service.name == "ec2" and fault.missing:
        return AwsError("MissingParameter", f"The request must contain the parameter {fault.missing}")
    if fault.unknown and call.protocol in ("ec2", "query"):
        return AwsError("UnknownParameter" if call.protocol == "ec2" else "MalformedQueryString", fault.message)
    return AwsError(WORDS[call.service.name].invalid, fault.message)


def unserved(call: Call) -> AwsError:
    """An operation that the service has and the sandbox does not, or that it never heard of."""
    if call.operation is None:
        return AwsError("InvalidAction", f"The action {call.operation_name} is not valid for this web service.")
    return AwsError("NotImplemented", f"the sandbox does not do {call.service.name}:{call.operation_name}", 501)


def _refusal(said: Said, message: str) -> AwsError:
    return AwsError(said[0], message, said[1])
