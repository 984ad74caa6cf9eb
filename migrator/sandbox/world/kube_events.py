"""Events: what the controllers say about objects, counted when they repeat themselves, forgotten after an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.sandbox.world.kube_kinds import KubeObject
from migrator.sandbox.world.kube_meta import stamp
from migrator.sandbox.world.trouble import KubeError

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.kube import Kube

_KEPT_S = 3600.0  # kube-apiserver --event-ttl
_Said = tuple[str, str, str, str, str]


class Events:
    """Recorder and memory of events. One timer at most is set: for the event that is forgotten next."""

    def __init__(self, kube: Kube, world: World) -> None:
        self._kube, self._world = kube, world
        self._known: dict[_Said, tuple[str, str]] = {}  # to the event's namespace and name
        self._last: dict[tuple[str, str], tuple[float, _Said]] = {}  # by last time, oldest first
        self._waiting = False

    def record(self, involved: KubeObject, reason: str, message: str, *, type: str, component: str) -> KubeObject:
        """Say something about an object; the same thing said again within the hour only counts."""
        meta = involved["metadata"]
        said = (meta.get("uid", meta["name"]), reason, message, type, component)
        place = self._known.get(said)
        known = self._kube.find("Event", *place) if place else None
        try:
            if known:
                event = self._again(known)
            else:
                event = self._kube.add(self._first(involved, reason, message, type, component), "controller")
        except KubeError:  # its namespace is going or gone: a recorder logs that and goes on
            return self._first(involved, reason, message, type, component)
        place = event["metadata"]["namespace"], event["metadata"]["name"]
        self._known[said] = place
        self._last.pop(place, None)
        self._last[place] = self._world.now, said
        self._wait()
        return event

    def _again(self, known: KubeObject) -> KubeObject:
        change = {"count": known["count"] + 1, "lastTimestamp": stamp(self._world.now)}
        meta = known["metadata"]
        return self._kube.patch("Event", meta["namespace"], meta["name"], change)

    def _first(self, involved: KubeObject, reason: str, message: str, type: str, component: str) -> KubeObject:
        meta, now = involved["metadata"], stamp(self._world.now)
        namespace = meta.get("namespace") or "default"
        named = {key: meta[key] for key in ("namespace", "name", "uid", "resourceVersion") if key in meta}
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{meta['name']}.{self._world.random.getrandbits(64):016x}", "namespace": namespace},
            "involvedObject": {"kind": involved["kind"], "apiVersion": involved.get("apiVersion", "v1"), **named},
            "reason": reason,
            "message": message,
            "type": type,
            "count": 1,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "source": {"component": component},
            "reportingComponent": component,
            "reportingInstance": "",
        }

    def _wait(self) -> None:
        if self._last and not self._waiting:
            self._waiting = True
            self._world.at(next(iter(self._last.values()))[0] + _KEPT_S, self._forget)

    def _forget(self) -> None:
        self._waiting = False
        for place, (last, said) in tuple(self._last.items()):
            if last + _KEPT_S > self._world.now:
                break
            del self._last[place]
            self._known.pop(said, None)
            if self._kube.find("Event", *place):
                self._kube.delete("Event", *place)
        self._wait()
