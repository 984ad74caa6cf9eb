"""A stage that is set once and copied for every journey that begins on it: a copy costs a tenth of the setting.

A copy is a stage of its own, down to its clock and its chances; it shares only what nobody ever changes.
"""

from __future__ import annotations

import copyreg
import io
import pickle
import threading
from ipaddress import IPv4Network
from random import Random
from types import BuiltinFunctionType, FunctionType, NoneType
from typing import Any

import msgspec

from migrator.sandbox.world.kube_log import Change
from migrator.sandbox.world.network_dataplane import Endpoint, NodePort, PodSeen
from migrator.sandbox.world.network_flows import Backend
from migrator.simulation.stage import Stage

PLAIN = frozenset((int, float, bool, NoneType, list, set))  # copied, down to what is in them
ATOMS = frozenset((str, int, float, bool, NoneType))

NEVER_CHANGE = (  # with what is in them
    Change, IPv4Network, Backend, Endpoint, NodePort, PodSeen, type, FunctionType, BuiltinFunctionType,
)  # fmt: skip


class KeptStage:
    """A stage as it was when it was kept. `shared` is what all copies have in common.

    Whatever waits in its world has to be a bound method, with `partial` where it takes something: lambdas and passes of
    a controller under way cannot be copied, and raise what `pickle` raises.
    """

    def __init__(self, stage: Stage) -> None:
        kept = io.BytesIO()
        pickler = _Pickler(kept)
        pickler.dump(stage)
        self._bytes, self.shared = kept.getvalue(), pickler.shared

    def copy(self) -> Stage:
        """The stage as it was, once more."""
        unpickler = _Unpickler(io.BytesIO(self._bytes))
        setattr(unpickler, "persistent_load", self.shared.__getitem__)  # noqa: B010  (a method would be a call each)
        stage: Stage = unpickler.load()
        return stage


class _Unpickler(pickle.Unpickler):
    """From Python 3.13 on `persistent_load` can be set on instances of a subclass alone."""


def _chance(state: tuple[Any, ...]) -> Random:
    chance = Random.__new__(Random)  # not seeded twice over, for a state that is replaced at once
    chance.setstate(state)
    return chance


class _Pickler(pickle.Pickler):
    dispatch_table = {
        **copyreg.dispatch_table,
        type(threading.RLock()): lambda lock: (threading.RLock, ()),
        Random: lambda chance: (_chance, (chance.getstate(),)),
    }

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.shared: list[Any] = []
        self._places: dict[int, int] = {}  # in `shared`, by the id of what is kept alive there

    def persistent_id(self, obj: Any) -> int | None:
        """The place of what all copies share, None for what each of them has for itself."""
        if type(obj) in PLAIN or not (type(obj) is str or _never_changes(obj)):
            return None
        place = self._places.get(id(obj))
        if place is None:
            place = self._places[id(obj)] = len(self.shared)
            self.shared.append(obj)
        return place

    def reducer_override(self, obj: Any) -> Any:
        """As usual, but attributes are set one after the other, as `__init__` does.

        An object that is given them as a dictionary keeps them in one from there on, where Python reads them more slowly.
        """
        setting: Any = type(obj).__setattr__  # which frozen ones forbid
        if setting is not object.__setattr__ or not hasattr(obj, "__dict__"):
            return NotImplemented
        made, args, *more = obj.__reduce_ex__(pickle.HIGHEST_PROTOCOL)
        return (made, args, (None, more[0]), *more[1:]) if more and isinstance(more[0], dict) else NotImplemented


def _never_changes(obj: Any) -> bool:
    """Objects of the cluster, which `Kube` replaces and nobody changes, frozen values, keys of several parts, and code."""
    if type(obj) is tuple:
        return len(obj) > 1 and {type(each) for each in obj} <= ATOMS
    if isinstance(obj, dict):
        return "metadata" in obj and "kind" in obj
    if isinstance(obj, msgspec.Struct):
        return obj.__struct_config__.frozen
    return isinstance(obj, NEVER_CHANGE)
