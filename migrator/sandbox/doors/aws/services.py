"""Every service that the door serves, and every operation of it: a table of plain functions."""

from __future__ import annotations

from migrator.sandbox.doors.aws import (
    cloudwatch,
    ec2,
    ec2_account,
    ec2_groups,
    eks,
    elb,
    elbv2,
    elbv2_groups,
    elbv2_listeners,
    quotas,
    route53,
    route53_records,
    sts,
    tagging,
)
from migrator.sandbox.doors.aws.handler import Handler

HANDLERS: dict[str, dict[str, Handler]] = {
    "cloudwatch": cloudwatch.HANDLERS,
    "ec2": ec2.HANDLERS | ec2_account.HANDLERS | ec2_groups.HANDLERS,
    "eks": eks.HANDLERS,
    "elb": elb.HANDLERS,
    "elbv2": elbv2.HANDLERS | elbv2_groups.HANDLERS | elbv2_listeners.HANDLERS,
    "resourcegroupstaggingapi": tagging.HANDLERS,
    "route53": route53.HANDLERS | route53_records.HANDLERS,
    "service-quotas": quotas.HANDLERS,
    "sts": sts.HANDLERS,
}
"""By botocore's name of the service, then by name of the operation."""
