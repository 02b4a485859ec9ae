"""Runs the publisher's commands from the documentation page on pulling; hosts must accept the signatures."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.pull.publishing import ROOT, SPECS, Publisher, keygen
from tests.support import needs

PAGE = ROOT / "site/how-to/pull.md"


def typed(heading: str) -> str:
    """The commands of the first console block below a heading, without the prompts."""
    text = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    block = re.search(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert block
    return "".join(f"{line[2:]}\n" for line in block[1].splitlines() if line.startswith(("$ ", "> ")))


@needs("ssh-keygen", "git")
def test_the_documented_commands_make_signatures_that_hosts_accept(publisher: Publisher, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(SPECS, site / "specs")
    shutil.copytree(SPECS, site / "old")
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "BEFORE": "./old"}
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run(["git", *who, *words], cwd=site, env=env, check=True)
    script = typed("Publish").replace("~/.ssh", str(publisher.keys))
    assert script.count(str(publisher.keys)) == 2
    subprocess.run(["sh", "-euc", script], cwd=site, env=env, check=True, capture_output=True)
    made = site / "build/bundles"
    assert sorted(path.name for path in made.iterdir()) == [
        "hv-east.sig", "hv-east.tar", "hv-west.sig", "hv-west.tar", "taploom.release", "taploom.release.sig",
    ]  # fmt: skip
    signers = publisher.keys / "signers"
    for name in ("hv-east", "hv-west"):
        sums = subprocess.check_output(["tar", "-xOf", made / f"{name}.tar", "SHA256SUMS"])
        by = ("-I", "builder@example.org", "-f", signers, "-s", made / f"{name}.sig")
        keygen("-Y", "verify", "-n", "taploom-bundle", *by, data=sums)
    release = (made / "taploom.release").read_bytes()
    by = ("-I", "approver@example.org", "-f", signers, "-s", made / "taploom.release.sig")
    keygen("-Y", "verify", "-n", "taploom-release", *by, data=release)
    assert b"\nserial 1\n" in release
