"""Resolvers that keep answers for longer than they may, as the real unbound does: who is asked, and who is waited for.

Three Services move at once, as most of the time is waiting. A resolver that `migrate` asks is evidence, and one that
lags is waited for, then a person is; of one that nobody told it about it knows nothing, and drain sees its clients' flows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrator.model.events import Held, Intended, Seen
from migrator.model.waits import ADDRESS_TTL_S, SANDBOX
from migrator.sandbox.scene import Scene, until
from tests.sim.fleet import PLAN
from tests.sim.landfall import Landfall

from . import unbound
from .conftest import Bench, bare_environment
from .moving import NAMESPACE, Moving, ended, placed
from .unbound import Unbound

pytestmark = pytest.mark.skipif(unbound.PROGRAM is None, reason="not installed: unbound")

TTL_S = 5
HELD_S = TTL_S + ADDRESS_TTL_S  # what settle waits for after the shift
DEADLINE_S = HELD_S + 3.0
SLACK_S = 8.0  # looks, INSYNC and a busy machine


@pytest.fixture
def resolvers(scene: Scene, tmp_path: Path) -> Iterator[tuple[Unbound, Unbound, Unbound]]:
    """One that honours TTLs, one that keeps everything for CLAMPING_S, one that serves what has expired."""
    settings = (unbound.PLAIN, unbound.CLAMPING, unbound.SERVING_EXPIRED)
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(unbound.running(scene, tmp_path, number, each)) for number, each in enumerate(settings, 1)]
        plain, clamping, expired = started
        yield plain, clamping, expired


def moving(scene: Scene, folder: Path, resolvers: tuple[Unbound, ...]) -> Moving:
    """A Service in a folder of its own, whose `migrate` asks these resolvers."""
    folder.mkdir()
    bench = Bench(folder, bare_environment(folder) | scene.environment)
    return Moving(scene, bench, placed(scene, TTL_S), tuple(each.address for each in resolvers))


def seen_at(one: Moving, step: str) -> float:
    """When a step's end was seen, in seconds UTC."""
    return next(each.at for each in one.entries() if isinstance(each.event, Seen) and each.event.step == step)


def last_legacy_answer(counted: dict[str, Any]) -> float:
    """The last second in which a client got an answer through legacy, in seconds UTC; LBC's names begin with k8s-."""
    through = [
        int(at) for at, each in counted["timeline"].items() if any(not lb.startswith("k8s-") for lb in each["by_balancer"])
    ]
    return float(max(through))


def retired_at(one: Moving) -> float:
    """When the first change past the point of no return was intended, in seconds UTC."""
    return next(each.at for each in one.entries() if isinstance(each.event, Intended) and each.event.step == "retire")


@pytest.mark.programs
@pytest.mark.longest
def test_resolvers_that_clamp_and_serve_stale_lose_nobody(
    scene: Scene, tmp_path: Path, resolvers: tuple[Unbound, Unbound, Unbound]
) -> None:
    """Clients behind the clamping one reach legacy for longer than any TTL says, and legacy is there for all of them."""
    plain, clamping, expired = resolvers
    asked = moving(scene, tmp_path / "asked", (plain, clamping, expired))
    late = moving(scene, tmp_path / "late", (plain, clamping))
    late.wait_otherwise(resolvers_deadline_s=DEADLINE_S)
    unasked = moving(scene, tmp_path / "unasked", (plain,))
    moved = (asked, late, unasked)
    for one, run in [(each, each.start("--until", "warm")) for each in moved]:
        warmed = ended(run)
        assert warmed.code == "stopped-until", (one.placed, warmed.err)
    clamping.flush()  # what it keeps from here on outlives what settle waits for

    with contextlib.ExitStack() as stack:
        counted = {
            asked: stack.enter_context(asked.clients(resolvers=tuple(each.place for each in resolvers))),
            late: stack.enter_context(late.clients(resolvers=(clamping.place,))),
            unasked: stack.enter_context(unasked.clients(resolvers=(plain.place, clamping.place))),
        }
        assert expired.asked(unasked.placed.record).values == (f"{unasked.placed.hostname.lower()}.",)
        waiting, holding, draining = (each.start() for each in moved)
        held = ended(holding, 120)
        stale = expired.asked(unasked.placed.record)
        until(lambda: expired.asked(unasked.placed.record).values != stale.values, "what expired is not fetched anew")
        stood = {each["metadata"]["name"] for each in scene.kube("GET", f"/api/v1/namespaces/{NAMESPACE}/services")["items"]}
        released = late.bench.migrate("release", PLAN)
        told = late.apply()
        told_of_asked, told_of_unasked = ended(waiting, 120), ended(draining, 120)

    # A listed resolver that lags is waited for.
    assert told_of_asked.exit == 0, told_of_asked.err
    assert f"waiting: resolver {clamping.address} answers {asked.placed.hostname.lower()}" in told_of_asked.out
    assert seen_at(asked, "settle") > seen_at(asked, "shift") + HELD_S + SLACK_S
    # Past the deadline a person is asked, told who lags, and may accept it.
    assert (held.exit, held.code) == (5, "resolver-lags"), held.err
    assert clamping.address in held.err and plain.address not in held.err
    assert [each.event.code for each in late.entries() if isinstance(each.event, Held)] == ["resolver-lags"]
    assert (released.exit, told.exit) == (0, 0), told.err
    # One that nobody listed is not seen by settle; the flows of its clients are seen by drain.
    assert told_of_unasked.exit == 0, told_of_unasked.err
    assert seen_at(unasked, "settle") < seen_at(unasked, "shift") + HELD_S + SLACK_S
    # An expired answer is served once more, while legacy is still there.
    assert stale.values == (f"{unasked.placed.hostname.lower()}.",)
    assert {each.placed.name for each in (late, unasked)} <= stood
    for one in moved:
        clients = counted[one]
        assert clients["requests"] > 1000 and clients["lost"] == 0, clients["losses"]
        gone = last_legacy_answer(clients)
        assert gone > seen_at(one, "shift") + HELD_S, "nobody kept the old answer for longer than its TTL: nothing was shown"
        # Requests on a connection that stays open are no new flows, so the last answer may lie within the quiet window.
        assert retired_at(one) > seen_at(one, "drain") > gone + SANDBOX.metric_lag_s
        assert Landfall(scene, one.bench.folder / "state").of_migrated(one.placed, one.bench.folder / PLAN) == []
