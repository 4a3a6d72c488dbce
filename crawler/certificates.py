"""When are the certificates of the world's authorities read?

With the first https address that is asked, and once. aiohttp reads them twice while it is imported: that
takes longer than all the rest of the import, a tenth of a round in which nothing is new, and two copies
of them stay in memory. Whether a host's certificate is valid is decided by aiohttp and OpenSSL.
"""

import ssl
import sys

# What checks certificates, and has none to check them by yet.
_waiting: list[ssl.SSLContext] = []


def put_off() -> None:
    """Import aiohttp without certificates, if nothing has imported it yet.

    Whoever asks an https address before `read` trusts no host.
    """
    if "aiohttp.connector" in sys.modules:
        return
    reads = ssl.SSLContext.set_default_verify_paths
    # aiohttp makes its contexts as it is imported, and asks nobody how.
    ssl.SSLContext.set_default_verify_paths = _wait  # type: ignore[method-assign, assignment]
    try:
        import aiohttp.connector  # noqa: F401
    finally:
        ssl.SSLContext.set_default_verify_paths = reads  # type: ignore[method-assign]


def _wait(context: ssl.SSLContext) -> None:
    # aiohttp has one more for whoever wants no certificate checked.
    if context.verify_mode != ssl.CERT_NONE:
        _waiting.append(context)


def read() -> None:
    """Read the certificates, if that was put off."""
    while _waiting:
        _waiting.pop().set_default_verify_paths()
