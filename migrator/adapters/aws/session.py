"""One boto3 session and its clients, made when they are first needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from migrator.adapters.aws.trouble import asking_aws

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_ec2.client import EC2Client
    from mypy_boto3_elbv2.client import ElasticLoadBalancingv2Client
    from mypy_boto3_route53.client import Route53Client
    from mypy_boto3_sts.client import STSClient

CONNECT_S, READ_S = 5, 25  # together the request time-out that a take-over waits out

# botocore would send a write up to four times; what is sent again is decided above, never below.
CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=CONNECT_S, read_timeout=READ_S, tcp_keepalive=True)


class AwsSession:
    """Credentials, region and endpoint as the `aws` command finds them, AWS_ENDPOINT_URL included.

    `attached` is called once with the boto3 session before the first client is made; a test puts a door in
    process there. Clients raise OperatorError `no-region` and Denied `no-credentials` when they are first asked for.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        attached: Callable[[boto3.Session], object] | None = None,
    ) -> None:
        self._region, self._profile, self._attached = region, profile, attached

    @cached_property
    def session(self) -> boto3.Session:
        """The boto3 session itself."""
        with asking_aws("find the AWS credentials"):
            session = boto3.Session(region_name=self._region, profile_name=self._profile)
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
