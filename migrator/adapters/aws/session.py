"""One boto3 session and its clients, made when they are first needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from migrator.adapters.aws.trouble import asking_aws

if TYPE_CHECKING:
    from mypy_boto3_acm.client import ACMClient
    from mypy_boto3_apigateway.client import APIGatewayClient
    from mypy_boto3_apigatewayv2.client import ApiGatewayV2Client
    from mypy_boto3_autoscaling.client import AutoScalingClient
    from mypy_boto3_cloudfront.client import CloudFrontClient
    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_ec2.client import EC2Client
    from mypy_boto3_elb.client import ElasticLoadBalancingClient
    from mypy_boto3_elbv2.client import ElasticLoadBalancingv2Client
    from mypy_boto3_globalaccelerator.client import GlobalAcceleratorClient
    from mypy_boto3_iam.client import IAMClient
    from mypy_boto3_route53.client import Route53Client
    from mypy_boto3_service_quotas.client import ServiceQuotasClient
    from mypy_boto3_sts.client import STSClient

CONNECT_S, READ_S = 5, 25  # together the request time-out that a take-over waits out

# botocore would send a write up to four times; what is sent again is decided above, never below.
CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=CONNECT_S, read_timeout=READ_S, tcp_keepalive=True)


class AwsSession:
    """Credentials, region and endpoint as the `aws` command finds them, AWS_ENDPOINT_URL included.

    `attached` is called once with the boto3 session before the first client is made; a test puts a door in
    process there. `given` is a session that is used as it is, whatever the environment says. Clients raise OperatorError
    `no-region` and Denied `no-credentials` when they are first asked for.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        attached: Callable[[boto3.Session], object] | None = None,
        given: boto3.Session | None = None,
    ) -> None:
        self._region, self._profile, self._attached, self._given = region, profile, attached, given

    @cached_property
    def session(self) -> boto3.Session:
        """The boto3 session itself."""
        if self._given is not None:
            return self._given
        with asking_aws("find the AWS credentials"):
            # The aws command heeds AWS_REGION before anything else; boto3 knows AWS_DEFAULT_REGION alone.
            region = self._region or os.environ.get("AWS_REGION")
            session = boto3.Session(region_name=region, profile_name=self._profile)
        if self._attached is not None:
            self._attached(session)
        return session

    @property
    def region(self) -> str:
        """The region that questions go to; empty where none is set."""
        return self.session.region_name or ""

    @cached_property
    def elb(self) -> ElasticLoadBalancingv2Client:
        """Network load balancers."""
        with asking_aws("reach elastic load balancing"):
            return self.session.client("elbv2", config=CONFIG)

    @cached_property
    def classic(self) -> ElasticLoadBalancingClient:
        """Classic load balancers, which have an API of their own."""
        with asking_aws("reach classic elastic load balancing"):
            return self.session.client("elb", config=CONFIG)

    @cached_property
    def ec2(self) -> EC2Client:
        """Security groups, instances, network interfaces."""
        with asking_aws("reach EC2"):
            return self.session.client("ec2", config=CONFIG)

    @cached_property
    def route53(self) -> Route53Client:
        """Hosted zones and record sets."""
        with asking_aws("reach Route 53"):
            return self.session.client("route53", config=CONFIG)

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """Metrics."""
        with asking_aws("reach CloudWatch"):
            return self.session.client("cloudwatch", config=CONFIG)

    @cached_property
    def sts(self) -> STSClient:
        """Who we are."""
        with asking_aws("reach STS"):
            return self.session.client("sts", config=CONFIG)

    @cached_property
    def quotas(self) -> ServiceQuotasClient:
        """What the account may have of each thing."""
        with asking_aws("reach Service Quotas"):
            return self.session.client("service-quotas", config=CONFIG)

    @cached_property
    def iam(self) -> IAMClient:
        """What somebody may do, and certificates that were uploaded."""
        with asking_aws("reach IAM"):
            return self.session.client("iam", config=CONFIG)

    @cached_property
    def acm(self) -> ACMClient:
        """Certificates that AWS keeps."""
        with asking_aws("reach ACM"):
            return self.session.client("acm", config=CONFIG)

    @staticmethod
    def date(answer: Any) -> float:
        """AWS's own time, from the Date header of an answer."""
        return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp()

    @cached_property
    def apigateway(self) -> APIGatewayClient:
        """REST APIs and their VPC links."""
        with asking_aws("reach API Gateway"):
            return self.session.client("apigateway", config=CONFIG)

    @cached_property
    def apigatewayv2(self) -> ApiGatewayV2Client:
        """HTTP APIs and VPC links of the newer kind."""
        with asking_aws("reach API Gateway"):
            return self.session.client("apigatewayv2", config=CONFIG)

    @cached_property
    def accelerator(self) -> GlobalAcceleratorClient:
        """Global Accelerator, which answers in us-west-2 alone, whatever the region."""
        with asking_aws("reach Global Accelerator"):
            return self.session.client("globalaccelerator", region_name="us-west-2", config=CONFIG)

    @cached_property
    def autoscaling(self) -> AutoScalingClient:
        """Auto Scaling groups."""
        with asking_aws("reach EC2 Auto Scaling"):
            return self.session.client("autoscaling", config=CONFIG)

    @cached_property
    def cloudfront(self) -> CloudFrontClient:
        """Distributions."""
        with asking_aws("reach CloudFront"):
            return self.session.client("cloudfront", config=CONFIG)
