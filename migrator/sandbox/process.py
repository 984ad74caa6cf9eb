"""Starts and stops a sandbox, says how to reach it, and asks things of a running one.

Sandboxes are told apart by their port base. Each serves AWS on the base, Kubernetes on base + 1, control on
base + 2, DNS on base + 53 of its own addresses, and load balancers, pods and clients inside its own 127.N.0.0/16.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from migrator.sandbox.home import Home, SandboxError, State, neighbours, octet

__all__ = ["SandboxError", "State", "control", "down", "environment", "served", "status", "up"]

PORT_BASE = 18000
HOST = "127.0.0.1"
START_S, STOP_S = 30.0, 15.0
LOOK_EVERY_S = 0.05


def up(
    *, port_base: int = PORT_BASE, detach: bool = False, seed: int = 0, zones: int = 3, nodes: int = 3, quiet: bool = False
) -> State:
    """Start a sandbox and print what it serves, unless `quiet`.

    Detached it lives on in a session of its own, and this returns once every door answers; else this returns after
    the sandbox was stopped by SIGINT, SIGTERM or `down`. SandboxError when it cannot start, with the reason.
    """
    _check_room(port_base)
    settings = {"port_base": port_base, "seed": seed, "zones": zones, "nodes": nodes}
    if not detach:
        return _serve(settings, announce=not quiet)
    state = _start_detached(settings)
    if not quiet:
        print(served(state), flush=True)
    return state


def down(port_base: int = PORT_BASE) -> bool:
    """Stop a sandbox and wait until it has gone; whether there was one. A dead one's leavings are removed."""
    home = Home(port_base)
    if not home.is_alive():
        home.clear()
        return False
    state = _settled(home)
    with contextlib.suppress(SandboxError):
        control(port_base, "shutdown")
    if not _gone(home, STOP_S):
        os.kill(state.pid, signal.SIGTERM)
        if not _gone(home, STOP_S / 3):
            os.kill(state.pid, signal.SIGKILL)
            _gone(home, STOP_S / 3)
    home.clear()
    return True


def status(port_base: int = PORT_BASE) -> dict[str, Any]:
    """What a running sandbox has bound and counted. SandboxError when none runs."""
    return control(port_base, "status")


def environment(port_base: int = PORT_BASE) -> dict[str, str]:
    """The variables with which kubectl, the AWS command line, boto3 and `migrate` reach a running sandbox."""
    home = Home(port_base)
    state = home.read()
    found = {
        "KUBECONFIG": str(home.kubeconfig),
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port_base}",
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": state.region,
        "AWS_DEFAULT_REGION": state.region,
        "MIGRATE_RESOLVERS": ",".join(state.resolvers),
        "MIGRATE_DNS_PORT": str(port_base + 53),
        "MIGRATE_WAITS": "sandbox",
    }
    if home.authority.exists():  # trustme is installed: who is to trust its listeners needs the authority
        found["MIGRATE_SANDBOX_CA"] = str(home.authority)
    return found | _without_proxy(os.environ)


def control(port_base: int, verb: str, payload: Mapping[str, Any] | None = None, *, timeout_s: float = 30.0) -> dict[str, Any]:
    """Ask something of a running sandbox; `doors.verbs` says what. SandboxError with the reason when it says no."""
    state = Home(port_base).read()
    connection = http.client.HTTPConnection(HOST, port_base + 2, timeout=timeout_s)
    try:
        connection.request("POST", f"/{verb}", msgspec.json.encode(payload or {}), {"Authorization": f"Bearer {state.token}"})
        answer = connection.getresponse()
        said: dict[str, Any] = msgspec.json.decode(answer.read(), type=dict[str, Any])
    except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
        raise SandboxError(f"the sandbox on port base {port_base} does not answer `{verb}`: {error}") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise SandboxError(f"the sandbox refused `{verb}`: {said.get('error', answer.status)}")
    return said


