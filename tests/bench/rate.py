"""Journeys a second on one core, at port level in virtual time; for information."""

from __future__ import annotations

import time

import msgspec

from migrator.machine.tick import Over
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import stage

LASTS_S = 4.0  # of processor time, for each figure
CLIENTS_EVERY_S = 20.0


class Rate(msgspec.Struct, frozen=True):
    """Whole journeys a second of processor time, plan and stage included; and the ticks' share alone."""

    name: str
    a_second: float
    sailing_only: float


def rates() -> tuple[Rate, ...]:
    """Without clients, and with six that ask every 20 s."""
    return (_rate("without clients", 0.0), _rate("with 6 clients", CLIENTS_EVERY_S))


def _rate(name: str, every_s: float) -> Rate:
    _sail(0, every_s)  # imports
    whole = sailing = 0.0
    count = 0
    while whole < LASTS_S:
        began = time.process_time()
        sailing += _sail(count, every_s)
        whole += time.process_time() - began
        count += 1
    return Rate(name, count / whole, count / sailing)


def _sail(seed: int, every_s: float) -> float:
    """One journey; the processor seconds from its first tick to its last."""
    voyage = Voyage(stage(seed=seed, every_s=every_s))
    began = time.process_time()
    finish = voyage.sail()
    if finish != Over("migrated"):
        raise RuntimeError(f"our journey ended with {finish}")
    return time.process_time() - began
