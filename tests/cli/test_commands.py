"""Every command, run on the seed as a user types it."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.cli.conftest import SEED, Taploom

from taploom.cli.group import COMMANDS


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_help_names_every_command(taploom: Taploom) -> None:
    shown = taploom("--help")
    assert shown.status == 0
    listed = [line.split()[0] for line in shown.out.partition("Commands:\n")[2].splitlines()]
    assert listed == list(COMMANDS)
    assert "..." not in shown.out.partition("Commands:\n")[2], "a description is truncated"
    for name in COMMANDS:
        assert taploom(name, "--help").status == 0


def test_validate_reports_missing_lock_entries_and_lock_adds_them(site: Path, taploom: Taploom) -> None:
    before = taploom("validate")
    assert before.status == 1
    assert before.out.count("error[TL302]") == 1
    assert "lacks IPv6 and MAC of guest `http-reverse-proxy` on `microvm`, and of 1 other NIC\n" in before.out
    assert "help: run `taploom lock` and commit it" in before.out
    assert before.err == "specs: 1 error\n"
    assert taploom("lock", "--check").status == 3
    assert not (site / "specs/taploom.lock").exists()
    locked = taploom("lock")
    assert locked.status == 0
    assert locked.out.count("+ guest/http") == 4  # an IPv6 address and a MAC for each guest
    after = taploom("validate")
    assert (after.status, after.out, after.err) == (0, "", "specs: no findings\n")
    assert taploom("lock", "--check").status == 0


def test_missing_lock_entries_are_one_finding_at_the_end(site: Path, taploom: Taploom) -> None:
    """Findings with lines in the specs come first, whatever their severity."""
    more = "".join(f"  g{number}: {{host: hypervisor, nics: {{microvm: {{}}}}}}\n" for number in range(4))
    text = SEED.replace("forwards:", f"{more}forwards:").replace(", from: any}", "}")
    (site / "specs/seed.yaml").write_text(text + "  again: {from: microvm, to: internet, allow: http}\n")
    shown = taploom("validate", "--format", "concise").out.splitlines()
    assert [re.findall("TL[0-9]+", line)[0] for line in shown] == ["TL615", "TL615", "TL716", "TL302"]
    assert "of guest `g0` on `microvm`, and of 5 other NICs" in shown[-1]


def test_addresses_outside_a_changed_prefix_are_one_finding(locked: Path, taploom: Taploom) -> None:
    (locked / "specs/seed.yaml").write_text(SEED.replace("fd12:3456:789a::1/64", "fd12:3456:789b::1/64"))
    shown = taploom("validate", "--format", "concise").out
    assert shown.count("TL305") == 1
    assert "of guest `http-reverse-proxy` is no address for guests of `microvm`" in shown
    assert ", and 1 other entry no longer fits its network\n" in shown


@pytest.mark.parametrize("name", ["json", "gitlab", "sarif"])
def test_validate_prints_only_data_on_stdout(site: Path, taploom: Taploom, name: str) -> None:
    shown = taploom("validate", "--format", name)
    assert shown.status == 1
    assert json.loads(shown.out)
    assert shown.err == "specs: 1 error\n"


def test_findings_have_the_line_of_the_spec(site: Path, taploom: Taploom) -> None:
    (site / "specs/seed.yaml").write_text(SEED.replace("to: http-reverse-proxy", "to: http-reverse-prxy"))
    shown = taploom("validate")
    assert "specs/seed.yaml:20:45: error[TL203]: " in shown.out
    assert "\n20 |   http: {on: hypervisor, ports: tcp/80, to: http-reverse-prxy, from: any}\n" in shown.out
    assert "^ help: did you mean `http-reverse-proxy`?" in shown.out


def test_nothing_is_written_when_there_is_an_error(site: Path, taploom: Taploom) -> None:
    for words in (("render",), ("render", "--check"), ("export", "hypervisor")):
        shown = taploom(*words)
        assert shown.status == 1
        assert "TL302" in shown.err
        assert shown.out == ""
    assert list(files(site)) == ["specs/seed.yaml"]


def test_lock_is_refused_while_the_specs_are_broken(site: Path, taploom: Taploom) -> None:
    (site / "specs/seed.yaml").write_text(SEED + "  broken: {from: nowhere, to: microvm, allow: any}\n")
    shown = taploom("lock")
    assert shown.status == 1
    assert "TL302" not in shown.err  # errors that `taploom lock` would fix do not stop it
    assert "TL203" in shown.err
    assert not (site / "specs/taploom.lock").exists()


def test_removing_a_guest_leaves_a_tombstone_until_pruned(locked: Path, taploom: Taploom) -> None:
    before = (locked / "specs/taploom.lock").read_text().splitlines()
    fewer = [line for line in SEED.splitlines() if "https" not in line]
    (locked / "specs/seed.yaml").write_text("\n".join(fewer) + "\n")
    assert taploom("lock").status == 0
    lock = (locked / "specs/taploom.lock").read_text().splitlines()
    assert lock == [f"{line} freed" if "guest/https" in line else line for line in before]
    assert taploom("lock", "--prune").status == 0
    assert (locked / "specs/taploom.lock").read_text().splitlines() == [line for line in before if "https" not in line]


def test_render_writes_once_and_check_finds_edits(locked: Path, taploom: Taploom) -> None:
    assert taploom("render", "--check").status == 3
    assert not (locked / "build").exists()
    first = taploom("render")
    assert first.status == 0
    assert first.out.startswith("seed (vm.example.org): 1 host, 1 network, 2 guests, 2 forwards, 2 policy entries\n")
    assert "http-reverse-proxy" in first.out
    tree = files(locked / "build/plan")
    assert {"plan.json", "manifest.json", "hosts/hypervisor/manifest.json", "hosts/hypervisor/nftables/taploom.nft",
            "hosts/hypervisor/nixos/default.nix", "guests/http-reverse-proxy/nixos.nix"} <= tree.keys()  # fmt: skip
    second = json.loads(taploom("render", "--format", "json").out)
    assert (second["written"], second["removed"], second["unchanged"]) == ([], [], len(tree))
    assert taploom("render", "--check").status == 0
    with (locked / "build/plan/hosts/hypervisor/nftables/taploom.nft").open("a") as file:
        file.write("# mine\n")
    stale = taploom("render", "--check")
    assert (stale.status, stale.out) == (3, "edited   hosts/hypervisor/nftables/taploom.nft\n")
    drift = json.loads(taploom("render", "--check", "--format", "json").out)
    assert drift["files"] == [{"path": "hosts/hypervisor/nftables/taploom.nft", "state": "edited"}]
    assert taploom("render").status == 0
    assert files(locked / "build/plan") == tree


def test_render_stops_before_a_foreign_file_until_forced(locked: Path, taploom: Taploom) -> None:
    (locked / "out").mkdir()
    (locked / "out/plan.json").write_text("mine")
    refused = taploom("render", "--out", "out")
    assert refused.status == 1
    assert "TL912" in refused.err
    assert files(locked / "out") == {"plan.json": b"mine"}
    assert taploom("render", "--out", "out", "--force").status == 0


def test_render_to_an_impossible_folder_is_an_error(locked: Path, taploom: Taploom) -> None:
    (locked / "file").write_text("")
    shown = taploom("render", "--out", "file/plan")
    assert shown.status == 1
    assert "error[TL911]: cannot write `file/plan`: Not a directory" in shown.err


def test_fmt(site: Path, taploom: Taploom) -> None:
    (site / "specs/seed.yaml").write_text(SEED.replace("ra: true\n", "ra:   true\n"))
    check = taploom("fmt", "--check")
    assert (check.status, check.out) == (3, "specs/seed.yaml\n")
    assert taploom("fmt").status == 0
    assert (site / "specs/seed.yaml").read_text() == SEED
    assert taploom("fmt", "--check").status == 0
    assert taploom("fmt", "specs/seed.yaml", "--check").status == 0
    assert taploom("fmt", "specs/none.yaml").status == 64


def test_fmt_of_bytes_that_are_not_utf_8_has_one_error(
    site: Path, taploom: Taploom, monkeypatch: pytest.MonkeyPatch
) -> None:
    latin = b"taploom: 1  # \xfc\n"
    (site / "latin.yaml").write_bytes(latin)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(latin)))
    for name in ("latin.yaml", "-"):
        shown = taploom("fmt", name)
        assert (shown.status, shown.out) == (1, "")
        assert shown.err.count("error[") == 1
        assert f"{name}:1:15: error[TL106]" in shown.err
    assert (site / "latin.yaml").read_bytes() == latin
    assert taploom("fmt", "-", "specs/seed.yaml").status == 64


def test_fmt_of_invalid_yaml_changes_nothing(site: Path, taploom: Taploom) -> None:
    (site / "specs/seed.yaml").write_text("taploom: [1\n")
    shown = taploom("fmt")
    assert shown.status == 1
    assert "specs/seed.yaml:" in shown.err
    assert (site / "specs/seed.yaml").read_text() == "taploom: [1\n"


def test_init_makes_a_site_that_compiles_and_keeps_existing_files(
    tmp_path: Path, taploom: Taploom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".gitignore").write_text("mine\n")
    first = taploom("init")
    assert first.status == 0
    assert "kept    .gitignore\n" in first.out
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    for words in (("validate",), ("fmt", "--check"), ("lock", "--check"), ("render",)):
        assert taploom(*words).status == 0, words
    site = (tmp_path / "specs/site.yaml").read_text()
    assert site.startswith("# yaml-language-server: $schema=taploom.schema.json\n")
    assert json.loads((tmp_path / "specs/taploom.schema.json").read_text()) == json.loads(taploom("schema").out)
    before = files(tmp_path)
    assert "created" not in taploom("init").out
    assert files(tmp_path) == before


def test_init_adds_no_second_site_next_to_the_first(site: Path, taploom: Taploom) -> None:
    assert taploom("init").status == 0
    below = {str(path.relative_to(site / "specs")) for path in (site / "specs").rglob("*")}
    assert below == {"seed.yaml", "taploom.schema.json"}


def test_ci_files_of_init_are_valid_and_use_existing_options(
    tmp_path: Path, taploom: Taploom, monkeypatch: pytest.MonkeyPatch
) -> None:
    import yaml

    monkeypatch.chdir(tmp_path)
    begun = taploom("init", "my new site")
    assert begun.err == "Next: cd 'my new site' && taploom validate && taploom render\n"
    (tmp_path / "my new site").rename(tmp_path / "new")
    github = yaml.safe_load((tmp_path / "new/.github/workflows/taploom.yml").read_text())
    assert github["permissions"] == {"contents": "read"}
    gitlab = yaml.safe_load((tmp_path / "new/.gitlab-ci.yml").read_text())
    for line in [*(step.get("run", "") for step in github["jobs"]["taploom"]["steps"]), *gitlab["taploom"]["script"]]:
        if line.startswith("taploom"):
            words = line.split(" > ")[0].split()[1:]
            assert taploom(words[0], "--help").status == 0
            assert all(word in taploom(words[0], "--help").out for word in words if word.startswith("--"))


WHAT = ("language", "plan", "diagnostics", "diff", "bundle")


def test_schemas_are_valid_and_have_distinct_ids(taploom: Taploom) -> None:
    schemas = [json.loads(taploom("schema", what).out) for what in WHAT]
    for schema in schemas:
        Draft202012Validator.check_schema(schema)
    assert {schema["$id"].partition("taploom:")[0] for schema in schemas} == {"urn:"}
    assert len({schema["$id"] for schema in schemas}) == len(schemas)


def test_the_module_is_the_command() -> None:
    assert subprocess.check_output([sys.executable, "-m", "taploom", "--version"]).startswith(b"taploom ")


def test_the_plan_fits_its_schema(locked: Path, taploom: Taploom) -> None:
    taploom("render")
    schema = json.loads(taploom("schema", "plan").out)
    Draft202012Validator(schema).validate(json.loads((locked / "build/plan/plan.json").read_text()))


def test_a_warning_fails_only_validate_and_a_waived_one_no_command(locked: Path, taploom: Taploom) -> None:
    specs = locked / "specs/seed.yaml"
    specs.write_text(SEED.replace("tcp/80,", "tcp/2222, to-port: 22,"))  # TL604: ssh of a guest is open to all senders
    warned = taploom("validate")
    assert (warned.status, warned.err) == (1, "specs: 1 warning\n")
    rendered = taploom("render")
    assert rendered.status == 0
    assert "warning[TL604]" in rendered.err
    assert "Found: 1 warning; `taploom validate` shows them.\n" in rendered.out
    waiver = "waivers:\n  w: {code: TL604, on: forward/http, reason: the guest is a bastion}\n"
    specs.write_text(specs.read_text() + waiver)
    waived = taploom("validate")
    assert (waived.status, waived.err) == (0, "specs: no findings (1 waived)\n")
    assert "waived warning[TL604]" in waived.out
    assert "= waived: the guest is a bastion" in waived.out
    assert taploom("render").err == ""
