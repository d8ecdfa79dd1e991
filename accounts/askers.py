"""Where somebody asks from, for counting those who have no name here."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

# [2001:db8::1], [2001:db8::1]:443, 192.0.2.1:5555; a bare IPv6 address has no port.
PORT = re.compile(r"^(?:\[([^]]*)\]|([^:]*))(?::\d+)?$")
NETWORK = 64  # bits: a household or an office is given so much of IPv6, and may ask from any address in it


def asker(request: HttpRequest) -> str:
    """What stands for the network that the request came from, where nobody needs to read it: a keyed digest."""
    return salted_hmac("accounts.askers", network_of(address_of(request)), algorithm="sha256").hexdigest()[:32]


def network_of(address: str) -> str:
    """What one asker has to himself: an IPv4 address, or the /64 of an IPv6 one; anything else as it is.

    A port is not looked at: some proxies forward it, and every connection has another.
    """
    bare = PORT.sub(r"\1\2", address)
    try:
        parsed = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, NETWORK), strict=False))


def address_of(request: HttpRequest) -> str:
    """Where the request came from: what the proxy in front wrote last, where there is one."""
    if settings.BEHIND_PROXY and (forwarded := request.headers.get("X-Forwarded-For")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
