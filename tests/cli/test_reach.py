"""`taploom reach` in its text and data formats, and the effect of a disproved ruleset on every command."""

import csv
import io
import json
from pathlib import Path

import pytest
from tests.cli.conftest import Taploom


@pytest.fixture(autouse=True)
def locked(site: Path, taploom: Taploom) -> None:
    assert taploom("lock").status == 0


def test_answer_names_the_entry_its_place_and_the_chains(taploom: Taploom) -> None:
    found = taploom("reach", "internet", "hypervisor/eth0", "tcp/80")
    assert found.status == 0
    head, *rest = found.out.splitlines()
    assert head == "ipv4  tcp/80  internet → the address of eth0"
    assert rest[0] == "  allow by forward/http  (specs/seed.yaml:20:3)"
    assert "    dnat_eth0_ipv4: forward/http" in rest
    assert "    destination becomes 10.0.0.10" in rest


def test_answers_as_data(taploom: Taploom) -> None:
    found = taploom("reach", "https-reverse-proxy", "hypervisor/eth0", "http", "--format", "json")
    data = json.loads(found.out)
    assert data["format"] == "taploom-reach/1"
    four, six = data["answers"]
    assert (four["family"], six["family"]) == ("ipv4", "ipv6")
    for answer in (four, six):
        assert (answer["proto"], answer["port"], answer["verdict"]) == ("tcp", 80, "allow")
        assert answer["decided_by"] == "forward/http"
        assert answer["span"] == {"file": "specs/seed.yaml", "line": 20, "column": 3}
        assert answer["dst"] == "the address of eth0"
    assert four["src"] == "10.0.0.11"
    assert four["translated"] == {"src": "10.0.0.1", "dst": "10.0.0.10", "port": None}
    assert four["hosts"][0]["host"] == "hypervisor"


def test_a_question_about_all_services_is_answered_in_parts(taploom: Taploom) -> None:
    found = taploom("reach", "internet", "host/hypervisor", "--format", "json")
    answers = json.loads(found.out)["answers"]
    allowed = {a["decided_by"] for a in answers if a["verdict"] == "allow" and a["proto"] == "tcp"}
    assert allowed == {"forward/http", "forward/https", "policy/admin"}
    assert {a["decided_by"] for a in answers if a["verdict"] == "drop"} == {"default"}


def test_a_missing_path_is_reported(taploom: Taploom) -> None:
    found = taploom("reach", "198.51.100.7", "2001:db8:7::1", "http")
    assert found.status == 0
    assert found.out.startswith("No packet from 198.51.100.7 can go to 2001:db8:7::1")


def test_a_path_that_a_host_drops_is_reported_with_its_drop(taploom: Taploom) -> None:
    found = taploom("reach", "internet", "192.0.2.1", "http", "--format", "json")
    told = {(answer["verdict"], answer["decided_by"]) for answer in json.loads(found.out)["answers"]}
    assert told == {("drop", "default")}


@pytest.mark.parametrize("form", ["text", "csv", "json", "md"])
def test_matrix(taploom: Taploom, form: str) -> None:
    found = taploom("reach", "--matrix", "--format", form)
    assert found.status == 0
    assert "policy/guests-out" in found.out


def test_matrix_as_a_table(taploom: Taploom) -> None:
    rows = list(csv.DictReader(io.StringIO(taploom("reach", "--matrix", "--format", "csv").out)))
    assert [row["from"] for row in rows] == ["internet", "microvm"]
    assert rows[0]["microvm"] == "-"
    assert rows[1]["internet"] == "any by policy/guests-out"
    assert rows[0]["host/hypervisor"] == "tcp/80 by forward/http; tcp/443 by forward/https; tcp/22 by policy/admin"


def test_matrix_of_guests(taploom: Taploom) -> None:
    data = json.loads(taploom("reach", "--matrix", "--guests", "http*", "--format", "json").out)
    assert [(cell["from"], cell["to"]) for cell in data["cells"]] == [
        (a, b)
        for a in ("http-reverse-proxy", "https-reverse-proxy")
        for b in ("http-reverse-proxy", "https-reverse-proxy")
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody", "internet"), "the site has no `nobody`"),
        (
            ("internet", "microvm", "tcp/x"),
            "Error: `x` is not a port: a port is a number from 1 to 65535; write a range as `5000-5010`.\n",
        ),
        (
            ("internet", "microvm", "tcp/99999"),
            "`99999` is not a port: a port is a number from 1 to 65535; write a range as `5000-5010`.\n",
        ),
        (("internet", "microvm", "tcp/90-80"), "`90-80` runs backwards: write `80-90`.\n"),
        (("internet", "microvm", "tcp/http"), "`tcp/http` is not a service: write `http`.\n"),
        (("internet", "microvm", "443"), "write the protocol too: `tcp/443` or `udp/443`.\n"),
        (("internet", "microvm", "tpc/443"), "`tpc/443` is not a service: did you mean `tcp/443`?\n"),
        (("internet", "microvm", "icmp/echo"), "`echo` is not a type of icmp: a name, or a number from 0 to 255.\n"),
        (("internet", "microvm", "shs"), "`shs` is not a service: did you mean `ssh`?\n"),
        (
            ("internet", "microvm", "qqqqqq"),
            "is not a service: such as https, or PROTOCOL/PORT as in tcp/443.\n",
        ),
        (("internet", "microvmm"), "the site has no `microvmm`: did you mean `microvm`?\n"),
        (("internet",), "FROM and TO are needed"),
        (("internet", "microvm", "--format", "csv"), "goes with --matrix"),
    ],
)
def test_wrong_questions(taploom: Taploom, arguments: tuple[str, ...], words: str) -> None:
    found = taploom("reach", *arguments)
    assert found.status == 64
    assert words in found.err


def test_a_misspelt_service_of_the_site_is_recognized(site: Path, taploom: Taploom) -> None:
    (site / "specs/more.yaml").write_text("taploom: 1\nservices: {telemetry: tcp/9100}\n")
    assert "`telemtry` is not a service: did you mean `telemetry`?\n" in taploom("reach", "any", "any", "telemtry").err


@pytest.mark.parametrize("verb", [("validate",), ("render",), ("reach", "internet", "microvm")])
def test_disproved_ruleset_ends_every_command(
    taploom: Taploom, site: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    from tests.flows.mutation import without_rules

    from taploom.backends.nftables import ruleset
    from taploom.flows.proof import proof

    monkeypatch.setattr(proof, "ruleset", lambda host: without_rules(ruleset(host), "policy/guests-out"))
    found = taploom(*verb)
    assert found.status == 70
    assert "TL901" in found.out + found.err
    assert "intent: allow" in found.out + found.err
    assert not (site / "build").exists()
