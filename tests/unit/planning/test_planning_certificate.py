"""The certificate beside a plan: written as a whole, and counted only for the plan, the answers and the tool it is of."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from migrator import __version__
from migrator.errors import OperatorError
from migrator.model.certificate import Failure
from migrator.model.migration import signed_digest
from migrator.planning.certificate_file import place, record, rendered, simulated
from migrator.planning.load import load
from tests.unit.given import a_certificate

PLAN = load("plans/example.yaml")
OURS = a_certificate(migration=PLAN.id, digest=PLAN.digest, signed=signed_digest(PLAN), tool=__version__)


def test_a_recorded_certificate_is_read_again_and_counts(tmp_path: Path) -> None:
    file = record(OURS, str(tmp_path / "web.yaml"))

    assert file == place(str(tmp_path / "web.yaml")) == str(tmp_path / "web.yaml.certificate.json")
    assert Path(file).read_text() == rendered(OURS)
    found = simulated(PLAN, str(tmp_path / "web.yaml"))
    assert (found.standing, found.told) == ("kept", f"simulated: 214 crash points, 500 seeds, all kept (tool {__version__})")


def test_a_broken_promise_is_told_with_its_journey(tmp_path: Path) -> None:
    """The certificate of a failure is a record, too."""
    record(replace(OURS, verdict="broken", failures=1, first=Failure("seed:7", ("seen: no",))), str(tmp_path / "plan"))

    found = simulated(PLAN, str(tmp_path / "plan"))

    assert found.standing == "broken"
    assert "a promise was broken on seed:7" in found.told


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"migration": "m-other"}, "of another migration, m-other"),
        ({"version": 2}, "of another format, 2"),
        ({"digest": "sha256:0"}, "of this plan as it was before"),
        ({"signed": "sha256:0"}, "with other answers than the plan has now"),
        ({"tool": "0.0.1"}, f"by migrate 0.0.1, this is {__version__}"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_a_certificate_of_something_else_no_longer_counts(change: dict[str, object], why: str, tmp_path: Path) -> None:
    record(replace(OURS, **change), str(tmp_path / "plan"))

    found = simulated(PLAN, str(tmp_path / "plan"))

    assert found.standing == "stale"
    assert f"simulated {why}: its certificate no longer counts" in found.told


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"odd": true}', "\udcff"])
def test_a_file_that_is_no_certificate_is_told_and_stops_nothing(text: str, tmp_path: Path) -> None:
    Path(place(str(tmp_path / "plan"))).write_bytes(text.encode(errors="surrogateescape"))

    found = simulated(PLAN, str(tmp_path / "plan"))

    assert found.standing == "unreadable"
    assert "is no certificate that this migrate reads; it counts for nothing" in found.told


def test_where_there_is_none_nothing_is_said(tmp_path: Path) -> None:
    assert simulated(PLAN, str(tmp_path / "plan")).told == ""


def test_one_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    Path(place(str(tmp_path / "plan"))).mkdir()

    found = simulated(PLAN, str(tmp_path / "plan"))

    assert found.standing == "unreadable"
    assert "cannot be read: " in found.told


def test_a_folder_that_takes_no_file_is_an_operators_trouble(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="cannot write certificate") as caught:
        record(OURS, str(tmp_path / "nowhere" / "plan"))

    assert caught.value.code == "plan-not-written"
