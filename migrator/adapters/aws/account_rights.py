"""Asks IAM what somebody may do, without doing it."""

from __future__ import annotations

import re

from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import asking_aws
from migrator.model.account import Deed, Right

ASSUMED = re.compile(r"arn:(?P<partition>[\w-]+):sts::(?P<account>\d+):assumed-role/(?P<role>[^/]+)/.+")
ANY = "*"
SIMULATED = re.compile(r"arn:[\w-]+:iam::\d+:(user|role|group)/.+")

Rights = dict[tuple[str, str], Right]  # by action and resource


def rights_of(session: AwsSession, arn: str, deeds: tuple[Deed, ...]) -> tuple[Right, ...]:
    """Whether who has this ARN may do each of these, in their order.

    One call for what names a resource and one for what names none. The simulator knows the identity's own policies, its
    boundary and the organisation's; it does not know resource policies, session policies and what a condition would meet:
    a refusal that hangs on one of those is unknown. Source: IAM SimulatePrincipalPolicy.
    """
    source = _source(session, arn)
    if source is None:
        return tuple(Right(each.action, each.resource, None, f"IAM simulates no {arn}") for each in deeds)
    named = [each for each in deeds if each.resource != ANY]
    told = _simulated(session, source, named) | _simulated(session, source, [each for each in deeds if each.resource == ANY])
    return tuple(told.get((each.action, each.resource)) or _untold(each) for each in deeds)


def _untold(deed: Deed) -> Right:
    return Right(deed.action, deed.resource, None, "IAM did not say")


def _source(session: AwsSession, arn: str) -> str | None:
    """Whose policies count: an assumed role's session names its role, but not the role's path.

    One call for an assumed role. Source: IAM GetRole.
    """
    if assumed := ASSUMED.fullmatch(arn):
        with asking_aws("read role", assumed["role"]):
            return session.iam.get_role(RoleName=assumed["role"])["Role"]["Arn"]
    return arn if SIMULATED.fullmatch(arn) else None


def _simulated(session: AwsSession, source: str, deeds: list[Deed]) -> Rights:
    """Every action on every resource of the deeds: IAM answers for all combinations, of which few are asked for."""
    if not deeds:
        return {}
    pages = session.iam.get_paginator("simulate_principal_policy")
    actions, resources = ({each.action: None for each in deeds}, {each.resource: None for each in deeds})
    with asking_aws("simulate the rights of", source):
        asked = pages.paginate(PolicySourceArn=source, ActionNames=list(actions), ResourceArns=list(resources))
        results = [each for page in asked for each in page["EvaluationResults"]]
    found: Rights = {}
    for each in results:
        action, keys = each["EvalActionName"], each.get("MissingContextValues", [])
        if resource := each.get("EvalResourceName"):
            found[action, resource] = _right(action, resource, each["EvalDecision"], keys)
        for one in each.get("ResourceSpecificResults", []):
            resource, decision = one["EvalResourceName"], one["EvalResourceDecision"]
            found[action, resource] = _right(action, resource, decision, one.get("MissingContextValues", keys))
    return found


def _right(action: str, resource: str, decision: str, missing: list[str]) -> Right:
    if decision == "allowed":
        return Right(action, resource, True)
    if missing:
        return Right(action, resource, None, f"hangs on {', '.join(sorted(missing))}")
    return Right(action, resource, False, decision)
