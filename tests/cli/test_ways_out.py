"""Exit statuses and output streams of taploom, run as a process."""

import os
import pty
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.cli.conftest import Taploom

TAPLOOM = (sys.executable, "-c", "from taploom.cli import main; main()")


def process(*command: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={**os.environ, **env}, check=False)


def on_terminal(*command: str, cwd: Path, **env: str) -> bytes:
    """The bytes that a command prints on a terminal."""
    master, terminal = pty.openpty()
    clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    full = {**clean, "TERM": "xterm", **env}
    subprocess.run(command, cwd=cwd, env=full, stdout=terminal, stderr=terminal, check=False)
    os.close(terminal)
    found = b""
    while part := _read(master):
        found += part
    os.close(master)
    return found


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # Linux reports EIO when a terminal is closed
        return b""


def broken(cause: str) -> tuple[str, ...]:
    """The command line of a taploom that runs the Python code `cause` instead of compiling the site."""
    script = f"""
        import taploom.driver
        def compile_site(specs, *, now, render):
            {cause}
        taploom.driver.compile_site = compile_site
        from taploom.cli import main
        main()
    """
    return (sys.executable, "-c", textwrap.dedent(script))


@pytest.mark.parametrize(
    "words", [("--nope",), ("nope",), ("validate", "--format", "nope"), ("render", "extra"), ("export",)]
)
def test_usage_errors_exit_with_64(site: Path, taploom: Taploom, words: tuple[str, ...]) -> None:
    shown = taploom(*words)
    assert (shown.status, shown.out) == (64, "")
    assert "Usage: taploom" in shown.err


@pytest.mark.parametrize("told", ["tomorrow", "-5", "1.5", "1798761600000", "9" * 30])
@pytest.mark.parametrize("words", [("validate",), ("reach", "internet", "hypervisor"), ("plan", "./specs", "./specs")])
def test_an_invalid_source_date_epoch_is_a_usage_error(
    locked: Path, taploom: Taploom, monkeypatch: pytest.MonkeyPatch, told: str, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(locked)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", told)
    shown = taploom(*words)
    assert (shown.status, shown.out) == (64, "")
    assert f"SOURCE_DATE_EPOCH is '{told}'" in shown.err


def test_source_date_epoch_sets_the_current_time(
    locked: Path, taploom: Taploom, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = "taploom: 1\npolicy:\n  p: {from: internet, to: microvm, allow: http, expires: 2027-01-01}\n"
    (locked / "specs/p.yaml").write_text(entry)
    found = []
    for day in ("1798761600", "1798848000"):  # 2027-01-01 and the day after
        monkeypatch.setenv("SOURCE_DATE_EPOCH", day)
        found.append("TL710" in taploom("validate", "--specs", str(locked / "specs")).out)
    assert found == [False, True]


def test_a_missing_folder_is_a_finding(site: Path, taploom: Taploom) -> None:
    shown = taploom("validate", "--specs", "spex")
    assert shown.status == 1
    assert "`spex` does not exist" in shown.out


def test_a_bug_exits_with_70_and_names_itself(site: Path) -> None:
    command = [*broken("raise KeyError('x\\n\\x1b[31m')"), "validate"]
    plain = process(*command, cwd=site)
    assert plain.returncode == 70
    assert "This is a bug in taploom, not in your specs" in plain.stderr
    assert "Traceback" not in plain.stderr
    assert "\x1b" not in plain.stderr
    told = process(*command, cwd=site, TAPLOOM_DEBUG="1")
    assert told.returncode == 70
    assert "Traceback" in told.stderr


def test_control_c_exits_with_130(site: Path) -> None:
    script = broken("import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(9)")
    interrupted = process(*script, "validate", cwd=site)
    assert interrupted.returncode == 130
    assert "Traceback" not in interrupted.stderr


def test_a_closed_pipe_is_quiet(site: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        ended = subprocess.run([*TAPLOOM, "schema"], cwd=site, stdout=closed, stderr=subprocess.PIPE, check=False)
    assert ended.returncode == -signal.SIGPIPE
    assert ended.stderr == b""


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["validate", "lock --check", "schema", "explain TL203"])
def test_closed_streams_are_not_reported_as_a_bug(locked: Path, closed: str, words: str) -> None:
    line = f"{sys.executable} -c '{TAPLOOM[2]}' {words} {closed}"
    ended = subprocess.run(["sh", "-c", line], cwd=locked, capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    assert "bug" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_full_disk_is_an_error_message(site: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*TAPLOOM, "schema"], cwd=site, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 1
    assert ended.stderr.endswith("No space left on device\n")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(("env", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_is_for_terminals(site: Path, env: dict[str, str], colored: bool) -> None:
    shown = on_terminal(*TAPLOOM, "validate", cwd=site, **env)
    assert b"TL302" in shown
    assert (b"\x1b[1;31m" in shown) is colored


def test_no_colour_in_a_file(site: Path) -> None:
    assert "\x1b" not in process(*TAPLOOM, "validate", cwd=site, TERM="xterm").stdout


def test_progress_is_shown_on_a_terminal_after_a_while(site: Path) -> None:
    command = [*broken("import time; time.sleep(1.4); raise SystemExit(0)"), "validate"]
    assert b"Compiling specs" in on_terminal(*command, cwd=site)
    assert process(*command, cwd=site).stderr == ""


def test_the_progress_display_starts_no_thread(site: Path) -> None:
    """With a second thread, `base.parallel` could not fork, and would do all work in one process."""
    tasks = "sum(1 for _ in __import__('pathlib').Path('/proc/self/task').iterdir())"
    command = [*broken(f"raise SystemExit(100 + {tasks})"), "validate"]
    master, terminal = pty.openpty()
    shown = subprocess.run(command, cwd=site, stdout=terminal, stderr=terminal, check=False)
    os.close(terminal)
    os.close(master)
    assert shown.returncode == 101


def test_validate_starts_without_heavy_libraries(locked: Path) -> None:
    """taploom starts in less than 0.2 s; each of these libraries would take a good part of that."""
    script = (
        "import sys\nfrom taploom.cli.entry import run\nassert run(['validate']) == 0\nprint(' '.join(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", script], cwd=locked, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in shown.stdout.split()}
    heavy = {"ruamel", "mkdocs", "graphviz", "asyncio", "jinja2", "jsonschema", "tarfile", "xml", "difflib", "unittest"}
    assert not loaded & heavy


def test_output_is_escaped_if_the_terminal_cannot_encode_it(site: Path) -> None:
    (site / "specs/seed.yaml").write_text("taploom: 1\nж: 1\n")
    shown = process(*TAPLOOM, "validate", cwd=site, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert shown.returncode == 1
    assert "\\u0436" in shown.stdout