def served(state: State) -> str:
    """What a sandbox serves and how to use it, for people."""
    base = state.port_base
    resolvers = ", ".join(f"{address} ({kind})" for address, kind in state.resolvers.items())
    return "\n".join(
        (
            f"sandbox on port base {base}, pid {state.pid}, seed {state.seed}",
            f"  AWS         http://{HOST}:{base}  ({state.region})",
            f"  Kubernetes  http://{HOST}:{base + 1}  {Home(base).kubeconfig}",
            f"  resolvers   {resolvers}, port {base + 53}",
            f"  authority   {', '.join(state.authorities)}, port {base + 53}",
            f"  traffic     127.{state.octet}.0.0/16",
            f"  TLS         {_trusted(Home(base))}",
            f"  control     http://{HOST}:{base + 2}",
        )
    )


def _trusted(home: Home) -> str:
    return f"curl --cacert {home.authority}" if home.authority.exists() else "off: pip install 'migrator[sandbox]'"


def _check_room(port_base: int) -> None:
    """Refuse a port base that cannot be, or that a running sandbox is in the way of."""
    if not 1024 <= port_base <= 65535 - 53:
        raise SandboxError(f"a port base is between 1024 and {65535 - 53}, not {port_base}")
    if Home(port_base).is_alive():
        raise SandboxError(f"a sandbox is already running on port base {port_base}: stop it, or choose another port base")
    for each in neighbours(port_base):
        if octet(each) == octet(port_base):
            why = f"both would use 127.{octet(port_base)}.0.0/16"
            raise SandboxError(f"the sandbox on port base {each} is in the way of {port_base}, {why}: choose another port base")


def _start_detached(settings: dict[str, int]) -> State:
    home = Home(settings["port_base"])
    home.make()
    home.clear()
    command = [sys.executable, "-m", "migrator.sandbox.process", msgspec.json.encode(settings).decode()]
    with home.log.open("wb") as log:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    for _ in _every(LOOK_EVERY_S, START_S):
        if child.poll() is not None:
            raise SandboxError(f"the sandbox did not start: {_last_line(home) or f'it ended with {child.returncode}'}")
        with contextlib.suppress(SandboxError):
            status(home.port_base)
            return home.read()
    child.terminate()
    raise SandboxError(f"the sandbox did not answer within {START_S:.0f} s; its log is {home.log}")


def _serve(settings: dict[str, int], *, announce: bool) -> State:
    """Be the sandbox until somebody stops it."""
    # Imported here: SDKs and every door, which those who only ask something do without.
    from migrator.sandbox.serving import Sandbox, Settings

    home = Home(settings["port_base"])
    with home.held():
        sandbox = Sandbox(msgspec.convert(settings, Settings), home)
        with _stopped_by_signals(sandbox.stopping.set):
            state = sandbox.open()
            try:
                if announce:
                    print(served(state), flush=True)
                sandbox.stopping.wait()
            finally:
                sandbox.close()
    return state


@contextlib.contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGINT and SIGTERM call `stop` meanwhile; what they did before is put back."""
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(each, lambda *_: stop()) for each in kinds]
    try:
        yield
    finally:
        for each, handler in zip(kinds, before, strict=True):
            signal.signal(each, handler)


def _settled(home: Home) -> State:
    """The state of a running sandbox, waited for while it starts."""
    for _ in _every(LOOK_EVERY_S, START_S):
        with contextlib.suppress(SandboxError):
            return home.read()
    return home.read()


def _gone(home: Home, patience_s: float) -> bool:
    return any(not home.is_alive() for _ in _every(LOOK_EVERY_S, patience_s))


def _every(pause_s: float, patience_s: float) -> Iterator[None]:
    """Once now and then after each pause, until patience runs out."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        yield
        time.sleep(pause_s)


def _last_line(home: Home) -> str:
    lines = home.log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _without_proxy(given: Mapping[str, str]) -> dict[str, str]:
    """Loopback kept from a proxy, where one is set: SDKs would ask it for 127.0.0.1 too."""
    if not any(each.lower() in ("http_proxy", "all_proxy") and value for each, value in given.items()):
        return {}
    kept = given.get("NO_PROXY") or given.get("no_proxy") or ""
    names = ",".join(dict.fromkeys(filter(None, [*kept.split(","), HOST, "localhost"])))
    return {"NO_PROXY": names, "no_proxy": names}


def _main() -> int:
    """The detached process: settings come as its only argument, reasons go to the log's last line."""
    try:
        _serve(msgspec.json.decode(sys.argv[1], type=dict[str, int]), announce=True)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
