"""What does a connection over TLS hold, and whom does it trust?"""

import asyncio
import json
import os
import ssl
import subprocess
import sys
from asyncio.sslproto import SSLProtocol
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.client import Client
from crawler.fetch_errors import Unreachable
from crawler.source import FetchSettings
from tests.command_line import ROOT

HERE = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.1",))


async def test_it_reads_into_a_small_room(monkeypatch: pytest.MonkeyPatch) -> None:
    rooms: list[int] = []
    made: Any = SSLProtocol.__init__

    def note(protocol: Any, *args: Any, **more: Any) -> None:
        made(protocol, *args, **more)
        rooms.append(len(protocol.get_buffer(-1)))

    monkeypatch.setattr(SSLProtocol, "__init__", note)

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server, Client(HERE) as client:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable):
            await client.get(f"https://127.0.0.1:{port}/")
    # A record of TLS is 16 KiB of text and some hundred bytes around it.
    assert rooms
    assert all(17 * 1024 < room <= 32 * 1024 for room in rooms)


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of `localhost` that it signed itself, and the server's side of it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, whole = folder / "certificate.pem", folder / "with-key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    whole.write_bytes(file.read_bytes() + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    return file, context


# Asks the addresses in turn: what came, and how many authorities were known by then.
ASKS = """
import asyncio, json, sys
from datetime import timedelta
from crawler import certificates
certificates.put_off()
from aiohttp.connector import _SSL_CONTEXT_VERIFIED as verifying
from crawler.client import Client
from crawler.fetch_errors import Unreachable
from crawler.source import FetchSettings

async def main():
    async with Client(FetchSettings(min_delay=timedelta(0), allow_private=("localhost",))) as client:
        for url in sys.argv[1:]:
            try:
                said = (await client.get(url)).status
            except Unreachable as error:
                said = str(error)
            print(json.dumps([said, verifying.cert_store_stats()["x509"]]))

asyncio.run(main())
"""


async def asked(urls: list[str], authorities: Path) -> list[Any]:
    environ = {**os.environ, "SSL_CERT_FILE": str(authorities), "SSL_CERT_DIR": "/nowhere"}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", ASKS, *urls],
        capture_output=True, cwd=ROOT, env=environ, timeout=60, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


async def test_certificates_are_read_with_the_first_secure_address(tmp_path: Path) -> None:
    own, context = certificate(tmp_path)
    (tmp_path / "others").mkdir()
    other, _ = certificate(tmp_path / "others")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with (
        await asyncio.start_server(answer, "127.0.0.1", 0) as plain,
        await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as secure,
    ):
        urls = [
            f"{scheme}://localhost:{server.sockets[0].getsockname()[1]}/"
            for scheme, server in (("http", plain), ("https", secure))
        ]
        assert await asked(urls, own) == [[200, 0], [200, 1]]
        (_, none), (distrusted, one) = await asked(urls, other)
    assert (none, one) == (0, 1)
    assert distrusted.startswith("the certificate of localhost is not valid")
