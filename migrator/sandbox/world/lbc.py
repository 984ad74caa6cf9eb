"""The AWS Load Balancer Controller: a Network Load Balancer for each Service that is its own by class or annotations.

Source: kubernetes-sigs/aws-load-balancer-controller controllers/service/service_controller.go, as of v2.14. Ingresses,
pod readiness gates and the ten-hour resync are not modelled.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from migrator.sandbox.world.balancers import LoadBalancer
from migrator.sandbox.world.controllers import FAILURES, Failure, Pass, Process, WorkQueue, annotations_of, attempt, key_of
from migrator.sandbox.world.lbc_backend_group import BackendGroup
from migrator.sandbox.world.lbc_bindings import BindingController
from migrator.sandbox.world.lbc_deploy import deploy
from migrator.sandbox.world.lbc_model import FINALIZER, build, is_supported
from migrator.sandbox.world.lbc_settings import Settings, settings_of
from migrator.sandbox.world.lbc_stack import Stack
from migrator.sandbox.world.trouble import KubeError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

Object = dict[str, Any]

NAMESPACE, DEPLOYMENT = "kube-system", "aws-load-balancer-controller"
WEBHOOK = "aws-load-balancer-webhook"
_WORKERS = 3  # --service-max-concurrent-reconciles


class LoadBalancerController:
    """Reconciles Services and bindings while its Deployment has a ready replica; `settings` are that Deployment's flags."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.settings = Settings(cluster_name=world.cluster)
        self._backend = BackendGroup(world)
        self._queue = WorkQueue(world, self._sync, self._crashed, workers=_WORKERS)
        self._bindings = BindingController(world, self._set, self._is_up, self._crashed)
        world.kube.subscribe("Service", self._service_changed)
        world.kube.mutate("Service", self._admit, "CREATE")
        self.process = Process(world, NAMESPACE, DEPLOYMENT, started=self._started, stopped=self._stopped)

    # The process

    def _started(self, deployment: Object) -> None:
        self.settings = settings_of(deployment, self._world.cluster)
        if self.settings.gate("EnableServiceController"):
            for service in self._world.kube.list("Service"):
                self._notice(service)
        self._bindings.start()

    def _stopped(self) -> None:
        self._queue.clear()
        self._backend.forget()
        self._bindings.stop()

    def _crashed(self) -> None:
        self.process.crash()

    def _set(self) -> Settings:
        return self.settings

    def _is_up(self) -> bool:
        return self.process.up

    # What it notices

    def _service_changed(self, event: str, service: Object, old: Object | None) -> None:
        if not self.process.up or event == "DELETED":
            return
        if old is None or _read(old) != _read(service):
            self._notice(service)

    def _notice(self, service: Object) -> None:
        meta, settings = service["metadata"], self.settings
        if settings.watch_namespace not in ("", meta["namespace"]) or not settings.gate("EnableServiceController"):
            return
        if FINALIZER in (meta.get("finalizers") or ()) or is_supported(service, settings):
            self._queue.add(key_of(service))

    def _admit(self, operation: str, service: Object, old: Object | None) -> None:
        """The mutating webhook for Services, where it is configured: every new LoadBalancer Service gets our class."""
        if not self._is_webhook_configured():
            return
        if not self.process.up:
            post = f"https://{WEBHOOK}-service.{NAMESPACE}.svc:443/mutate-v1-service?timeout=10s"
            why = f'failed to call webhook: Post "{post}": no endpoints available for service "{WEBHOOK}-service"'
            raise KubeError(
                500, "InternalError", f'Internal error occurred: failed calling webhook "mservice.elbv2.k8s.aws": {why}'
            )
        spec = service.get("spec") or {}
        if spec.get("type") == "LoadBalancer" and not spec.get("loadBalancerClass"):
            spec["loadBalancerClass"] = self.settings.load_balancer_class

    def _is_webhook_configured(self) -> bool:
        configuration = self._world.kube.find("MutatingWebhookConfiguration", "", WEBHOOK)
        webhooks = (configuration or {}).get("webhooks") or ()
        return any(each["name"] == "mservice.elbv2.k8s.aws" for each in webhooks)

    # What it does

    def _sync(self, key: str) -> Pass:
        service = self._world.kube.find("Service", *key.split("/"))
        if service is None:
            return
        try:
            stack = yield from build(self._world, self.settings, self._vpc_id(), self._backend, service)
        except FAILURES as error:
            self._event(service, "FailedBuildModel", f"Failed build model due to {error}", type="Warning")
            raise
        if stack.balancer is not None:
            yield from self._reconcile(service, stack)
        elif FINALIZER in (service["metadata"].get("finalizers") or ()):
            yield from self._clean_up(service, stack)

    def _reconcile(self, service: Object, stack: Stack) -> Pass:
        yield from self._finalizer(service, present=True)
        lb = yield from self._deploy(service, stack)
        if lb is None:
            raise Failure("the stack has no load balancer")
        if not stack.uses_backend_group:
            yield from self._backend.release(self.settings, self._vpc_id(), key_of(service))
        yield from self._status(service, [{"hostname": lb.dns_name}], "update-status", "FailedUpdateStatus")
        self._event(service, "SuccessfullyReconciled", "Successfully reconciled")

    def _clean_up(self, service: Object, stack: Stack) -> Pass:
        yield from self._deploy(service, stack)
        yield from self._backend.release(self.settings, self._vpc_id(), key_of(service))
        yield from self._status(service, [], "cleanup-status", "FailedCleanupStatus")
        yield from self._finalizer(service, present=False)

    def _deploy(self, service: Object, stack: Stack) -> Generator[float, None, LoadBalancer | None]:
        try:
            return (yield from deploy(self._world, stack, self._vpc_id()))
        except FAILURES as error:
            self._event(service, "FailedDeployModel", f"Failed deploy model due to {error}", type="Warning")
            raise

    def _vpc_id(self) -> str:
        """The VPC that the controller was told, else the one where the cluster's subnets are."""
        if self.settings.aws_vpc_id:
            return self.settings.aws_vpc_id
        tag = f"kubernetes.io/cluster/{self.settings.cluster_name}"
        subnets = self._world.ec2.subnets.values()
        return next((each.vpc_id for each in subnets if tag in each.tags), next(iter(self._world.ec2.vpcs), ""))

    # What it writes

    def _finalizer(self, service: Object, *, present: bool) -> Pass:
        namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]
        current = self._world.kube.find("Service", namespace, name) or service
        have = list(current["metadata"].get("finalizers") or ())
        if (FINALIZER in have) == present:
            return
        kept = [*have, FINALIZER] if present else [each for each in have if each != FINALIZER]
        operation, reason, said = (
            ("add-finalizer", "FailedAddFinalizer", "add") if present else ("remove-finalizer", "FailedRemoveFinalizer", "remove")
        )
        try:
            yield from self._patch(operation, namespace, name, {"metadata": {"finalizers": kept or None}}, None)
        except FAILURES as error:
            self._event(service, reason, f"Failed {said} finalizer due to {error}", type="Warning")
            raise

    def _status(self, service: Object, ingress: list[Object], operation: str, reason: str) -> Pass:
        namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]
        current = self._world.kube.find("Service", namespace, name) or service
        if (current.get("status", {}).get("loadBalancer", {}).get("ingress") or []) == ingress:
            return
        try:
            yield from self._patch(
                operation, namespace, name, {"status": {"loadBalancer": {"ingress": ingress or None}}}, "status"
            )
        except FAILURES as error:
            self._event(service, reason, f"Failed update status due to {error}", type="Warning")
            raise

    def _patch(self, operation: str, namespace: str, name: str, patch: Object, subresource: str | None) -> Pass:
        yield from attempt(
            self._world,
            "lbc",
            operation,
            f"{namespace}/{name}",
            lambda: self._world.kube.patch(
                "Service", namespace, name, patch, subresource=subresource, manager="aws-load-balancer-controller"
            ),
        )

    def _event(self, service: Object, reason: str, message: str, *, type: str = "Normal") -> None:
        self._world.kube.event(service, reason, message, type=type, component="service")


def _read(service: Object) -> tuple[Any, ...]:
    """What the controller reads of a Service; a change of anything else is passed over."""
    return annotations_of(service), service["spec"], "deletionTimestamp" in service["metadata"]
