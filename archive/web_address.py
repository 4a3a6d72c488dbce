"""What is an address on the web that can be asked?

One type, `WebAddress`, that every room's config model may use. Which of them may be asked is the business of
whoever asks.
"""

import re
from typing import Annotated

from yarl import URL

from archive.rules import passes

# yarl leaves them out, and so makes one address of two lines.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def parse_address(text: str) -> URL:
    """The address that is written; ValueError where it is none."""
    try:
        return URL(text)
    except IndexError as error:
        # yarl, of brackets behind which no host stands: "http://[]@"
        raise ValueError("Invalid IPv6 URL") from error


def check_web_address(value: str) -> str:
    """`value`, if it is an absolute http(s) address; ValueError otherwise."""
    try:
        url = parse_address(value)
        host = url.host or ""
    except ValueError:
        # Its own words may hold what is secret in the address.
        url, host = URL(), ""
    if url.scheme not in ("http", "https") or re.search(r"\s", host or " ") or _CONTROL.search(value):
        raise ValueError("expected an absolute http:// or https:// address")
    return value


WebAddress = Annotated[str, passes(check_web_address)]
