"""Every external-dns of the cluster as its Deployment runs it: what it looks at, what it may write, how it marks it.

Source of flags and defaults: kubernetes-sigs/external-dns pkg/apis/externaldns/types.go, docs/flags.md,
docs/annotations/annotations.md (the annotation prefix changed with v0.22.0).
"""

from __future__ import annotations

import re

import msgspec

from migrator.model.cluster import Service, Workload

OLD_PREFIX, NEW_PREFIX = "external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/"
PREFIX_CHANGED = (0, 22)
_TAG = re.compile(r"external-dns[^:@]*:v?(\d+)\.(\d+)")
_SIGNS = ("--txt-owner-id", "--txt-prefix", "--txt-suffix")  # nobody else has these


class ExternalDns(msgspec.Struct, frozen=True):
    """One external-dns. `prefixes` are those of the annotations that it reads; empty filters let everything pass."""

    where: str  # namespace/name of its Deployment
    ready: int = 1
    policy: str = "sync"
    registry: str = "txt"
    owner: str = "default"
    encrypted: bool = False
    sources: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = (OLD_PREFIX, NEW_PREFIX)
    template: str = ""
    provider: str = ""
    domains: tuple[str, ...] = ()
    namespace: str = ""
    annotation_filter: str = ""
    interval: str = "1m"
    deaf: bool = False  # does not read hostname annotations
    dry: bool = False

    @property
    def called(self) -> str:
        """How it is told: where it is, and what decides what it does to names."""
        stopped = "" if self.ready else ", 0 ready pods"
        return f"external-dns {self.where} (owner {self.owner}, policy {self.policy}, registry {self.registry}{stopped})"

    @property
    def tells(self) -> bool:
        """Whether its claims can be read beside the names that it writes."""
        return self.registry == "txt" and not self.encrypted

    def covers(self, name: str) -> bool:
        """Whether its domain filter lets a name pass."""
        bare = name.lower().rstrip(".")
        wanted = [each.lower().strip(".") for each in self.domains]
        return not wanted or any(bare == each or bare.endswith("." + each) for each in wanted)

    def passes_over(self, service: Service, key: str) -> str:
        """Why it does not write what an annotation of a Service asks for; empty where it does, or may."""
        prefix = key.rpartition("/")[0] + "/"
        control = service.annotations.get(prefix + "controller", "dns-controller")
        if prefix not in self.prefixes:
            return f"it reads annotations under {' and '.join(self.prefixes)}"
        if self.sources and "service" not in self.sources:
            return f"its sources are {', '.join(self.sources)}"
        if self.deaf:
            return "it runs with --ignore-hostname-annotation"
        if self.namespace not in ("", service.namespace):
            return f"it looks at namespace {self.namespace} only"
        if control != "dns-controller":
            return f"{prefix}controller is {control}"
        return "it runs with --dry-run" if self.dry else ""


def running(workloads: tuple[Workload, ...]) -> tuple[ExternalDns, ...]:
    """Every external-dns among the workloads, by its image or by flags that nobody else has."""
    return tuple(read(each) for each in workloads if is_one(each))


def is_one(workload: Workload) -> bool:
    """Whether a workload is an external-dns, whatever its image is called."""
    told = any(argument.partition("=")[0] in _SIGNS for argument in workload.args)
    return told or any("external-dns" in image for image in workload.images)


def read(workload: Workload) -> ExternalDns:
    """What its arguments say; what they leave out is as external-dns has it."""
    args = workload.args
    return ExternalDns(
        where=f"{workload.namespace}/{workload.name}",
        ready=workload.ready,
        policy=last(args, "--policy", "sync"),
        registry=last(args, "--registry", "txt"),
        owner=last(args, "--txt-owner-id", "default"),
        encrypted=on(args, "--txt-encrypt-enabled"),
        sources=tuple(dict.fromkeys(given(args, "--source"))),
        prefixes=_prefixes(workload),
        template=last(args, "--fqdn-template", ""),
        provider=last(args, "--provider", ""),
        domains=tuple(each for each in given(args, "--domain-filter") if each),
        namespace=last(args, "--namespace", ""),
        annotation_filter=last(args, "--annotation-filter", ""),
        interval=last(args, "--interval", "1m"),
        deaf=on(args, "--ignore-hostname-annotation"),
        dry=on(args, "--dry-run"),
    )


def _prefixes(workload: Workload) -> tuple[str, ...]:
    """Its own where it is told one, else by its version; both where that is not known."""
    own = last(workload.args, "--annotation-prefix", "")
    older = on(workload.args, "--enable-legacy-annotation-prefix")
    if own:
        return (own.rstrip("/") + "/", *((OLD_PREFIX,) if older else ()))
    tag = next((found for image in workload.images if (found := _TAG.search(image))), None)
    if tag is None or older:
        return (OLD_PREFIX, NEW_PREFIX)
    return (NEW_PREFIX,) if (int(tag[1]), int(tag[2])) >= PREFIX_CHANGED else (OLD_PREFIX,)


def given(args: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Every value of a flag, as `--name=value` or in two words."""
    found = []
    for at, argument in enumerate(args):
        option, equals, value = argument.partition("=")
        if option == name:
            found.append(value if equals else args[at + 1] if at + 1 < len(args) else "")
    return tuple(found)


def last(args: tuple[str, ...], name: str, default: str) -> str:
    """A flag's last value, which counts."""
    return (given(args, name) or (default,))[-1]


def on(args: tuple[str, ...], name: str) -> bool:
    """Whether a switch is on: `--name`, `--name=true`, and no `--no-name` or `--name=false` after it."""
    states = [argument.partition("=") for argument in args if argument.partition("=")[0] in (name, "--no-" + name[2:])]
    return bool(states) and states[-1][0] == name and states[-1][2] not in ("false", "0")
