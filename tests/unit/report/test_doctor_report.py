"""What `doctor` prints: worst first, what is fine in a line each."""

from __future__ import annotations

import json

from migrator.checks.result import failed, ok, unseen, warned
from migrator.report import doctor_json, doctor_text

RESULTS = (
    ok("cluster", "kube-system UID 1"),
    warned("mtu", "mtu-rule-lost", "the last rule goes", "add one"),
    unseen("stack", "denied", "may not look", "sign in", "blocked", "HTTP 403"),
    failed("webhook", "controller-webhook", "0 ready endpoints", "see the pods", "mservice.elbv2.k8s.aws"),
    ok("kinds", "are defined"),
)


def test_people_read_the_worst_first() -> None:
    assert doctor_text.render(RESULTS, "cluster prod", None) == (
        """FAILED (1 failed, 1 unknown, 1 warning, 2 ok): cluster prod

failed   webhook: 0 ready endpoints
  seen  mservice.elbv2.k8s.aws
  do    see the pods
  code  controller-webhook (docs/failures.md)

unknown  stack: may not look
  seen  HTTP 403
  do    sign in
  code  denied (docs/failures.md)

warning  mtu: the last rule goes
  do    add one
  code  mtu-rule-lost (docs/failures.md)

ok       cluster: kube-system UID 1
ok       kinds: are defined"""
    )


def test_with_nothing_wrong_there_is_one_line_each() -> None:
    assert doctor_text.render(RESULTS[:1], "cluster prod") == "OK (1 ok): cluster prod\nok       cluster: kube-system UID 1"


def test_lines_fit_a_terminal() -> None:
    long = failed("quotas", "quota-exhausted", "word " * 40, "do " * 60, "detail " * 30)

    told = doctor_text.render((long, ok("capacity", "figure " * 40)), "service shop/web", 60)

    assert max(map(len, told.splitlines())) <= 60


def test_nothing_that_was_seen_can_play_with_a_terminal() -> None:
    bad = failed("webhook", "controller-webhook", "named \x1b[2J", "do", "\x07")

    assert "\x1b" not in doctor_text.render((bad,), "x")
    assert "\x07" not in doctor_text.render((bad,), "x")


def test_programs_get_the_same_with_a_version() -> None:
    told = json.loads(doctor_json.render(RESULTS, "cluster prod"))

    assert list(told) == ["version", "about", "verdict", "exit", "results"]
    assert (told["version"], told["about"], told["verdict"], told["exit"]) == (1, "cluster prod", "failed", 4)
    assert [each["id"] for each in told["results"]] == ["webhook", "stack", "mtu", "cluster", "kinds"]
    assert told["results"][0]["severity"] == "blocked"
