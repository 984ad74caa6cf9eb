"""Every port twice: the real adapters through the sandbox's doors in process, and the simulation's own doors.

A test takes `side` and runs against both; one that takes `wired` is about the adapters alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.adapters.aws.session import AwsSession
from migrator.sandbox.doors.aws import attach
from migrator.sandbox.world.pace import SANDBOX
from migrator.simulation.stage import stage
from tests.contract.ports.sides import SIDES, Side, Switch, adapters_of, simulated


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Credentials of the sandbox, and nothing of whoever runs the tests."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "KUBECONFIG", "MIGRATE_RESOLVERS", "MIGRATE_DNS_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIASANDBOX")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture(scope="session")
def switch() -> Switch:
    """The switch that every AWS client of the tests is attached to."""
    return Switch()


@pytest.fixture(scope="session")
def shared_aws(switch: Switch) -> AwsSession:
    """One session for all tests: making clients takes longer than all that they are asked."""
    return AwsSession(region="us-east-1", attached=lambda session: attach(switch, session))


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest, shared_aws: AwsSession, switch: Switch, tmp_path: Path) -> Side:
    """Each implementation by turns, on a stage of its own."""
    made = stage(every_s=0, pace=SANDBOX)
    return simulated(made) if request.param == "simulation" else adapters_of(made, shared_aws, switch, tmp_path)


@pytest.fixture
def wired(shared_aws: AwsSession, switch: Switch, tmp_path: Path) -> Side:
    """The real adapters alone."""
    return adapters_of(stage(every_s=0, pace=SANDBOX), shared_aws, switch, tmp_path)
