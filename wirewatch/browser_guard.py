"""Which requests may come to the endpoints at all?

They need no password, since only programs of this machine reach a loopback address. But a page in a
browser here is such a program: it may post to any address, and a name of its own may be made to point
to 127.0.0.1 (DNS rebinding). So who listens on loopback answers only who asks for loopback by its
address, or for `localhost`; and nothing is set going from afar or by a page.
"""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address

from aiohttp import web
from aiohttp.typedefs import Handler

NOT_HERE = "this address answers only for localhost and loopback addresses, not for the name asked for"
NOT_FROM_THERE = "only programs on this machine may do that, and no page in a browser"


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse with 403 what does not come from a program that means this daemon."""
    ours = request.transport.get_extra_info("sockname") if request.transport is not None else None
    why = refusal(request.method, request.headers, here=ours[0] if ours else "", there=request.remote or "")
    return web.Response(text=f"{why}\n", status=403) if why else await handler(request)


def refusal(method: str, headers: Mapping[str, str], *, here: str, there: str) -> str | None:
    """Why a request from the address `there` to our address `here` is refused; None where it is not."""
    # A browser always says which host it asks for.
    if is_loopback(here) and not is_loopback(_host(headers.get("Host", "localhost"))):
        return NOT_HERE
    # And whatever changes something bears the origin of its page.
    if method not in ("GET", "HEAD") and ("Origin" in headers or not is_loopback(there)):
        return NOT_FROM_THERE
    return None


def _host(header: str) -> str:
    """The host of `host:port`, without the brackets of an IPv6 address."""
    host, colon, port = header.rpartition(":")
    return (host if colon and port.isdecimal() else header).strip("[]")


def is_loopback(host: str) -> bool:
    """Whether `host`, an address or a name as a request gives it, is surely this machine."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    # A socket for both kinds names the old ones within the new.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
