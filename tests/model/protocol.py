"""Two operators, one record set: who may change it, and what a crash, a lost answer or a foreign hand can do to that.

What is modelled, as the code has it:
- a journal line is durable before the call that it is about, and an append is a compare-and-set (`ports.doing.Journal`);
- before each call the Lease is moved on by its resourceVersion, and must be ours: journal, epoch, and a sequence that our
  journal has (`machine/calls.py`: `_marked`, `_move_on`);
- a change of the record set names the form that it replaces (`ChangeRecords`: exact DELETE and CREATE);
- a call is not made when 60 s have passed since its intent, and a signature is good for 5 min: so when `time` passes, what
  is on its way is dead, and what was only intended is refused;
- another host takes the Lease over only after `time` has passed since it was last moved on (`steps/admit.py`), and with a
  new epoch; so is our own mark that may have landed unheard, whatever its epoch, where the journal was not told of a newer
  one (`Calls._marked`, `admit.decide`); the answer to moving it on may be lost, and then nothing is sent;
- the way back begins, and ends, only when no call of which the answer was lost can still land (`Calls.doubt`).

Operator A begins. B either begins with a journal of its own, or with a copy of A's at any moment, while A may go on. One
foreign hand edits the record set once. Three crashes. Either may be told to roll back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

OLD, NEW, FOREIGN = "old", "new", "foreign"


class Lease(NamedTuple):
    """Our mark. `fresh` while time has not passed since it was last moved on."""

    journal: str
    host: str
    fresh: bool = True


class Journal(NamedTuple):
    """`pending` is the call whose outcome is not written: its before and after.

    Of its lines only this matters: whether the line that the Lease was last moved on at is among them (`knows`).
    """

    id: str
    knows: bool = True
    marked: bool = False  # the epoch that it has of the Lease is the Lease's own
    back: bool = False
    pending: tuple[str, str] | None = None
    recent: bool = False  # the pending call was intended since time last passed
    lost: bool = False  # so was a call before it, of which no answer came
    unheard: bool = False  # a mark of ours may have landed of which we did not hear, since the last that we heard of
    acted: bool = False
    ended: str = ""


class Process(NamedTuple):
    """What a running process holds in its head. `current` while the Lease is as it read it."""

    at: str = "idle"  # idle, intended, moved
    current: bool = False
    late: bool = False


class Call(NamedTuple):
    """On its way: from one form of the record set to another, or (`lease` set) our mark. `current` as a process has it."""

    host: str
    before: str
    after: str
    lease: Lease | None = None
    current: bool = False


class State(NamedTuple):
    """Everything. `a` and `b` are the journals; a process is None while it does not run.

    `same` while both journals end with the very same line, as a copy does at first.
    """

    record: str = OLD
    lease: Lease | None = None
    a: Journal | None = None
    b: Journal | None = None
    pa: Process | None = None
    pb: Process | None = None
    calls: tuple[Call, ...] = ()
    same: bool = False
    crashes: int = 3
    edits: int = 1
    turns: int = 1
    breach: str = ""


class Rules(NamedTuple):
    """The guards, each of which a test takes away to see that the walk notices."""

    exact: bool = True  # a change names what it replaces
    fenced: bool = True  # the Lease is moved on by resourceVersion before each call
    patient_takeover: bool = True
    patient_back: bool = True
    looks_first: bool = True  # after a lost answer, before the next call
    newest: bool = True  # the line that the Lease was last moved on at must be in the journal


BEGIN = State()
HOSTS = ("a", "b")
IN_FLIGHT = 2  # calls on their way at once; the pauses between repeated calls leave no room for many


def moves(state: State, rules: Rules) -> Iterator[tuple[str, State]]:
    """What can happen next, by name."""
    for host in HOSTS:
        yield from _operator(state, host, rules)
    yield from _landings(state, rules)
    if state.edits and state.record != FOREIGN:
        yield "a foreign hand edits the record set", state._replace(record=FOREIGN, edits=0)
    if (later := _later(state)) != state:
        yield "time passes", later


def wrong(state: State) -> str:
    """What is not as it must be."""
    return state.breach


def over(state: State) -> bool:
    """Whether a journey has ended, or only a person can help: with the record set, or with every journal that there is."""
    journals = [(host, journal) for host in HOSTS if (journal := _journal(state, host)) is not None]
    if state.record == FOREIGN or any(each.ended for _, each in journals):
        return True
    lease = state.lease
    if lease is None or not journals:
        return False
    return all(another_holds(lease, each) or (each.pending is None and needs_a_person(each, lease)) for _, each in journals)


def _later(state: State) -> State:
    """Ten minutes: nothing that is on its way can still land, nothing that was intended may still be sent."""
    for host in HOSTS:
        journal, process = _journal(state, host), _process(state, host)
        if journal is not None and (journal.recent or journal.lost):
            state = _with(state, host, journal._replace(recent=False, lost=False))
        if process is not None and process.at != "idle" and not process.late:
            state = _with(state, host, process=process._replace(late=True))
    if state.lease is not None and state.lease.fresh:
        state = state._replace(lease=state.lease._replace(fresh=False))
    return state._replace(calls=()) if state.calls else state


def _operator(state: State, host: str, rules: Rules) -> Iterator[tuple[str, State]]:
    journal, process = _journal(state, host), _process(state, host)
    if journal is None:
        yield from _beginnings(state, host)
        return
    if journal.ended or another_holds(state.lease, journal):
        return
    if process is None:
        yield f"{host} starts", _with(state, host, process=Process())
        return
    if state.crashes:
        yield f"{host} crashes at {process.at}", _with(state, host, process=None)._replace(crashes=state.crashes - 1)
    if process.at == "idle":
        yield from _tick(state, host, journal, rules)
    elif process.at == "intended":
        yield from _move_on(state, host, journal, process, rules)
    elif len(state.calls) < IN_FLIGHT:
        yield from _send(state, host, journal, process)


def _journal(state: State, host: str) -> Journal | None:
    return state.a if host == "a" else state.b


def _process(state: State, host: str) -> Process | None:
    return state.pa if host == "a" else state.pb


_KEEP = Process("kept")


def _with(state: State, host: str, journal: Journal | None = None, process: Process | None = _KEEP) -> State:
    """The state with another journal or process of one host."""
    # To take it apart is several times as fast as to replace in it twice.
    record, lease, a, b, pa, pb, calls, same, crashes, edits, turns, breach = state
    if host == "a":
        a, pa = journal or a, pa if process is _KEEP else process
    else:
        b, pb = journal or b, pb if process is _KEEP else process
    return State(record, lease, a, b, pa, pb, calls, same, crashes, edits, turns, breach)


def _wrote(state: State, host: str, journal: Journal, process: Process | None = _KEEP) -> State:
    """One more line in a journal, so that it differs from the other."""
    return _with(state._replace(same=False) if state.same else state, host, journal, process)


def _beginnings(state: State, host: str) -> Iterator[tuple[str, State]]:
    # A journal of one's own knows nothing of a Lease that another one moved on.
    yield f"{host} begins", _wrote(state, host, Journal(f"journal-{host}"))
    if host == "b" and state.a is not None and not state.a.ended:
        yield "a's journal is copied to b", state._replace(b=state.a, same=True)


def _tick(state: State, host: str, journal: Journal, rules: Rules) -> Iterator[tuple[str, State]]:
    if state.turns and not journal.back and journal.acted:
        yield f"{host} is told to roll back", _wrote(state, host, journal._replace(back=True))._replace(turns=0)
    if journal.pending is not None and rules.looks_first:
        yield from _resolve(state, host, journal, rules)
        return
    lease = state.lease
    if lease is None:
        yield _intend(state, host, journal, ("no lease", "lease"))
    elif needs_a_person(journal if rules.newest else journal._replace(knows=True, unheard=True), lease):
        return
    elif lease.host != host:
        # Also our own mark that landed unheard: since a reboot it may name a host that we are no more.
        if not lease.fresh or not rules.patient_takeover:
            yield _intend(state, host, journal, ("its lease", "lease"))
    elif not journal.marked:
        yield _intend(state, host, journal, ("its lease", "lease"))  # our own mark, whose answer was lost
    else:
        yield from _work(state, host, journal, rules)


def another_holds(lease: Lease | None, journal: Journal) -> bool:
    """Whether the Lease is another journal's, as it stays from then on: whoever never held it does nothing any more."""
    return lease is not None and lease.journal != journal.id


