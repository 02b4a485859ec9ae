"""Fixtures: a publisher, an HTTPS server on loopback for its files, and a host that pulls from there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.pull.publishing import Publisher, Puller

SUBJECT = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for the loopback interface, with its key in the same folder."""
    folder = tmp_path_factory.mktemp("tls")
    new = ("-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key", "-out", folder / "crt", "-days", "2")
    subprocess.run(["openssl", "req", "-x509", *map(str, new), *SUBJECT], check=True, capture_output=True)
    return folder / "crt"


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    return Publisher(tmp_path / "published", tmp_path / "keys")


@pytest.fixture
def address(publisher: Publisher, certificate: Path) -> Iterator[str]:
    """Name and port of the HTTPS server."""
    key = certificate.with_name("key")
    command = [sys.executable, Path(__file__).with_name("server.py"), publisher.folder, certificate, key]
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"localhost:{server.stdout.readline().strip()}"
        server.kill()


@pytest.fixture
def puller(tmp_path: Path, publisher: Publisher, address: str, certificate: Path) -> Puller:
    return Puller(tmp_path / "host", publisher.keys / "signers", f"https://{address}", certificate)
