"""A publisher of signed bundles and a host that pulls them, with real keys and archives, and a stub for `activate`."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

from taploom.delivery.archive import tar
from taploom.delivery.bundle import BundleChange
from taploom.delivery.comparison import File
from taploom.delivery.layout import bundles
from taploom.delivery.release import Release, release
from taploom.diff.classes import Class
from taploom.diff.effects import Disruption, Effect
from taploom.driver import compile_site, rendered
from taploom.plan.json import plan_json
from taploom.plan.site import Plan

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "templates/pull/taploom-pull"
SPECS = ROOT / "tests/golden/two-hosts/specs"
STUB = b"""#!/bin/sh
echo "$@" >>"$RECORD/calls"
here=${0%/*}
code=$(cat "$RECORD/$1" 2>/dev/null) || code=0
[ ! -x "$RECORD/on-$1" ] || "$RECORD/on-$1"
[ "$1,$code" != confirm,0 ] || { mkdir -p "$STATE/current" && cp "$here/activation" "$STATE/current/"; }
exit "$code"
"""
"""A stub that records its arguments, runs the test's hook, exits with a given status, and keeps confirmed bundles."""


def site() -> Plan:
    """A site of two hosts; `hv-east` is in the first wave."""
    return compile_site(SPECS, now=0, prove=False).plan


@dataclass
class Publisher:
    """A publisher: its keys, and the folder with its published files."""

    folder: Path
    keys: Path
    plan: Plan = field(default_factory=site)
    stub: bytes = STUB

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.keys.mkdir()
        for name in ("builder", "approver", "stranger"):
            keygen("-q", "-t", "ed25519", "-N", "", "-C", name, "-f", self.keys / name)
        lines = [
            f'builder@example.org namespaces="taploom-bundle" {self._public("builder")}',
            f'approver@example.org,other@example.org namespaces="taploom-release" {self._public("approver")}',
        ]
        (self.keys / "signers").write_text("".join(f"{line}\n" for line in lines))

    def _public(self, name: str) -> str:
        return " ".join((self.keys / f"{name}.pub").read_text().split()[:2])

    @property
    def digest(self) -> str:
        return hashlib.sha256(plan_json(self.plan).encode()).hexdigest()

    def bundle(self, host: str, serial: int, *, grade: int | None = None, before: str = "") -> dict[str, File]:
        """The bundle of a host; if `grade` is given, it lists a change of that class since the plan `before`."""
        at = next(one for one in self.plan.hosts if one.name == host)
        since = None
        if grade is not None:
            effect = Disruption(host, "host/x", "eth0", Class(grade), Effect.REFRESH, "a.network", (), "", at.origin)
            since = BundleChange(f"sha256:{before}", (effect,), frozenset((host,)))
        (files,) = bundles(self.plan, (at,), rendered(self.plan), serial=serial, since=since)
        return sealed({**files, "activate": File(self.stub, 0o755)})

    def publish(
        self, serial: int, *, wave: int = 2, waiver: str = "", grade: int | None = None, before: str = ""
    ) -> None:
        """Publishes valid bundles of both hosts, with signatures and a release."""
        sums = {}
        for host in self.plan.hosts:
            sums[host.name] = self.put(
                host.name, tar(files := self.bundle(host.name, serial, grade=grade, before=before))
            )
            self.sign_bundle(host.name, files)
        self.put_release(Release(self.digest, serial, wave, waiver, sums))

    def put(self, host: str, data: bytes) -> str:
        (self.folder / f"{host}.tar").write_bytes(data)
        return hashlib.sha256(data).hexdigest()

    def sign_bundle(self, host: str, files: dict[str, File], key: str = "builder", of: str = "taploom-bundle") -> None:
        (self.folder / f"{host}.sig").write_bytes(self.signature(files["SHA256SUMS"].data, key, of))

    def put_release(self, found: Release, key: str = "approver", of: str = "taploom-release") -> None:
        text = release(found, self.plan.rollout).encode()
        (self.folder / "taploom.release").write_bytes(text)
        (self.folder / "taploom.release.sig").write_bytes(self.signature(text, key, of))

    def signature(self, data: bytes, key: str, namespace: str) -> bytes:
        return keygen("-Y", "sign", "-q", "-n", namespace, "-f", self.keys / key, data=data)


def sealed(files: dict[str, File]) -> dict[str, File]:
    """The files with matching checksums."""
    rest = {path: file for path, file in files.items() if path != "SHA256SUMS"}
    sums = "".join(f"{hashlib.sha256(rest[path].data).hexdigest()}  {path}\n" for path in sorted(rest))
    return {**rest, "SHA256SUMS": File(sums.encode(), 0o644)}


def keygen(*words: object, data: bytes = b"") -> bytes:
    done = subprocess.run(["ssh-keygen", *map(str, words)], input=data, capture_output=True, check=True)
    return done.stdout


@dataclass(frozen=True)
class Puller:
    """A host that runs `taploom-pull`, with its files in one folder.

    Attributes:
        source: URL or path from which bundles are pulled.
        record: folder with the stub's log and settings.
        now: fake current time in seconds since the epoch; None for the real time.
    """

    folder: Path
    signers: Path
    source: str
    authority: Path | None = None
    host: str = "hv-east"
    shell: tuple[str, ...] = ("sh",)
    now: int | None = None

    @property
    def record(self) -> Path:
        return self.folder / "record"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def at(self, now: int) -> Puller:
        return replace(self, now=now)

    def run(self, *words: str) -> tuple[int, str]:
        """Runs `taploom-pull`, and returns its exit status and output."""
        for folder in (self.record, self.state, self.folder / "bin"):
            folder.mkdir(parents=True, exist_ok=True)
        if self.now is not None:
            date = self.folder / "bin/date"
            date.write_text(f'#!/bin/sh\nexec /bin/date -d @{self.now} "$@"\n')
            date.chmod(0o755)
        env = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "SOURCE": self.source, "HOST": self.host,
            "SIGNERS": str(self.signers), "STATE": str(self.state), "RECORD": str(self.record),
            "HOME": str(self.folder), "GIT_CONFIG_GLOBAL": os.devnull,
            **({"CURL_CA_BUNDLE": str(self.authority)} if self.authority else {}),
        }  # fmt: skip
        done = subprocess.run([*self.shell, SCRIPT, *words], env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    @property
    def calls(self) -> list[str]:
        """The arguments of each call of `activate`, without the plan's hash."""
        file = self.record / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line.partition(" sha256:")[0] for line in lines]
