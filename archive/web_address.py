"""What is an address on the web that can be asked?

One type, `WebAddress`, that every room's config model may use. Which of them may be asked is the business of
whoever asks.
"""

import re
from typing import Annotated

from yarl import URL

from archive.rules import passes


def check_web_address(value: str) -> str:
    """`value`, if it is an absolute http(s) address; ValueError otherwise."""
    try:
        url = URL(value)
        host = url.host or ""
    except ValueError:
        # Its own words may hold what is secret in the address.
        url, host = URL(), ""
    if url.scheme not in ("http", "https") or not host or re.search(r"\s", host):
        raise ValueError("expected an absolute http:// or https:// address")
    return value


WebAddress = Annotated[str, passes(check_web_address)]
