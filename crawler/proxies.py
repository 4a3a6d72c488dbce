"""How is a proxy named, and how is it spoken of?

The rule for `fetch.proxy` and a source's `proxy`. Asking through a SOCKS proxy is `crawler/socks.py`;
what is checked behind any proxy is `crawler/guard.py`.
"""

from yarl import URL

from archive.web_address import parse_address

# socks5: this machine looks names up, and the proxy gets the address that the guard has seen. socks5h:
# the proxy gets the name.
SOCKS = frozenset({"socks5", "socks5h"})
_SCHEMES = frozenset({"http", "https"}) | SOCKS
_SOCKS_PORT = 1080
# RFC 1929 has one byte for each length.
_LONGEST = 255


def parse_proxy(text: str) -> URL:
    """The address of a proxy; ValueError says what is expected and shows nothing of `text`."""
    try:
        url = parse_address(text)
    except ValueError:
        # Its own words may hold the password.
        url = URL()
    if url.scheme not in _SCHEMES or not url.raw_host:
        raise ValueError("expected an http://, https://, socks5:// or socks5h:// address")
    if url.scheme not in SOCKS:
        return url
    said = [part or "" for part in (url.user, url.password)]
    # RFC 1929 names no encoding, and python-socks (3.2) writes both as ASCII.
    if any(said) and not all(part.isascii() and 0 < len(part) <= _LONGEST for part in said):
        raise ValueError("expected both a user and a password for a SOCKS proxy, each in ASCII, or neither")
    return url if url.explicit_port else url.with_port(_SOCKS_PORT)


def masked(address: URL) -> URL:
    """The address of a proxy, or any other, without its user and password."""
    return address.with_user(None) if address.raw_user or address.raw_password else address
