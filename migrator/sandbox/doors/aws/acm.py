"""ACM: the certificates that AWS keeps."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.world import World
from migrator.sandbox.world.certificates import LASTS_S, Certificate
from migrator.sandbox.world.trouble import AwsError


def describe_certificate(world: World, asked: Asked) -> Told:
    """ResourceNotFoundException for an ARN that is not there, or not of ACM."""
    arn = asked["CertificateArn"]
    found = world.certificates.find(arn) if ":certificate/" in arn else None
    if found is None:
        raise AwsError("ResourceNotFoundException", f"Could not find certificate {arn} in account {world.account}.")
    return {"Certificate": _certificate(found)}


def list_certificates(world: World, asked: Asked) -> Told:
    """Those that were made here; one that a listener merely presents is found by its ARN only."""
    kept = [each for each in world.certificates.table.values() if ":certificate/" in each.arn]
    wanted = asked.get("CertificateStatuses")
    shown = [each for each in kept if not wanted or each.state in wanted]
    return {
        "CertificateSummaryList": [
            {"CertificateArn": each.arn, "DomainName": each.names[0], "Status": each.state, "Type": "AMAZON_ISSUED"}
            for each in shown
        ]
    }


def _certificate(certificate: Certificate) -> Told:
    issued = certificate.state == "ISSUED"
    return {
        "CertificateArn": certificate.arn,
        "DomainName": certificate.names[0],
        "SubjectAlternativeNames": list(certificate.names),
        "Status": certificate.state,
        "Type": "AMAZON_ISSUED",
        "KeyAlgorithm": "RSA-2048",
        "NotBefore": certificate.ends - LASTS_S if issued else None,
        "NotAfter": certificate.ends if issued else None,
    }


HANDLERS: dict[str, Handler] = {"DescribeCertificate": describe_certificate, "ListCertificates": list_certificates}
