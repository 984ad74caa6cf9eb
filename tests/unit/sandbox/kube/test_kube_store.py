"""The store itself: identity, versions, preconditions, finalizers, and who is told what."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from migrator.sandbox.world import World
from migrator.sandbox.world.kube import SYSTEM_NAMESPACES, Kube
from migrator.sandbox.world.trouble import KubeError

Told = list[tuple[str, str]]


def config_map(name: str = "settings", **members: Any) -> dict[str, Any]:
    return {"kind": "ConfigMap", "metadata": {"name": name}, **members}


def test_a_new_object_gets_its_identity_from_the_server(kube: Kube) -> None:
    given = {**config_map(), "metadata": {"name": "settings", "uid": "mine", "resourceVersion": "1", "generation": 5}}

    made = kube.create(given)

    assert made["metadata"]["uid"] != "mine"
    assert made["metadata"]["resourceVersion"] == str(kube.revision)
    assert made["metadata"]["creationTimestamp"] == "2023-11-14T22:13:20Z"
    assert made["metadata"]["namespace"] == "default"
    assert "generation" not in made["metadata"]


def test_the_same_seed_gives_the_same_cluster() -> None:
    """Seeds are replayed: identity may come from nothing but the world's own chance."""
    first, second = (World(now=1.0, seed=3).kube.create(config_map()) for _ in range(2))

    assert first == second


def test_what_was_handed_out_or_in_never_changes_the_store(kube: Kube) -> None:
    given = config_map(data={"a": "1"})
    before = kube.create(given)
    given["data"]["a"] = "2"

    after = kube.patch("ConfigMap", "default", "settings", {"data": {"b": "3"}})

    assert before["data"] == {"a": "1"}
    assert after["data"] == {"a": "1", "b": "3"}


def test_system_namespaces_are_there_and_others_have_to_be_made(kube: Kube) -> None:
    assert [each["metadata"]["name"] for each in kube.list("Namespace")] == list(SYSTEM_NAMESPACES)

    with pytest.raises(KubeError, match='namespaces "shop" not found') as refused:
        kube.create({**config_map(), "metadata": {"name": "a", "namespace": "shop"}})

    assert refused.value.status == 404


