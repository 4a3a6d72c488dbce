"""Why could a response not be had, in words for people?

The errors of the one client (`crawler/client.py`), and what aiohttp's exceptions mean: what happened, and
what to do. What a source is told to be is `crawler/health.py`; what an answer like 403 means is
`crawler/refusals.py`.
"""

import re
import socket

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError
from yarl import URL

from crawler.guard import refusal
from crawler.proxies import masked
from crawler.socks import SocksFailed

# A server may lead to an address of thousands of characters: people are shown so many.
_SHOWN = 1000
_CHECK_PROXY = "check the proxy that fetch or the source names"


class FetchError(Exception):
    """No response could be had. The text is for people: what happened, and what to do."""


class Refused(FetchError):
    """The address may not be asked (private, not http or https, malformed); asking again is useless."""


class TooLarge(FetchError):
    """The response is larger than allowed, after decompression."""


class TooSlow(FetchError):
    """The response was not complete at the deadline."""


class Unreachable(FetchError):
    """No connection: the name, the network, the certificate or the proxy."""


class Unnamed(Unreachable):
    """No name server could say what the name means: it is theirs or this machine's trouble."""


class BadResponse(FetchError):
    """The server answered with something that is not a usable HTTP response."""


def in_plain_words(error: Exception, asked: URL, proxy: URL | None, deadline: float) -> FetchError:
    """What aiohttp's exception means to somebody who runs Wirewatch.

    Its own words for a bad response hold the address that was connected to: a proxy's with its password.
    """
    url = shown(asked)
    if (refused := refusal(error)) is not None:
        return Refused(f"{url} is not asked: {refused}")
    said = str(error)
    host, cause = _host_of(asked), brief(said if said not in ("", "None") else "the connection broke")
    match error:
        case aiohttp.ClientHttpProxyError() | aiohttp.ClientProxyConnectionError() | SocksFailed():
            return Unreachable(f"{url} could not be asked{_by_proxy(error, proxy, cause)}")
        case aiohttp.ClientConnectorDNSError() if error.os_error.errno == socket.EAI_AGAIN:
            return Unnamed(f"no name server answers for {error.host}: see whether this machine is online")
        case aiohttp.ClientConnectorDNSError() if proxy is not None and error.host == proxy.raw_host:
            why = _by_proxy(error, proxy, "its name does not resolve")
            return Unreachable(f"{url} could not be asked{why}")
        case aiohttp.ClientConnectorDNSError():
            return Unreachable(f"the name {host} does not resolve; check its spelling, or this machine's DNS")
        case aiohttp.ClientConnectorCertificateError():
            return Unreachable(f"the certificate of {host} is not valid ({cause}); the site must repair it")
        case aiohttp.ClientSSLError():
            return Unreachable(f"no secure connection to {host}: {cause}")
        case aiohttp.InvalidURL():
            return Refused(f"{url} is not asked: {cause}")
        case UnicodeError():
            return Refused(f"{url} is not asked: {host} is no name that a host can have")
        case aiohttp.ConnectionTimeoutError():
            return Unreachable(f"{host} accepts no connection in time; it may be down")
        case TimeoutError():
            return TooSlow(
                f"{url} did not answer completely within {deadline:g} s; the site may be overloaded"
            )
        case aiohttp.ClientConnectionError() | OSError():
            return Unreachable(f"{host} cannot be reached: {cause}; it may be down")
        case _:
            return BadResponse(f"{url} {_improper(error) or f'sent no proper HTTP response: {cause}'}")


def _by_proxy(error: Exception, proxy: URL | None, cause: str) -> str:
    if isinstance(error, SocksFailed):
        # Which names it.
        return f": {cause}; {_CHECK_PROXY}"
    through = f" through {shown(proxy) if proxy else 'the proxy'}"
    if not isinstance(error, aiohttp.ClientHttpProxyError):
        return f"{through}: {cause}; {_CHECK_PROXY}"
    if error.status == 407:
        return f"{through}: it wants a login (407): give it in proxy_file"
    return f"{through}: it answers {error.status}; {_CHECK_PROXY}"


def _improper(error: Exception) -> str | None:
    """What was wrong with a response that came, as far as aiohttp tells."""
    match error:
        case aiohttp.ClientPayloadError() if isinstance(error.__cause__, ContentEncodingError):
            return "is not compressed as it says; the site must repair it"
        case aiohttp.ClientPayloadError():
            return "broke off in the middle of its answer; the site may be overloaded"
        case aiohttp.ClientResponseError():
            # The first words say what, the following show the bytes.
            what = re.split(r"[:\n]", error.message, maxsplit=1)[0]
            return f"sent no proper HTTP response ({what}); the site must repair it"
    return None


def shown(address: URL | str) -> str:
    """An address as people are shown it: without a login, and the beginning of one that is too long."""
    text = str(masked(address) if isinstance(address, URL) else address)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _host_of(url: URL) -> str:
    try:
        return url.host or ""
    except UnicodeError:
        # Punycode that means nothing.
        return url.raw_host or ""


def brief(text: str) -> str:
    """aiohttp's words for a failed connection without its repetition of host, port and objects."""
    return re.sub(r"^Cannot connect to host \S+ ssl:.*? \[(.*)\]$", r"\1", text)
