"""Label selectors, as Services and as `kubectl -l` have them."""

from __future__ import annotations

import pytest

from migrator.sandbox.world.kube_selectors import matches, parsed
from migrator.sandbox.world.trouble import KubeError

LABELS = {"app": "web", "tier": "front"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("app=web", True),
        ("app==web,tier=front", True),
        ("app=web,tier!=front", False),
        ("other!=x", True),
        ("app in (web, api)", True),
        ("app notin (web,api)", False),
        ("other notin (a)", True),
        ("app", True),
        ("!app", False),
        ("!other", True),
        ("app in (web),tier", True),
        ("app=", False),
    ],
)
def test_a_selector_means_these_labels(text: str, meant: bool) -> None:
    test = parsed(text)

    assert test is not None
    assert test(LABELS) is meant


def test_an_empty_selector_means_everything_to_a_list_and_nothing_to_a_service() -> None:
    assert parsed("") is None
    assert not matches({}, LABELS)
    assert not matches(None, LABELS)
    assert matches({"app": "web"}, LABELS)


def test_nonsense_is_refused() -> None:
    with pytest.raises(KubeError, match="unable to parse requirement"):
        parsed("app>web=3")
