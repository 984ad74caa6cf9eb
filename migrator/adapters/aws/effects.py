"""Every change to AWS, one guarded call each, and how each is recognised afterwards."""

from __future__ import annotations

from typing import Literal

from migrator.adapters.aws.ec2 import NetworkLook
from migrator.adapters.aws.elb import ElbLook
from migrator.adapters.aws.route53 import RecordLook
from migrator.adapters.aws.route53_nouns import batch_of
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import changing_aws
from migrator.errors import Missing
from migrator.model.balancers import balancer_name, is_classic
from migrator.model.effects import (
    ChangeRecords,
    DeleteLoadBalancer,
    DeleteSecurityGroup,
    DeleteTargetGroup,
    DisableDeletionProtection,
    EnableDeletionProtection,
    Result,
    RevokeRule,
)

PROTECTION = "deletion_protection.enabled"


class RecordDoer:
    """Changes record sets."""

    def __init__(self, session: AwsSession) -> None:
        self._session, self._look = session, RecordLook(session)

    def change(self, effect: ChangeRecords) -> Result:
        """One batch, done whole or not at all. Raises Conflict when a `before` is not listed exactly so."""
        with changing_aws("change the record sets of zone", effect.zone_id):
            answer = self._session.route53.change_resource_record_sets(HostedZoneId=effect.zone_id, ChangeBatch=batch_of(effect))
        return {"change": answer["ChangeInfo"]["Id"].removeprefix("/change/")}

    def changed(self, effect: ChangeRecords) -> Result | None:
        """Every `after` is listed and no other `before` is left; the change's id is lost with the reply."""
        names = tuple(record.name for swap in effect.swaps for record in (swap.before, swap.after))
        listed = self._look.at(effect.zone_id, names)
        wanted = [swap.after for swap in effect.swaps]
        left = [swap.before for swap in effect.swaps if swap.before in listed and swap.before not in wanted]
        return {} if all(each in listed for each in wanted) and not left else None


class BalancerDoer:
    """Takes deletion protection off and puts it back, and removes what legacy left of a load balancer."""

    def __init__(self, session: AwsSession) -> None:
        self._session, self._look = session, ElbLook(session)

    def disable_protection(self, effect: DisableDeletionProtection) -> Result:
        """Raises Missing for a load balancer that is gone. Classic ones have no such attribute, and none is asked for."""
        with changing_aws("disable deletion protection of", effect.balancer_arn):
            self._protect(effect.balancer_arn, "false")
        return {}

    def protection_disabled(self, effect: DisableDeletionProtection) -> Result | None:
        """The attribute is off; nothing protects a load balancer that is gone."""
        try:
            attributes = self._look.attributes(effect.balancer_arn)
        except Missing:
            return {}
        return {} if attributes.get(PROTECTION) == "false" else None

    def enable_protection(self, effect: EnableDeletionProtection) -> Result:
        """Raises Missing for a load balancer that is gone."""
        with changing_aws("enable deletion protection of", effect.balancer_arn):
            self._protect(effect.balancer_arn, "true")
        return {}

    def protection_enabled(self, effect: EnableDeletionProtection) -> Result | None:
        """The attribute is on; a load balancer that is gone has none."""
        try:
            attributes = self._look.attributes(effect.balancer_arn)
        except Missing:
            return None
        return {} if attributes.get(PROTECTION) == "true" else None

    def _protect(self, arn: str, on: Literal["true", "false"]) -> None:
        self._session.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": PROTECTION, "Value": on}])

    def delete(self, effect: DeleteLoadBalancer) -> Result:
        """AWS is content when it is gone already. Raises Rejected while it is protected, Conflict while it is in use."""
        with changing_aws("delete load balancer", effect.balancer_arn):
            if is_classic(effect.balancer_arn):
                self._session.classic.delete_load_balancer(LoadBalancerName=balancer_name(effect.balancer_arn))
            else:
                self._session.elb.delete_load_balancer(LoadBalancerArn=effect.balancer_arn)
        return {}

    def deleted(self, effect: DeleteLoadBalancer) -> Result | None:
        """It is gone."""
        return {} if self._look.balancer(effect.balancer_arn) is None else None

    def delete_group(self, effect: DeleteTargetGroup) -> Result:
        """Raises Conflict while a listener forwards to it."""
        with changing_aws("delete target group", effect.group_arn):
            self._session.elb.delete_target_group(TargetGroupArn=effect.group_arn)
        return {}

    def group_deleted(self, effect: DeleteTargetGroup) -> Result | None:
        """It is gone."""
        return None if self._look.groups_left((effect.group_arn,)) else {}


class NetworkDoer:
    """Removes what legacy left of rules and security groups."""

    def __init__(self, session: AwsSession) -> None:
        self._session, self._look = session, NetworkLook(session)

    def revoke(self, effect: RevokeRule) -> Result:
        """By the rule's id, so that no other rule of the same port and source is meant. Raises Missing when it is gone."""
        with changing_aws(f"revoke rule {effect.rule_id} of", effect.group_id):
            self._session.ec2.revoke_security_group_ingress(GroupId=effect.group_id, SecurityGroupRuleIds=[effect.rule_id])
        return {}

    def revoked(self, effect: RevokeRule) -> Result | None:
        """It is gone."""
        return None if self._look.rules_left((effect.rule_id,)) else {}

    def delete(self, effect: DeleteSecurityGroup) -> Result:
        """Raises Conflict while something refers to it, Missing when it is gone."""
        with changing_aws("delete security group", effect.group_id):
            self._session.ec2.delete_security_group(GroupId=effect.group_id)
        return {}

    def deleted(self, effect: DeleteSecurityGroup) -> Result | None:
        """It is gone."""
        return None if self._look.security_groups_left((effect.group_id,)) else {}