def needs_a_person(journal: Journal, lease: Lease) -> bool:
    """Whether the Lease is another's, or says that our journal is not the newest."""
    if another_holds(lease, journal) or not journal.knows:
        return True
    return not journal.marked and not journal.unheard


def _resolve(state: State, host: str, journal: Journal, rules: Rules) -> Iterator[tuple[str, State]]:
    """The call without an outcome: its after-image, or the guard decides."""
    assert journal.pending is not None
    after = journal.pending[1]
    settled = journal._replace(pending=None, recent=False)
    doubted = settled._replace(lost=journal.lost or journal.recent)
    if after == "lease":
        lease = state.lease
        ours = lease is not None and (lease.journal, lease.host) == (journal.id, host)
        found = settled._replace(marked=True, unheard=False) if ours else doubted._replace(unheard=True)
        yield f"{host} {'finds its lease' if ours else 'does not find its lease'}", _wrote(state, host, found)
    elif state.record == after:
        yield f"{host} finds its change", _wrote(state, host, settled)
    elif not (journal.back and rules.patient_back and journal.recent):
        yield f"{host} does not find its change", _wrote(state, host, doubted)


def _work(state: State, host: str, journal: Journal, rules: Rules) -> Iterator[tuple[str, State]]:
    """The step's own decision, from the record set as listed."""
    wanted, other = (OLD, NEW) if journal.back else (NEW, OLD)
    if state.record == FOREIGN:
        return  # refused and shown: a person must look
    if journal.back and rules.patient_back and journal.lost:
        return  # a call whose answer was lost may still land
    if state.record == wanted:
        yield f"{host} sees it done", _wrote(state, host, journal._replace(ended=wanted), None)
    else:
        yield _intend(state, host, journal, (other, wanted))


