"""A client's view of a load balancer, before clients have it: one connection to every address on every port."""

from __future__ import annotations

from migrator.errors import OutsideError
from migrator.model.balancers import Listener
from migrator.model.migration import Migration
from migrator.model.names import ProbeSeen
from migrator.ports.outside import Outside
from migrator.steps.asking import answered_by

# UDP has nothing that answers a stranger. A plain HTTP listener is asked for a page: what answers is the backend, which
# tells whether it understands the new load balancer, too.
KINDS = {"TCP": "tcp", "TLS": "tls", "SSL": "tls", "HTTPS": "tls", "HTTP": "http"}


def legacy(migration: Migration, outside: Outside) -> ProbeSeen:
    """Probe legacy; it failing from here means only that we cannot probe from here."""
    balancer = migration.legacy.balancer
    try:
        authorities = outside.names.authorities(balancer.dns_name)
        answers = answered_by(authorities, balancer.dns_name, "A", outside)
    except OutsideError as trouble:
        return ProbeSeen(False, trouble.message)
    return addresses(migration, answers[0].values, outside)


def addresses(migration: Migration, addresses: tuple[str, ...], outside: Outside) -> ProbeSeen:
    """Probe every address on every port that legacy listens on; ok when all of them answered."""
    moves = migration.dns.moves
    host = moves[0].listed.name.rstrip(".") if moves else migration.legacy.balancer.dns_name
    listeners = [each for each in migration.legacy.listeners if each.protocol in KINDS]
    tried = [attempted(address, each, host, outside) for address in addresses for each in listeners]
    for each in tried:
        if not each.ok:
            return each
    return ProbeSeen(True, f"{len(tried)} probes succeeded") if tried else ProbeSeen(False, "nothing that could be probed")


def attempted(address: str, listener: Listener, host: str, outside: Outside) -> ProbeSeen:
    """One probe; one that could not be made is one that failed."""
    try:
        return outside.probes.tried(address, listener.port, KINDS[listener.protocol], host)
    except OutsideError as trouble:
        return ProbeSeen(False, trouble.message)
