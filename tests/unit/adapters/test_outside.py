"""How the parts are put around each other."""

from __future__ import annotations

from typing import Any, cast

from migrator.adapters import outside as adapters
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.clock import BootClock
from migrator.adapters.dns.names import NameLook
from migrator.adapters.dns.probe import ProbeLook
from migrator.adapters.dry import DryEffector, DryFence
from migrator.adapters.kube.client import KubeClient
from migrator.adapters.kube.lease import Holder
from migrator.adapters.retry import PatientEffector, PatientFence
from migrator.model import effects
from migrator.ports.outside import Outside


def whole() -> Outside:
    """Everything, with nobody asked yet."""
    holder = Holder("journal-1", "laptop/boot-1", "m-1")
    return adapters.joined(AwsSession(), KubeClient(), NameLook(resolvers=()), ProbeLook(), BootClock(), holder)


def test_joining_asks_nobody() -> None:
    """Credentials and clusters are looked for when the first question is asked."""
    made = whole()

    assert made.host == "laptop/boot-1"


def test_every_effect_has_a_doer() -> None:
    """An effect that nobody can make would be a bug in the middle of a journey."""
    doers = cast(Any, whole().effector)._doers

    assert set(doers) == set(effects.Effect.__args__)


def test_patience_is_put_around_looks_and_effects() -> None:
    """Names are left alone: what a resolver said lasts as long as it says."""
    made = whole()

    patient = adapters.patient(made)

    assert isinstance(patient.effector, PatientEffector)
    assert isinstance(patient.fence, PatientFence)
    assert (patient.names, patient.probes, patient.clock) == (made.names, made.probes, made.clock)
    assert patient.cluster is not made.cluster


def test_a_dry_outside_cannot_write() -> None:
    """The looks are real."""
    made = whole()

    dry = adapters.dry(made)

    assert isinstance(dry.effector, DryEffector)
    assert isinstance(dry.fence, DryFence)
    assert dry.cluster is made.cluster
