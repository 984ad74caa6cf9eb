"""The services that the door serves and their operations, read from the models that botocore ships."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

from migrator.sandbox.doors.aws.codec.shapes import Shape, Shapes

SIGNING_NAMES: dict[str, tuple[str, ...]] = {
    "elasticloadbalancing": ("elbv2", "elb"),
    "ec2": ("ec2",),
    "route53": ("route53",),
    "monitoring": ("cloudwatch",),
    "sts": ("sts",),
    "tagging": ("resourcegroupstaggingapi",),
    "servicequotas": ("service-quotas",),
    "eks": ("eks",),
    "acm": ("acm",),
    "iam": ("iam",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "autoscaling": ("autoscaling",),
    "cloudfront": ("cloudfront",),
    "globalaccelerator": ("globalaccelerator",),
}
"""The services behind each name in a credential scope; two that share one differ in their API version, or in their paths."""


@dataclass(slots=True, frozen=True)
class Operation:
    """One operation: shapes of its input and output, and where it is found over HTTP.

    `payload` is the member of the output that is the whole body; empty where the output itself is.
    """

    name: str
    method: str
    uri: str
    status: int
    wrapper: str | None
    input: Shape | None
    output: Shape | None
    payload: str = ""


@dataclass(slots=True)
class Service:
    """One service. `protocols` are all that its model lists; `error_statuses` is by error code."""

    name: str
    api_version: str
    namespace: str
    protocols: tuple[str, ...]
    target_prefix: str
    json_version: str
    query_compatible: bool
    error_statuses: dict[str, int]
    error_shapes: dict[str, str]
    model: ServiceModel
    shapes: Shapes
    _operations: dict[str, Operation] = field(default_factory=dict)

    def operation(self, name: str) -> Operation | None:
        """The operation with this name, or None when the service has none."""
        if name not in self._operations:
            if name not in self.model.operation_names:
                return None
            self._operations[name] = self._made(name)
        return self._operations[name]

    def _made(self, name: str) -> Operation:
        model = self.model.operation_model(name)
        asked, told = model.input_shape, model.output_shape
        return Operation(
            name=name,
            method=model.http.get("method", "POST"),
            uri=model.http.get("requestUri", "/").partition("?")[0],
            status=model.http.get("responseCode", 200),
            wrapper=told.serialization.get("resultWrapper") if told is not None else None,
            input=self.shapes.of(asked) if asked is not None else None,
            output=self.shapes.of(told) if told is not None else None,
            payload=told.serialization.get("payload", "") if told is not None else "",
        )


@cache
def _loader() -> Loader:
    return Loader()


@cache
def service(name: str) -> Service:
    """A service by its botocore name. The first asking reads its model, for EC2 about 0.1 s."""
    model = ServiceModel(_loader().load_service_model(name, "service-2"), name)
    facts: dict[str, Any] = model.metadata
    errors = [(each, each.metadata.get("error", {})) for each in model.error_shapes]
    return Service(
        name=name,
        api_version=model.api_version,
        namespace=facts.get("xmlNamespace") or f"https://{name}.amazonaws.com/doc/{model.api_version}/",
        protocols=tuple(facts.get("protocols", (facts["protocol"],))),
        target_prefix=facts.get("targetPrefix", ""),
        json_version=facts.get("jsonVersion", "1.1"),
        query_compatible="awsQueryCompatible" in facts,
        error_statuses={
            error.get("code", shape.name): error["httpStatusCode"] for shape, error in errors if "httpStatusCode" in error
        },
        error_shapes={error.get("code", shape.name): shape.name for shape, error in errors},
        model=model,
        shapes=Shapes(facts["protocol"]),
    )