def test_lists_come_by_namespace_and_name(kube: Kube) -> None:
    for namespace, name in (("kube-system", "a"), ("default", "b"), ("default", "a")):
        kube.create({"kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}})

    listed = [(each["metadata"]["namespace"], each["metadata"]["name"]) for each in kube.list("ConfigMap")]

    assert listed == [("default", "a"), ("default", "b"), ("kube-system", "a")]
    assert [each["metadata"]["name"] for each in kube.list("ConfigMap", "default")] == ["a", "b"]
    assert kube.list("ConfigMap", "kube-public") == []


def test_a_list_stays_as_it_was_when_it_was_asked_for(kube: Kube) -> None:
    """Who walks through a list may change and delete what is in it on the way."""
    kube.create(config_map("a"))
    first = kube.list("ConfigMap")

    renewed = kube.patch("ConfigMap", "default", "a", {"data": {"color": "green"}})
    second = kube.list("ConfigMap")
    kube.delete("ConfigMap", "default", "a")

    assert [each.get("data") for each in first] == [None]
    assert second == [renewed]
    assert kube.list("ConfigMap") == []


def test_a_generated_name_keeps_its_prefix(kube: Kube) -> None:
    made = kube.create({"kind": "ConfigMap", "metadata": {"generateName": "run-"}})

    assert made["metadata"]["name"].startswith("run-")
    assert len(made["metadata"]["name"]) == len("run-") + 5


@pytest.mark.parametrize(
    ("meta", "status", "message"),
    [
        pytest.param({}, 422, "name or generateName is required", id="no-name"),
        pytest.param({"name": "Big"}, 422, "a lowercase RFC 1123 subdomain must consist of", id="capital-in-the-name"),
        pytest.param({"name": "a", "labels": {"a/b/c": "d"}}, 422, "metadata.labels: Invalid value", id="key-with-two-slashes"),
        pytest.param(
            {"name": "a", "labels": {"a": "no space"}}, 422, "a valid label must be an empty string", id="label-with-a-space"
        ),
        pytest.param({"name": "a", "labels": {"a": 1}}, 400, "metadata.labels", id="label-that-is-a-number"),
        pytest.param({"name": "a", "annotations": {"a": "x" * 300_000}}, 422, "Too long", id="annotations-too-long"),
        pytest.param(
            {"name": "a", "finalizers": "x"}, 400, "metadata.finalizers: Expected array, got str", id="finalizers-as-text"
        ),
        pytest.param({"name": "a", "ownerReferences": [{"kind": "Pod"}]}, 422, "ownerReferences[0].uid", id="owner-without-uid"),
    ],
)
def test_metadata_that_breaks_a_rule_is_refused(kube: Kube, meta: dict[str, Any], status: int, message: str) -> None:
    with pytest.raises(KubeError) as refused:
        kube.create({"kind": "ConfigMap", "metadata": meta})

    assert refused.value.status == status
    assert message in str(refused.value)


def test_a_second_object_of_that_name_is_refused(kube: Kube) -> None:
    kube.create(config_map())

    with pytest.raises(KubeError, match='configmaps "settings" already exists') as refused:
        kube.create(config_map())

    assert (refused.value.status, refused.value.reason) == (409, "AlreadyExists")


def test_a_stale_version_conflicts(kube: Kube) -> None:
    """The Lease and every guarded write rest on this."""
    read = copy.deepcopy(kube.create(config_map(data={"a": "1"})))
    kube.patch("ConfigMap", "default", "settings", {"data": {"a": "2"}})

    with pytest.raises(KubeError, match="the object has been modified") as refused:
        kube.replace(read)
    with pytest.raises(KubeError) as patched:
        kube.patch("ConfigMap", "default", "settings", {"metadata": {"resourceVersion": read["metadata"]["resourceVersion"]}})

    assert (refused.value.status, refused.value.reason) == (409, "Conflict")
    assert patched.value.status == 409
    assert kube.get("ConfigMap", "default", "settings")["data"] == {"a": "2"}


def test_a_lease_is_never_replaced_blindly(kube: Kube) -> None:
    """An update without a version would let two holders win."""
    lease = {"kind": "Lease", "metadata": {"name": "lock"}, "spec": {"holderIdentity": "a"}}
    kube.create(lease)

    with pytest.raises(KubeError, match="must be specified for an update") as refused:
        kube.replace(lease)

    assert refused.value.status == 422


def test_another_uid_conflicts(kube: Kube) -> None:
    kube.create(config_map())

    with pytest.raises(KubeError, match="Precondition failed: UID in precondition: other") as refused:
        kube.patch("ConfigMap", "default", "settings", {"metadata": {"uid": "other"}})
    with pytest.raises(KubeError, match="Precondition failed: UID"):
        kube.delete("ConfigMap", "default", "settings", uid="other")
    with pytest.raises(KubeError, match="Precondition failed: ResourceVersion"):
        kube.delete("ConfigMap", "default", "settings", resource_version="1")

    assert refused.value.status == 409


def test_a_write_that_changes_nothing_leaves_no_trace(kube: Kube) -> None:
    made = kube.create(config_map(data={"a": "1"}))
    told: Told = []
    kube.subscribe("ConfigMap", lambda event, obj, old: told.append((event, obj["metadata"]["name"])))

    same = kube.patch("ConfigMap", "default", "settings", {"data": {"a": "1"}})

    assert same is made
    assert told == []


def test_a_dry_run_answers_like_the_write_and_stores_nothing(kube: Kube) -> None:
    revision = kube.revision

    made = kube.create(config_map(data={"a": "1"}), dry_run=True)

    assert made["metadata"]["uid"]
    assert kube.find("ConfigMap", "default", "settings") is None
    kube.create(config_map(data={"a": "1"}))
    assert kube.patch("ConfigMap", "default", "settings", {"data": {"a": "2"}}, dry_run=True)["data"] == {"a": "2"}
    assert kube.get("ConfigMap", "default", "settings")["data"] == {"a": "1"}
    kube.delete("ConfigMap", "default", "settings", dry_run=True)
    assert kube.revision == revision + 1


def test_status_and_the_rest_are_written_apart(kube: Kube) -> None:
    spec = {
        "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "app"}]}},
    }
    kube.create({"kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})

    both = {"spec": {"replicas": 3}, "status": {"readyReplicas": 9}}
    kube.patch("Deployment", "default", "web", both)
    after = kube.patch(
        "Deployment", "default", "web", {"spec": {"replicas": 5}, "status": {"readyReplicas": 2}}, subresource="status"
    )

    assert after["spec"]["replicas"] == 3
    assert after["status"] == {"readyReplicas": 2}
    assert after["metadata"]["generation"] == 2


def test_finalizers_hold_an_object_until_they_are_done(kube: Kube) -> None:
    kube.create({"kind": "ConfigMap", "metadata": {"name": "held", "finalizers": ["a.example/b"]}})

    marked = kube.delete("ConfigMap", "default", "held")
    again = kube.delete("ConfigMap", "default", "held")

    assert marked["metadata"]["deletionTimestamp"]
    assert again is marked
    with pytest.raises(KubeError, match="no new finalizers can be added"):
        kube.patch("ConfigMap", "default", "held", {"metadata": {"finalizers": ["a.example/b", "a.example/c"]}})
    kube.patch("ConfigMap", "default", "held", {"metadata": {"finalizers": None}})
    assert kube.find("ConfigMap", "default", "held") is None


def test_names_cannot_be_changed(kube: Kube) -> None:
    kube.create(config_map())

    with pytest.raises(KubeError, match=r'metadata\.name: Invalid value: "other": field is immutable'):
        kube.patch("ConfigMap", "default", "settings", {"metadata": {"name": "other"}})


def test_everybody_hears_of_changes_in_their_order(kube: Kube) -> None:
    """A subscriber that writes must not let those behind it see the second version before the first."""
    told: Told = []

    def annotate(event: str, obj: dict[str, Any], old: dict[str, Any] | None) -> None:
        if event == "ADDED":
            kube.patch("ConfigMap", "default", "settings", {"data": {"seen": "yes"}})

    kube.subscribe("ConfigMap", annotate)
    kube.subscribe("ConfigMap", lambda event, obj, old: told.append((event, obj["metadata"]["resourceVersion"])))

    kube.create(config_map())
    kube.delete("ConfigMap", "default", "settings")

    assert [event for event, _ in told] == ["ADDED", "MODIFIED", "DELETED"]
    assert [int(version) for _, version in told] == sorted(int(version) for _, version in told)


def test_a_webhook_may_complete_and_refuse(kube: Kube) -> None:
    def admit(operation: str, obj: dict[str, Any], old: dict[str, Any] | None) -> None:
        if obj.get("data", {}).get("bad"):
            raise KubeError(500, "InternalError", "failed calling webhook")
        obj["data"] = {**obj.get("data", {}), "operation": operation}

    kube.mutate("ConfigMap", admit)

    assert kube.create(config_map())["data"] == {"operation": "CREATE"}
    assert kube.patch("ConfigMap", "default", "settings", {"data": {"a": "b"}})["data"]["operation"] == "UPDATE"
    with pytest.raises(KubeError, match="failed calling webhook"):
        kube.create(config_map("other", data={"bad": "yes"}))


def test_the_log_can_be_read_from_any_version_it_still_has(kube: Kube) -> None:
    start = kube.revision
    kube.create(config_map(data={"n": "0"}))
    for number in range(1, 10_001):
        kube.patch("ConfigMap", "default", "settings", {"data": {"n": str(number)}})

    assert [each.event for each in kube.log.since("ConfigMap", kube.revision - 2)] == ["MODIFIED", "MODIFIED"]
    with pytest.raises(KubeError, match=f"too old resource version: {start}") as refused:
        kube.log.since("ConfigMap", start)
    assert (refused.value.status, refused.value.reason) == (410, "Expired")


def test_the_log_knows_who_wrote(kube: Kube) -> None:
    """So that a checker can tell the tool's own writes from everybody else's."""
    start = kube.revision
    kube.create(config_map(), manager="kubectl")
    kube.patch("ConfigMap", "default", "settings", {"data": {"a": "b"}}, manager="migrate")
    kube.delete("ConfigMap", "default", "settings", manager="migrate")

    written = [(each.event, each.manager) for each in kube.log.since("ConfigMap", start)]

    assert written == [("ADDED", "kubectl"), ("MODIFIED", "migrate"), ("DELETED", "migrate")]


def test_a_webhook_s_change_leaves_the_version_before_alone(kube: Kube) -> None:
    kube.create(config_map(data={"a": "b"}))
    before = kube.get("ConfigMap", "default", "settings")
    kube.mutate("ConfigMap", lambda operation, obj, old: obj["data"].update(seen="yes"))

    kube.patch("ConfigMap", "default", "settings", {"metadata": {"labels": {"a": "b"}}})

    assert before["data"] == {"a": "b"}
    assert kube.get("ConfigMap", "default", "settings")["data"] == {"a": "b", "seen": "yes"}


def test_an_unknown_kind_is_not_found(kube: Kube) -> None:
    with pytest.raises(KubeError, match='no matches for kind "Widget"') as refused:
        kube.create({"kind": "Widget", "metadata": {"name": "a"}})

    assert refused.value.status == 404
    assert kube.list("Widget") == []


def test_what_is_made_of_all_objects_of_a_kind_is_made_again_when_one_has_changed(kube: Kube) -> None:
    """Doors ask at every look what changes once a day."""
    read: list[int] = []

    def names(objects: list[dict[str, Any]]) -> list[str]:
        read.append(len(objects))
        return [each["metadata"]["name"] for each in objects]

    shelf = kube.shelf("ConfigMap")
    kube.create(config_map())
    assert (shelf.read(names), shelf.read(names)) == (["settings"], ["settings"])
    kube.create(config_map("other"))
    assert shelf.read(names) == ["other", "settings"]
    kube.delete("ConfigMap", "default", "settings")
    assert shelf.read(names) == ["other"]

    assert read == [1, 2, 1]


def test_a_webhook_may_be_for_one_operation(kube: Kube) -> None:
    kube.mutate("ConfigMap", lambda operation, obj, old: obj.update(data={"at": operation}), "CREATE")

    assert kube.create(config_map())["data"] == {"at": "CREATE"}
    assert kube.patch("ConfigMap", "default", "settings", {"data": {"at": "b"}})["data"] == {"at": "b"}
