"""IAM: what the simulator says of the caller's rights, roles by name, and certificates that were uploaded."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.trouble import AwsError

PAGE = 100


def simulate_principal_policy(world: World, asked: Asked) -> Told:
    """A decision for each action on each resource. InvalidInput for an ARN that is no user's, role's or group's."""
    source = asked["PolicySourceArn"]
    if not any(f":{world.account}:{kind}/" in source for kind in ("user", "role", "group")):
        raise AwsError("InvalidInput", f"Invalid Entity Arn: {source} does not clearly define entity type and name.")
    pairs = [(action, resource) for action in asked["ActionNames"] for resource in asked.get("ResourceArns") or ["*"]]
    found, token = page(pairs, " ".join, asked.get("MaxItems", PAGE), asked.get("Marker"))
    results = [_result(world, action, resource) for action, resource in found]
    return {"EvaluationResults": results, "IsTruncated": token is not None, "Marker": token}


def _result(world: World, action: str, resource: str) -> Told:
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": world.rights.decision(action),
        "MatchedStatements": [],
        "MissingContextValues": list(world.rights.missing(action)),
    }


def get_role(world: World, asked: Asked) -> Told:
    """Any role is there, with the path that the console gives roles."""
    name = asked["RoleName"]
    arn = f"arn:aws:iam::{world.account}:role/{name}"
    role = {"Path": "/", "RoleName": name, "RoleId": "AROASANDBOXSANDBOXSAN", "Arn": arn, "CreateDate": 0.0}
    return {"Role": role}


def get_server_certificate(world: World, asked: Asked) -> Told:
    """NoSuchEntity for a name that was never uploaded. The key is never told, the certificate's text is none here."""
    name = asked["ServerCertificateName"]
    arn = f"arn:aws:iam::{world.account}:server-certificate/{name}"
    found = world.certificates.find(arn)
    if found is None:
        raise AwsError("NoSuchEntity", f"The Server Certificate with name {name} cannot be found.", 404)
    metadata = {
        "Path": "/",
        "ServerCertificateName": name,
        "ServerCertificateId": "ASCASANDBOXSANDBOXSAN",
        "Arn": arn,
        "Expiration": found.ends,
    }
    return {"ServerCertificate": {"ServerCertificateMetadata": metadata, "CertificateBody": "-----BEGIN CERTIFICATE-----"}}


HANDLERS: dict[str, Handler] = {
    "SimulatePrincipalPolicy": simulate_principal_policy,
    "GetRole": get_role,
    "GetServerCertificate": get_server_certificate,
}
