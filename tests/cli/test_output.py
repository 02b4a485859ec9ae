"""Output files are written completely or not at all, may be links or pipes, and have one writer at a time."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support import needs

if TYPE_CHECKING:
    from tests.cli.conftest import Taploom

TAPLOOM = str(Path(sys.executable).with_name("taploom"))
FULL = """
mount -t tmpfs -o size=64k tmpfs {disk} && cp {kept} {disk}/plan.md && head -c 40000 /dev/zero > {disk}/ballast
{taploom} plan ./empty ./specs -o {disk}/plan.md; echo status=$?
cat {disk}/plan.md; ls -A {disk}
"""


@needs("root", "unshare", "mount")
def test_a_full_disk_leaves_the_old_file(locked: Path) -> None:
    (locked / "empty").mkdir()
    (locked / "empty/site.yaml").write_text("taploom: 1\n")
    for number in range(30):  # makes the plan larger than the free space
        nic = f"{{microvm: {{ipv4: 10.0.0.{20 + number}}}}}"
        guest = f"taploom: 1\nguests: {{g{number}: {{host: hypervisor, nics: {nic}}}}}\n"
        (locked / f"specs/g{number}.yaml").write_text(guest)
    subprocess.run([TAPLOOM, "lock"], check=True, capture_output=True)
    (locked / "disk").mkdir()
    (locked / "old.md").write_text("the old plan\n" * 10)
    script = FULL.format(disk=locked / "disk", kept=locked / "old.md", taploom=TAPLOOM)
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], check=True, capture_output=True, text=True)
    assert "status=1" in done.stdout
    assert done.stdout.count("the old plan\n") == 10
    assert done.stdout.splitlines()[-2:] == ["ballast", "plan.md"]
    assert "TL911" in done.stderr
    assert "No space left on device" in done.stderr


def test_a_plan_is_written_through_a_link_and_into_a_pipe(locked: Path, taploom: Taploom) -> None:
    (locked / "real.md").write_text("old")
    (locked / "link.md").symlink_to("real.md")
    os.mkfifo(locked / "pipe.md")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((locked / "pipe.md").read_text()))
    reader.start()
    assert taploom("plan", "./specs", "./specs", "-o", "link.md", "-o", "pipe.md").status == 0
    reader.join(10)
    assert (locked / "link.md").is_symlink()
    assert (locked / "real.md").read_text() == read[0] != "old"


@pytest.mark.parametrize("verb", [("lock",), ("lock", "--prune")])
def test_a_second_writer_of_the_lock_is_refused_and_writes_nothing(
    site: Path, taploom: Taploom, verb: tuple[str, ...]
) -> None:
    held = os.open(site / "specs", os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused = taploom(*verb)
    finally:
        os.close(held)
    assert refused.status == 1
    assert "TL914" in refused.err
    assert not (site / "specs/taploom.lock").exists()
    assert taploom(*verb).status == 0


def test_concurrent_locks_leave_one_complete_lock(site: Path) -> None:
    """Six processes each add a guest and retry until they get the lock; no entry is lost."""
    script = "until {taploom} lock 2>/dev/null >/dev/null; do sleep 0.1; done"
    started = []
    for number in range(6):
        guest = f"taploom: 1\nguests: {{g{number}: {{host: hypervisor, nics: {{microvm: {{}}}}}}}}\n"
        (site / f"specs/g{number}.yaml").write_text(guest)
        started.append(subprocess.Popen(["sh", "-c", script.format(taploom=TAPLOOM)], cwd=site))
    assert [process.wait(60) for process in started] == [0] * 6
    lines = (site / "specs/taploom.lock").read_text().splitlines()
    assert sum(line.startswith("guest/g") for line in lines) == 6 * 3
    done = subprocess.run([TAPLOOM, "lock", "--check"], cwd=site, check=False)
    assert done.returncode == 0