def _intend(state: State, host: str, journal: Journal, call: tuple[str, str]) -> tuple[str, State]:
    intended = journal._replace(pending=call, acted=True, recent=True)
    return f"{host} intends {call[0]} to {call[1]}", _wrote(state, host, intended, Process("intended", current=True))


def _move_on(state: State, host: str, journal: Journal, process: Process, rules: Rules) -> Iterator[tuple[str, State]]:
    """Write our newest line over the Lease as we read it; a Lease that is being taken is its own fence."""
    assert journal.pending is not None
    if journal.pending[1] == "lease" or not rules.fenced:
        yield f"{host} goes on", _with(state, host, process=process._replace(at="moved"))
    elif process.current and state.lease is not None:
        older = "" if journal.knows else f"{host} acts with an older copy of the journal"
        moved = _leased(state._replace(breach=older), host, state.lease._replace(fresh=True))
        yield f"{host} moves the lease on", _with(moved, host, process=process._replace(at="moved", current=False))
        refused = _journal(moved, host)
        assert refused is not None
        lost = _wrote(moved, host, refused._replace(pending=None, recent=False), Process())
        yield f"{host} moves the lease on, its answer is lost", lost
    else:
        yield f"{host} cannot move the lease on", _wrote(state, host, journal._replace(pending=None, recent=False), Process())


