"""How much one address may ask of the guests' pages: enough for a family, not for emptying a room."""

from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from time import monotonic
from typing import Final

MINUTE: Final = 60.0
_ADDRESSES: Final = 20_000


def household(host: str) -> str:
    """Return what one connection has to itself: an IPv4 address, or the /64 of an IPv6 one, which is all its own."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 4 or address.ipv4_mapped:
        return str(address if address.version == 4 else address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False))


@dataclass(slots=True)
class Limiter:
    """Lets an address do `most` things a window, and forgets it when it is quiet (each process counts for itself)."""

    most: int
    window_s: float = MINUTE
    _seen: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict)

    def takes(self, address: str, now: float | None = None) -> bool:
        """Count one more, and tell whether it is still within the limit."""
        moment = monotonic() if now is None else now
        since, count = self._seen.get(address, (moment, 0))
        if moment - since >= self.window_s:
            since, count = moment, 0
        self._seen[address] = since, count + 1
        self._seen.move_to_end(address)
        if len(self._seen) > _ADDRESSES:
            self._seen.popitem(last=False)
        return count < self.most


@dataclass(slots=True)
class Limits:
    """What one address may do: look, act, and keep tables, which takes them from others."""

    looks: Limiter = field(default_factory=lambda: Limiter(300))
    acts: Limiter = field(default_factory=lambda: Limiter(60))
    holds: Limiter = field(default_factory=lambda: Limiter(30, 5 * MINUTE))

    @classmethod
    def wide(cls) -> "Limits":
        """Return limits that no test of anything else runs into."""
        return cls(Limiter(100_000), Limiter(100_000), Limiter(100_000))
