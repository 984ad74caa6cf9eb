"""The words that every rendering of a plan shares."""

from __future__ import annotations

from msgspec.structs import replace

from migrator.model.migration import Decision, DiffRow, Variant
from migrator.report.plan_words import effects, reason


def test_what_an_answer_changes_is_said_in_short_keys() -> None:
    """A reviewer signs the effect of each option, not only its name."""
    asked = Decision("proxy", "which?", ("none", "both"))
    prefix = "service.beta.kubernetes.io/aws-load-balancer-"
    none = Variant(
        "proxy",
        "none",
        {prefix + "proxy-ports": None, prefix + "scheme": "internal"},
        {prefix + "groups": {"v2": "false", "v1": None}},
        {"ranges": None, "type": "LoadBalancer"},
    )

    assert effects(asked, (none, Variant("other", "none"))) == (
        "none: proxy-ports is left out; scheme internal; groups v2=false,no v1; spec.ranges is left out; spec.type LoadBalancer",
    )


def test_a_reason_begins_with_what_became_of_the_keys() -> None:
    row = DiffRow("scheme", "false", "internal", "internal", "as live", "rewritten")

    assert reason(row) == "rewritten: as live"
    assert reason(replace(row, annotation="", fate="written")) == "as live"
