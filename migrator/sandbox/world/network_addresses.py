"""Addresses of everything that one world holds, all inside its own 127.N.0.0/16.

Loopback addresses, so that on real sockets each of them can be bound as it is, and two worlds that differ in N
never meet.
"""

from __future__ import annotations

from collections import deque

from migrator.sandbox.world.trouble import AwsError

# kind: first and last third octet of its pool
POOLS = {
    "dns": (1, 1),
    "node": (2, 7),
    "client": (8, 15),
    "pod": (32, 127),
    "lb": (128, 255),
}


class Addresses:
    """Hands out addresses of each kind in order; one that was given back is used again only when a pool is through."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._handed_out = dict.fromkeys(POOLS, 0)
        self._returned: dict[str, deque[str]] = {kind: deque() for kind in POOLS}

    def allocate(self, kind: str) -> str:
        """The next free address of a kind. Raises AwsError when the pool is through."""
        first, last = POOLS[kind]
        count = self._handed_out[kind]
        if count < (last - first + 1) * 254:
            self._handed_out[kind] = count + 1
            return f"{self.prefix}.{first + count // 254}.{1 + count % 254}"
        if self._returned[kind]:
            return self._returned[kind].popleft()
        raise AwsError("InsufficientFreeAddressesInSubnet", f"no {kind} address is left in {self.prefix}.0.0/16")

    def release(self, address: str) -> None:
        """Give an address back; one that was never handed out is ignored."""
        if not address.startswith(self.prefix + "."):
            return
        third = int(address.split(".")[2])
        for kind, (first, last) in POOLS.items():
            if first <= third <= last and address not in self._returned[kind]:
                self._returned[kind].append(address)
