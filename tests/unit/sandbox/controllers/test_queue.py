"""The work queue and the process that both controllers are made of."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.sandbox.world.controllers import Crash, Failure, Pass, WorkQueue, attempt

Stage = Any


class Worker:
    """Counts what it is given and does as told: seconds to work, or an exception to end with."""

    def __init__(self, stage: Stage, workers: int = 1) -> None:
        self.world = stage.world
        self.begun: list[tuple[str, float]] = []
        self.takes_s: dict[str, float] = {}
        self.ends: dict[str, Exception] = {}
        self.crashes = 0
        self.queue = WorkQueue(stage.world, self.work, self.crashed, workers=workers)

    def work(self, key: str) -> Pass:
        self.begun.append((key, self.world.now))
        yield self.takes_s.get(key, 0)
        if key in self.ends:
            raise self.ends.pop(key)

    def crashed(self) -> None:
        self.crashes += 1
        self.queue.clear()

    def keys(self) -> list[str]:
        return [key for key, _ in self.begun]


def test_requests_for_one_key_before_it_starts_are_one(stage: Stage) -> None:
    worker = Worker(stage)

    for _ in range(3):
        worker.queue.add("a")
    stage.run(60)

    assert worker.keys() == ["a"]


def test_the_earlier_of_two_requests_counts(stage: Stage) -> None:
    worker = Worker(stage)

    worker.queue.add("a", 50)
    worker.queue.add("a", 10)
    stage.run(100)

    assert [round(at - stage.world.now + 100) for _, at in worker.begun] == [10]


def test_a_key_touched_while_it_is_worked_on_runs_once_more(stage: Stage) -> None:
    worker = Worker(stage)
    worker.takes_s["a"] = 100
    worker.queue.add("a", 0)
    stage.run(10)

    worker.queue.add("a")
    worker.queue.add("a")
    stage.run(300)

    assert worker.keys() == ["a", "a"]


@pytest.mark.parametrize(("workers", "begun"), [(1, ["a"]), (2, ["a", "b"]), (3, ["a", "b", "c"])])
def test_no_more_run_at_once_than_there_are_workers(stage: Stage, workers: int, begun: list[str]) -> None:
    worker = Worker(stage, workers)
    worker.takes_s = dict.fromkeys("abc", 100.0)

    for key in "abc":
        worker.queue.add(key, 0)
    stage.run(10)

    assert worker.keys() == begun
    stage.run(1000)
    assert worker.keys() == ["a", "b", "c"]


def test_a_failure_comes_back_and_a_success_resets_the_back_off(stage: Stage) -> None:
    worker = Worker(stage)
    worker.ends["a"] = Failure("no")
    worker.queue.add("a", 0)
    stage.run(100)

    worker.ends["a"] = Failure("no")
    worker.queue.add("a", 0)
    stage.run(100)

    first, second, third, fourth = (at for _, at in worker.begun)
    assert (second - first, fourth - third) == (5, 5)


def test_a_crash_ends_all_passes_of_the_process(stage: Stage) -> None:
    worker = Worker(stage, 2)
    worker.takes_s = {"a": 100, "b": 10}
    worker.ends["b"] = Crash()
    worker.queue.add("a", 0)
    worker.queue.add("b", 0)

    stage.run(300)

    assert (worker.crashes, worker.keys()) == (1, ["a", "b"])


def test_a_mistake_of_ours_is_not_taken_for_a_failure(stage: Stage) -> None:
    worker = Worker(stage)
    worker.ends["a"] = KeyError("bug")
    worker.queue.add("a", 0)

    with pytest.raises(KeyError):
        stage.run(10)


def test_a_lost_reply_is_done_and_told_as_failed(stage: Stage) -> None:
    done: list[str] = []
    stage.arm("lbc", "bind-targets", "lose-reply")

    with pytest.raises(Exception, match="RequestCanceled"):
        list(attempt(stage.world, "lbc", "bind-targets", "x", lambda: done.append("x")))

    assert done == ["x"]
