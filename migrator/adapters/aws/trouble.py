"""What botocore raises, in our families: translated once, here.

A look that fails changed nothing, so a time-out is Unreachable. A change that fails after it was sent may have been
done, so there the same time-out is Unclear.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from migrator.errors import (
    Conflict,
    Denied,
    MigrateError,
    Missing,
    OperatorError,
    OutsideError,
    Rejected,
    Throttled,
    Unclear,
    Unreachable,
)

# What botocore itself takes for throttling (botocore: botocore/retries/standard.py); a test compares.
THROTTLING = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",  # Route 53 still works on an earlier change of the same zone
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
DEPENDENCY = "DependencyThrottle"  # what classic load balancing says when it is slowed down itself; botocore: its elb model

# Who we are could not be told: the credentials are absent, over, or not what they say.
NOBODY = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
DENIALS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "Client.UnauthorizedOperation",
        "NotAuthorized",
        "OptInRequired",
        "UnauthorizedOperation",
    }
)
CONFLICTS = frozenset(
    {"DependencyViolation", "InvalidChangeBatch", "PreconditionFailed", "ResourceInUse", "ResourceInUseException"}
)

NO_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.MetadataRetrievalError,
    boto.NoAuthTokenError,
    boto.TokenRetrievalError,
    boto.SSOError,
    boto.ProfileNotFound,
    boto.UnknownCredentialError,
    boto.ConfigParseError,
    *((boto.LoginError,) if hasattr(boto, "LoginError") else ()),  # newer than our lower bound
)
NOT_SENT = (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError)
# Everything else that a transport raises may come after the request went out, a broken TLS session too.
NO_ANSWER = (boto.HTTPClientError, boto.ConnectionError, boto.IncompleteReadError, ResponseParserError)

SIGN_IN = (
    "sign in again (`aws sso login`, or fresh AWS_ACCESS_KEY_ID and friends; `aws sts get-caller-identity` shows who you are)"
)
RIGHTS = "grant the rights that `migrate policy` prints"
REACH = "see whether the endpoint and a proxy can be reached from here, then run the same command again"


@contextmanager
def asking_aws(doing: str, subject: str = "") -> Iterator[None]:
    """Translate what a read raises. `doing` and `subject` read as one: `read the targets of`, an ARN."""
    with _translating(doing, subject, sent=Unreachable):
        yield


@contextmanager
def changing_aws(doing: str, subject: str = "") -> Iterator[None]:
    """Translate what a change raises: no answer after it was sent is Unclear."""
    with _translating(doing, subject, sent=Unclear):
        yield


@contextmanager
def _translating(doing: str, subject: str, sent: type[OutsideError]) -> Iterator[None]:
    what = f"cannot {doing} {subject}".rstrip()
    try:
        yield
    except boto.ClientError as error:
        raise _refusal(error, what, sent) from error
    except (boto.NoRegionError, boto.InvalidRegionError) as error:
        raise OperatorError(
            f"{what}: no usable AWS region is set",
            seen=(_line(error),),
            do="set AWS_REGION, or a region in the profile of AWS_PROFILE",
            code="no-region",
        ) from error
    except NO_CREDENTIALS as error:
        raise Denied(f"{what}: no usable AWS credentials", seen=(_line(error),), do=SIGN_IN, code="no-credentials") from error
    except NOT_SENT as error:
        raise Unreachable(f"{what}: no connection to AWS", seen=(_line(error),), do=REACH) from error
    except NO_ANSWER as error:
        raise sent(f"{what}: AWS gave no answer", seen=(_line(error),), do=REACH) from error


def _refusal(error: boto.ClientError, what: str, sent: type[OutsideError]) -> MigrateError:
    """The family of an error that AWS answered with."""
    told = error.response.get("Error", {})
    code, message = str(told.get("Code", "")), str(told.get("Message", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))
    seen = (f"{error.operation_name}: {code} (HTTP {status}){': ' + message if message else ''}",)
    if code in THROTTLING or code == DEPENDENCY or status == 429:
        return Throttled(f"{what}: AWS asks us to slow down", seen=seen, do="wait a minute, then run the same command again")
    if code in NOBODY or status == 401:
        return Denied(f"{what}: AWS does not accept the credentials", seen=seen, do=SIGN_IN, code="no-credentials")
    if code in DENIALS:
        return Denied(f"{what}: not allowed", seen=seen, do=RIGHTS)
    if code in CONFLICTS:
        return Conflict(f"{what}: it is not as it was, or something holds it", seen=seen)
    if is_absence(code):
        return Missing(f"{what}: it is not there", seen=seen)
    if status >= 500:
        return sent(f"{what}: AWS failed", seen=seen, do=REACH)
    if status == 403:
        return Denied(f"{what}: not allowed", seen=seen, do=RIGHTS)
    return Rejected(f"{what}: AWS refuses it", seen=seen)


def is_absence(code: str) -> bool:
    """Whether an error code says that what was asked for is not there: `NoSuchChange`, `TargetGroupNotFound` …"""
    return code.startswith("NoSuch") or code.endswith(("NotFound", "NotFoundException", "NotFoundFault"))


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())
