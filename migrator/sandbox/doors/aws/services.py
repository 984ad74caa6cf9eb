"""Every service that the door serves, and every operation of it: a table of plain functions."""

from __future__ import annotations

from migrator.sandbox.doors.aws import (
    acm,
    apigateway,
    apigatewayv2,
    autoscaling,
    cloudfront,
    cloudwatch,
    cloudwatch_alarms,
    ec2,
    ec2_account,
    ec2_groups,
    eks,
    elb,
    elb_instances,
    elb_listeners,
    elbv2,
    elbv2_groups,
    elbv2_listeners,
    elbv2_policies,
    endpoint_services,
    globalaccelerator,
    iam,
    quotas,
    route53,
    route53_records,
    sts,
    tagging,
)
from migrator.sandbox.doors.aws.handler import Handler

HANDLERS: dict[str, dict[str, Handler]] = {
    "acm": acm.HANDLERS,
    "apigateway": apigateway.HANDLERS,
    "apigatewayv2": apigatewayv2.HANDLERS,
    "autoscaling": autoscaling.HANDLERS,
    "cloudfront": cloudfront.HANDLERS,
    "cloudwatch": cloudwatch.HANDLERS | cloudwatch_alarms.HANDLERS,
    "ec2": ec2.HANDLERS | ec2_account.HANDLERS | ec2_groups.HANDLERS | endpoint_services.HANDLERS,
    "eks": eks.HANDLERS,
    "elb": elb.HANDLERS | elb_listeners.HANDLERS | elb_instances.HANDLERS,
    "elbv2": elbv2.HANDLERS | elbv2_groups.HANDLERS | elbv2_listeners.HANDLERS | elbv2_policies.HANDLERS,
    "globalaccelerator": globalaccelerator.HANDLERS,
    "iam": iam.HANDLERS,
    "resourcegroupstaggingapi": tagging.HANDLERS,
    "route53": route53.HANDLERS | route53_records.HANDLERS,
    "service-quotas": quotas.HANDLERS,
    "sts": sts.HANDLERS,
}
"""By botocore's name of the service, then by name of the operation."""
