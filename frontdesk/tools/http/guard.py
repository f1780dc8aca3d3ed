"""Which addresses an HTTP tool may connect to: those of the internet, not those of the bot's own network."""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

# All that is given out for use on the internet (RFC 4291, section 2.4, and IANA's registry).
_GLOBAL_UNICAST = IPv6Network("2000::/3")

# An IPv4 address behind a translator (RFC 6052): its last 32 bits.
_NAT64 = IPv6Network("64:ff9b::/96")

# What ipaddress takes for public, or once did: of the protocols (RFC 6890), and Azure's platform as its
# machines see it.
_NOT_PUBLIC = (IPv4Network("192.0.0.0/24"), IPv4Network("168.63.129.16/32"))


class Guard:
    """Makes the sockets of a connection, and refuses to where the address is not of the internet.

    It sees the very address that is connected to, whatever name or spelling led there. `refused` are the
    addresses that it stood in the way of.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []

    def __call__(self, info: tuple[Any, ...]) -> socket.socket:
        """The socket for one address, as getaddrinfo tells of it. Raises PermissionError."""
        family, kind, protocol, _, place = info
        if not is_public(place[0]):
            self.refused.append(place[0])
            raise PermissionError("an address that is not of the internet")
        return socket.socket(family, kind, protocol)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        return _is_public_6(ip)
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOT_PUBLIC)


def _is_public_6(ip: IPv6Address) -> bool:
    """Where an IPv4 address is inside (mapped, 6to4, NAT64), that one counts."""
    inner = ip.ipv4_mapped or ip.sixtofour
    if ip in _NAT64:
        inner = IPv4Address(ip.packed[-4:])
    if inner is not None:
        return is_public(str(inner))
    return ip.is_global and ip in _GLOBAL_UNICAST
