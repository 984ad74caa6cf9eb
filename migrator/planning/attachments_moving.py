"""How a person moves what is bound to a load balancer: the commands, with what they need filled in as far as it is known.

NEW stands for the new load balancer's ARN, which `migrate status` shows once `clone` is done.
"""

from __future__ import annotations

from migrator.model.migration import Attachment

_UP = "once `warm` is done (`migrate apply PLAN --hold-before shift`; `migrate status` shows the new load balancer)"


def moving(attachment: Attachment, legacy: str) -> str:
    """What to type for one attachment; `legacy` is the load balancer's ARN."""
    match attachment.kind:
        case "endpoint-service":
            return _endpoint_service(attachment.id, legacy)
        case "vpc-link":
            return _api(attachment.id) if "/" in attachment.id else _rest_link(attachment.id)
        case "accelerator":
            return _accelerator(attachment.id, legacy)
        case "scaling-group":
            return _scaling_group(attachment)
        case kind:
            return _OTHERS[kind]


_OTHERS = {
    "foreign-listener": (
        "give that load balancer a target group of its own (`aws elbv2 modify-listener`): this one goes with the legacy Service"
    ),
    "alarm": "make the same alarm for the new load balancer and its target groups before `retire`; this one goes blind",
    "dashboard": "add the new load balancer to it; what it shows of the legacy one ends with `retire`",
    "health-check": "let it ask a name that moves, or the new load balancer; it fails after `retire`",
    "distribution": "let its origin be a name that moves, or the new load balancer, before `retire`; its requests fail after it",
    "address-record": "let it be an alias or a CNAME to a name that moves: the new load balancer has other addresses",
}


def _endpoint_service(id: str, legacy: str) -> str:
    """The service may have both for a while. Source: AWS PrivateLink guide, "Manage load balancers"."""
    command = f"aws ec2 modify-vpc-endpoint-service-configuration --service-id {id}"
    return (
        f"{_UP}: `{command} --add-network-load-balancer-arns NEW`, when consumers are served `{command} "
        f"--remove-network-load-balancer-arns {legacy}`. Where LBC is older than 2.8.0 the new load balancer's security groups "
        "filter PrivateLink traffic, too: `aws elbv2 set-security-groups --load-balancer-arn NEW --security-groups GROUPS "
        "--enforce-security-group-inbound-rules-on-private-link-traffic off` lets it in as before"
    )


def _rest_link(id: str) -> str:
    """The target of a link cannot be changed. Source: API Gateway UpdateVpcLink."""
    return (
        f"{_UP}: `aws apigateway create-vpc-link --name NAME --target-arns NEW`; in each integration that has connection {id} "
        "`aws apigateway update-integration --patch-operations op=replace,path=/connectionId,value=NEW_LINK`, its uri, too, "
        f"where that names the legacy load balancer; deploy the stages; then `aws apigateway delete-vpc-link --vpc-link-id {id}`"
    )


def _api(id: str) -> str:
    link, _, api = id.partition("/")
    return (
        f"{_UP}: point its integrations at the new listener (HTTP API: `aws apigatewayv2 update-integration --api-id {api} "
        f"--integration-id ID --integration-uri NEW_LISTENER`; REST API: patch /integrationTarget and deploy); link {link} stays"
    )


def _accelerator(id: str, legacy: str) -> str:
    if ":attachment/" in id:
        return "ask those accounts whether an accelerator of theirs uses it; then take it out of the cross-account attachment"
    group = f"--endpoint-group-arn {id} --region us-west-2"
    return (
        f"{_UP}: `aws globalaccelerator add-endpoints {group} --endpoint-configurations EndpointId=NEW,Weight=WEIGHT`, "
        f"when it is healthy `aws globalaccelerator remove-endpoints {group} --endpoint-identifiers EndpointId={legacy}`"
    )


def _scaling_group(attachment: Attachment) -> str:
    """Detaching takes the instances out of the target group, so not while legacy serves."""
    name = attachment.id.partition("autoScalingGroupName/")[2]
    return (
        "only after `drain` is done (`migrate apply PLAN --hold-before retire`), as it takes the instances out: "
        f"`aws autoscaling detach-load-balancer-target-groups --auto-scaling-group-name {name} --target-group-arns ARN` "
        "(`detach-load-balancers` for a Classic one)"
    )