def _leased(state: State, host: str, lease: Lease) -> State:
    """The Lease written anew by a host: nobody else's view of it is current, and its line is that host's newest."""
    other = "b" if host == "a" else "a"
    process, journal = _process(state, other), _journal(state, other)
    if process is not None:
        state = _with(state, other, process=process._replace(current=False))
    if journal is not None and not state.same:
        state = _with(state, other, journal._replace(knows=False))
    mine = _journal(state, host)
    assert mine is not None
    calls = tuple(each._replace(current=False) for each in state.calls)
    return _with(state, host, mine._replace(knows=True))._replace(lease=lease, calls=calls)


def _send(state: State, host: str, journal: Journal, process: Process) -> Iterator[tuple[str, State]]:
    assert journal.pending is not None
    if process.late:
        yield f"{host} is too late to send", _wrote(state, host, journal._replace(pending=None, recent=False), Process())
        return
    before, after = journal.pending
    lease = None
    if after == "lease":
        lease = Lease(journal.id, host)
    call = Call(host, before, after, lease, lease is not None and process.current)
    calls = tuple(sorted((*state.calls, call), key=_order))  # the order in which they were sent says nothing
    yield f"{host} sends {before} to {after}", _with(state, host, process=Process())._replace(calls=calls)


def _order(call: Call) -> tuple[str, str, str, bool]:
    return call.host, call.before, call.after, call.current


def _landings(state: State, rules: Rules) -> Iterator[tuple[str, State]]:
    """A call arrives: its answer is heard where the process still waits for it, or is lost."""
    for at, call in enumerate(state.calls):
        rest = state._replace(calls=state.calls[:at] + state.calls[at + 1 :])
        done, after = _done(rest, call, rules)
        how = f"{call.host}'s {call.before} to {call.after} {'lands' if done else 'is refused'}"
        yield f"{how}, its answer is lost", after
        journal, process = _journal(after, call.host), _process(after, call.host)
        assert journal is not None
        if process is not None and process.at == "idle" and journal.pending == (call.before, call.after):
            heard = journal._replace(pending=None, recent=False)
            if done and call.lease is not None:
                heard = heard._replace(marked=True, unheard=False)
            yield how, _wrote(after, call.host, heard)
        yield f"{call.host}'s {call.before} to {call.after} never arrives", rest


def _done(state: State, call: Call, rules: Rules) -> tuple[bool, State]:
    """What a call does to the world."""
    if call.lease is not None:
        # Taking it over keeps the line at which it was moved on, so who knew that line still does.
        if not call.current or (call.before == "no lease") != (state.lease is None):
            return False, state
        return True, _taken(state, call.lease)
    if rules.exact and state.record != call.before:
        return False, state
    return True, state._replace(record=call.after, breach=_breach(state, call))


def _taken(state: State, lease: Lease) -> State:
    """A new epoch, which nobody has heard of yet; nobody's view of the Lease is current any more."""
    for host in HOSTS:
        if (journal := _journal(state, host)) is not None:
            if another_holds(lease, journal):
                state = _with(state, host, Journal(journal.id), None)  # what it was about to do does not matter any more
            else:
                state = _with(state, host, journal._replace(marked=False))
    processes = {f"p{host}": each._replace(current=False) for host in HOSTS if (each := _process(state, host)) is not None}
    calls = tuple(each._replace(current=False) for each in state.calls)
    return state._replace(lease=lease, calls=calls, **processes)


def _breach(state: State, call: Call) -> str:
    """What a change of the record set must never be."""
    journal = _journal(state, call.host)
    assert journal is not None
    if state.record == FOREIGN:
        return f"{call.host} overwrote a foreign edit"
    if state.lease is None or (state.lease.host, state.lease.journal) != (call.host, journal.id):
        return f"{call.host} changed the record set without the lease"
    if journal.ended and journal.ended != call.after:
        return f"the record set became {call.after} behind a journey that had ended with {journal.ended}"
    return ""
