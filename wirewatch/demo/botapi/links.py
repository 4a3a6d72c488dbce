"""Which link targets does Telegram keep, and how does it spell them?

A target that is refused is no error there: the text stays, the link silently vanishes. Nothing here
looks at text or markup.
"""

import ipaddress
import re
import string

_USER = re.compile(r"tg:(?://)?user\?id=([0-9]+)(?:[&#].*)?\Z", re.IGNORECASE | re.ASCII | re.DOTALL)
_OWN_SCHEME = re.compile(r"(tg|ton):(?://)?", re.IGNORECASE | re.ASCII)
_OWN_HOST = re.compile(r"[a-z0-9_-]+")
_FOREIGN_SCHEME = re.compile(r"([^:/?#@\[\]]*)://")
_AUTHORITY = re.compile(r"[^/?#]*")
_PORT = re.compile(r":([0-9]+)\Z")
# What RFC 3986 allows in a name, and any character beyond ASCII.
_NAME = r"[a-z0-9._!$,~*'();&+=\-]|%[a-f0-9]{2}|[^\x00-\x7f]"
_WEB_HOST = re.compile(rf"(?:{_NAME})+")
_USERINFO = re.compile(rf"(?:{_NAME}|:)*")
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_BLANKS = " \t\r\n\0\v"


def mentioned_user(target: str) -> int | None:
    """The user that `tg://user?id=N` mentions."""
    match = _USER.match(target)
    return int(match.group(1)) or None if match else None


def checked_link(target: str) -> str | None:
    """`target` as Telegram would store it, or None where it would drop the link."""
    own = _OWN_SCHEME.match(target)
    if own:
        return _own_link(ascii_lower(own[1]), target[own.end() :])
    foreign = _FOREIGN_SCHEME.match(target)
    scheme = ascii_lower(foreign[1]) if foreign else "http"
    if scheme not in ("http", "https"):
        return None
    authority, path = _split(target[foreign.end() :] if foreign else target)
    port = _PORT.search(authority)
    if port:
        authority = authority[: port.start()]
        if not 0 < int(port[1]) < 65536:
            return None
    user, at, host = authority.rpartition("@")
    host = ascii_lower(host)
    if not _USERINFO.fullmatch(ascii_lower(user)) or not _web_host(host):
        return None
    shown_port = f":{int(port[1])}" if port else ""
    return f"{scheme}://{user}{at if user else ''}{host}{shown_port}{path}"


def ascii_lower(text: str) -> str:
    """`text` in lower case as the server sees case: A to Z only."""
    return text.translate(_LOWER)


def _own_link(scheme: str, rest: str) -> str | None:
    """Telegram's own schemes: one plain word and its arguments."""
    host, path = _split(rest)
    host = ascii_lower(host.removeprefix("@"))
    if not _OWN_HOST.fullmatch(host):
        return None
    return f"{scheme}://{host}{path.replace('/?', '?', 1) if path.startswith('/?') else path}"


def _split(rest: str) -> tuple[str, str]:
    """Authority and path; the path begins with a slash and holds no blanks."""
    match = _AUTHORITY.match(rest)
    authority = match.group() if match else ""
    path = rest[len(authority) :].rstrip(_BLANKS)
    path = path if path.startswith("/") else "/" + path
    return authority, "".join(f"%{ord(char):02X}" if char <= " " else char for char in path)


def _web_host(host: str) -> bool:
    """Whether `host` (in lower case) may stand in a link: a name with a dot, or an address."""
    if host.startswith("[") and host.endswith("]"):
        try:
            return bool(ipaddress.IPv6Address(host[1:-1]))
        except ValueError:
            return False
    return host != "." and "." in host and _WEB_HOST.fullmatch(host) is not None
