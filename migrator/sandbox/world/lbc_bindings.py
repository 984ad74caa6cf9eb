"""The TargetGroupBinding controller: keeps targets registered and nodes open for as long as a binding exists.

Source: kubernetes-sigs/aws-load-balancer-controller controllers/elbv2/targetgroupbinding_controller.go and
pkg/targetgroupbinding/resource_manager.go. Pod readiness gates and the ten-hour resync are not modelled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import msgspec

from migrator.sandbox.world.controllers import FAILURES, Failure, Pass, WorkQueue, annotations_of, attempt, key_of
from migrator.sandbox.world.lbc_calls import call
from migrator.sandbox.world.lbc_deploy_bindings import KIND
from migrator.sandbox.world.lbc_endpoints import BackendNotFound, Endpoints, is_suitable, resolve
from migrator.sandbox.world.lbc_rules import EndpointRules
from migrator.sandbox.world.trouble import KubeError
from migrator.sandbox.world.workloads_endpoints import SERVICE_LABEL

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.lbc_settings import Settings

Object = dict[str, Any]

FINALIZER = "elbv2.k8s.aws/resources"
CHECKPOINT, CHECKPOINT_TIME = "elbv2.k8s.aws/checkpoint", "elbv2.k8s.aws/checkpoint-timestamp"
_WORKERS = 3  # --targetgroupbinding-max-concurrent-reconciles
_REQUEUE_S = 15.0


class BindingController:
    """Reconciles every binding of the cluster while the controller's process is up."""

    def __init__(
        self, world: World, settings: Callable[[], Settings], is_up: Callable[[], bool], crashed: Callable[[], None]
    ) -> None:
        self._world, self._settings, self._is_up = world, settings, is_up
        self._queue = WorkQueue(world, self._sync, crashed, workers=_WORKERS)
        self._rules = EndpointRules(world)
        self._by_service: dict[tuple[str, str], dict[str, None]] = {}
        world.kube.subscribe(KIND, self._binding_changed)
        world.kube.subscribe("Service", self._service_changed)
        world.kube.subscribe("EndpointSlice", self._slice_changed)
        world.kube.subscribe("Node", self._node_changed)

    def start(self) -> None:
        """The process has started: look at every binding."""
        for binding in self._world.kube.list(KIND):
            self._queue.add(key_of(binding))

    def stop(self) -> None:
        """The process is gone, and all it knew."""
        self._queue.clear()
        self._rules.forget()

    # What it notices

    def _binding_changed(self, event: str, binding: Object, old: Object | None) -> None:
        place = (binding["metadata"]["namespace"], binding["spec"]["serviceRef"]["name"])
        if event == "DELETED":
            self._by_service.get(place, {}).pop(key_of(binding), None)
            return
        self._by_service.setdefault(place, {})[key_of(binding)] = None
        if self._is_up() and (old is None or _calls_for_work(old, binding)):
            self._queue.add(key_of(binding))

    def _service_changed(self, event: str, service: Object, old: Object | None) -> None:
        if old is None or event == "DELETED" or old["spec"] != service["spec"]:
            self._touch((service["metadata"]["namespace"], service["metadata"]["name"]), ("instance", "ip"))

    def _slice_changed(self, event: str, obj: Object, old: Object | None) -> None:
        service = (obj["metadata"].get("labels") or {}).get(SERVICE_LABEL, "")
        self._touch((obj["metadata"]["namespace"], service), ("ip",))

    def _node_changed(self, event: str, node: Object, old: Object | None) -> None:
        if event != "MODIFIED" or old is None or _as_target(old) != _as_target(node):
            for place in self._by_service:
                self._touch(place, ("instance",))

    def _touch(self, place: tuple[str, str], target_types: tuple[str, ...]) -> None:
        if not self._is_up():
            return
        for key in self._by_service.get(place, ()):
            binding = self._world.kube.find(KIND, *key.split("/"))
            if binding is not None and binding["spec"]["targetType"] in target_types:
                self._queue.add(key)

    # What it does

    def _sync(self, key: str) -> Pass:
        binding = self._world.kube.find(KIND, *key.split("/"))
        if binding is None:
            return
        ending = "deletionTimestamp" in binding["metadata"]
        reason, said = ("FailedCleanup", "Failed cleanup") if ending else ("FailedReconcile", "Failed reconcile")
        if ending and FINALIZER not in (binding["metadata"].get("finalizers") or ()):
            return
        if not ending:
            yield from self._finalizer(binding, present=True)
        try:
            yield from self._clean_up(binding) if ending else self._reconcile(binding)
        except FAILURES as error:
            self._event(binding, reason, f"{said} due to {error}", type="Warning")
            raise
        if ending:
            yield from self._finalizer(binding, present=False)

    def _reconcile(self, binding: Object) -> Pass:
        try:
            endpoints = resolve(self._world, binding)
        except BackendNotFound as error:
            self._event(binding, "BackendNotFound", str(error), type="Warning")
            yield from self._clean_up(binding)
            return
        checkpoint = _checkpoint(binding, endpoints)
        if annotations_of(binding).get(CHECKPOINT) == checkpoint:
            return  # as it was left; rules that somebody took away since are not looked for
        opened = yield from self._open(binding, endpoints)
        yield from self._bind(binding, endpoints)
        if not opened:
            return
        self._annotate(binding, checkpoint)
        self._report(binding)
        self._event(binding, "SuccessfullyReconciled", "Successfully reconciled")

    def _open(self, binding: Object, endpoints: Endpoints) -> Generator[float, None, bool]:
        """Open the nodes. For pods a failure is told and tried again, and their registration goes on."""
        try:
            yield from self._rules.sync(self._settings(), binding, endpoints.instances, endpoints.ports)
        except FAILURES as error:
            if binding["spec"]["targetType"] != "ip":
                raise
            self._event(binding, "FailedNetworkReconcile", str(error), type="Warning")
            self._world.after(_REQUEUE_S, lambda: self._again(key_of(binding)))
            return False
        return True

    def _again(self, key: str) -> None:
        if self._is_up():
            self._queue.add(key, 0)

    def _bind(self, binding: Object, endpoints: Endpoints) -> Pass:
        """Deregister who is no endpoint any more, register who became one; what drains counts as gone."""
        arn, elb = binding["spec"]["targetGroupARN"], self._world.elb
        have = {(each.id, each.port): None for each in elb.group(arn).targets.values() if each.state != "draining"}
        gone = [each for each in have if each not in endpoints.targets]
        new = [each for each in endpoints.targets if each not in have]
        name = binding["metadata"]["name"]
        if gone:
            yield from call(self._world, "unbind-targets", name, lambda: elb.deregister_targets(arn, gone))
        if new:
            yield from call(self._world, "bind-targets", name, lambda: elb.register_targets(arn, new))

    def _clean_up(self, binding: Object) -> Pass:
        arn, elb = binding["spec"]["targetGroupARN"], self._world.elb
        if arn in elb.groups:
            yield from self._bind(binding, Endpoints())
        yield from self._rules.sync(self._settings(), binding, (), {})

    # What it writes

    def _finalizer(self, binding: Object, *, present: bool) -> Pass:
        namespace, name = binding["metadata"]["namespace"], binding["metadata"]["name"]
        have = list(binding["metadata"].get("finalizers") or ())
        if (FINALIZER in have) == present:
            return
        kept = [*have, FINALIZER] if present else [each for each in have if each != FINALIZER]
        operation, reason, said = (
            ("add-finalizer", "FailedAddFinalizer", "add") if present else ("remove-finalizer", "FailedRemoveFinalizer", "remove")
        )
        try:
            yield from attempt(
                self._world,
                "lbc",
                operation,
                f"{namespace}/{name}",
                lambda: self._world.kube.patch(KIND, namespace, name, {"metadata": {"finalizers": kept or None}}),
            )
        except FAILURES as error:
            self._event(binding, reason, f"Failed {said} finalizer due to {error}", type="Warning")
            raise

    def _annotate(self, binding: Object, checkpoint: str) -> None:
        marks = {CHECKPOINT: checkpoint, CHECKPOINT_TIME: str(int(self._world.now))}
        self._patch(binding, {"metadata": {"annotations": marks}}, None)

    def _report(self, binding: Object) -> None:
        """The generation that was read when the pass began is the one that is done."""
        generation = binding["metadata"]["generation"]
        if binding.get("status", {}).get("observedGeneration") != generation:
            self._patch(binding, {"status": {"observedGeneration": generation}}, "status")

    def _patch(self, binding: Object, patch: Object, subresource: str | None) -> None:
        try:
            self._world.kube.patch(
                KIND, binding["metadata"]["namespace"], binding["metadata"]["name"], patch, subresource=subresource
            )
        except KubeError as error:
            raise Failure(f"failed to update targetGroupBinding: {error}") from error

    def _event(self, binding: Object, reason: str, message: str, *, type: str = "Normal") -> None:
        self._world.kube.event(binding, reason, message, type=type, component="targetGroupBinding")


def _calls_for_work(old: Object, new: Object) -> bool:
    """A new spec, its deletion, or a checkpoint that somebody blanked."""
    turned = old["metadata"]["generation"] != new["metadata"]["generation"]
    ending = ("deletionTimestamp" in old["metadata"]) != ("deletionTimestamp" in new["metadata"])
    blanked = annotations_of(old).get(CHECKPOINT) and not annotations_of(new).get(CHECKPOINT)
    return turned or ending or bool(blanked)


def _as_target(node: Object) -> tuple[Any, ...]:
    return is_suitable(node), node["metadata"].get("labels"), node["spec"].get("providerID")


def _checkpoint(binding: Object, endpoints: Endpoints) -> str:
    """What the pass depends on: the endpoints and the binding's spec."""
    text = msgspec.json.encode([sorted(endpoints.targets), binding["spec"]], order="sorted")
    return hashlib.sha256(text).hexdigest()
