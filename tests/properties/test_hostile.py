"""Hostile specs: each field of the language gets texts that could run as code in a program that reads the output.

Each case ends in status 1 with a diagnostic that has a place in the file, and writes no files. The cases call the
command line's entry in this process, because starting an interpreter for each would take minutes.
"""

import json
import os
from pathlib import Path

import pytest

from taploom.cli.entry import run

BASE = """taploom: 1
site: {name: base, domain: example.org}
networks:
  lan: {ipv4: 10.0.0.1/24, ipv6: fd00::1/64, dhcp: true, ra: true, nat: true}
hosts:
  hv:
    uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}
    networks: {lan: {}}
guests:
  web: {host: hv, nics: {lan: {ipv4: 10.0.0.10, ipv6: fd00::10, mac: 02:00:00:00:00:10}}}
policy:
  admin: {from: any, to: hosts, allow: ssh}
"""
TEXTS = {
    "path": "../../etc/passwd",
    "nft": '"; flush ruleset; "',
    "nix": "${builtins.readFile /etc/shadow}",
    "quotes": "''",
    "line": "a\nflush ruleset",
    "html": "<script>alert(1)</script>",
    "nul": "a\0b",
    "escape": "\x1b]0;x\x07",
    "unit": "a\n[Service]\nExecStart=/bin/sh",
    "shell": "$(reboot)",
    "unicode": "\u202egnp.exe",
}

NAMES = {
    "zone": "zones: {%s: {}}",
    "network": "networks: {%s: {}}",
    "host": "hosts: {%s: {}}",
    "guest": "guests: {%s: {host: hv}}",
    "address": "addresses: {%s: 192.0.2.0/24}",
    "service": "services: {%s: tcp/1}",
    "forward": "forwards: {%s: {on: hv, ports: tcp/80, to: web}}",
    "policy": "policy: {%s: {from: lan, to: internet, allow: any}}",
    "waiver": "waivers: {%s: {code: TL705, on: policy/admin, reason: because it is so}}",
    "uplink": "hosts: {h2: {uplinks: {%s: {zone: z}}}}",
    "route": "hosts: {h2: {routes: {%s: {to: 10.9.0.0/16, via: 10.0.0.2}}}}",
    "classes of a window": "site: {rollout: {windows: {%s: always}}}",
    "probe": "hosts: {h2: {take-up: {probes: {%s: {ping: gateway}}}}}",
    "key": "networks: {n2: {%s: 1}}",
    "section": "%s: {}",
}
"""Places of a name in a spec."""

VALUES = {
    "bridge": "hosts: {h2: {networks: {n2: {bridge: %s}}}}\nnetworks: {n2: {}}",
    "taps": "hosts: {h2: {networks: {n2: {taps: %s}}}}\nnetworks: {n2: {}}",
    "tap-user": "hosts: {h2: {networks: {n2: {create-taps: true, tap-user: %s}}}}\nnetworks: {n2: {}}",
    "tap": "guests: {g2: {host: hv, nics: {lan: {tap: %s}}}}",
    "mac": "guests: {g2: {host: hv, nics: {lan: {mac: %s}}}}",
    "ipv4": "guests: {g2: {host: hv, nics: {lan: {ipv4: %s}}}}",
    "ipv6": "guests: {g2: {host: hv, nics: {lan: {ipv6: %s}}}}",
    "guest's host": "guests: {g2: {host: %s}}",
    "tag": "guests: {g2: {host: hv, tags: %s}}",
    "link": "guests: {g2: {host: hv, link: %s}}",
    "gateway": "guests: {g2: {host: hv, nics: {lan: {gateway: %s}}}}",
    "network's zone": "networks: {n2: {zone: %s}}",
    "network's ipv4": "networks: {n2: {ipv4: %s}}",
    "domain": "networks: {n2: {domain: %s}}",
    "dns": "networks: {n2: {dns: %s}}",
    "mtu": "networks: {n2: {mtu: %s}}",
    "nat": "networks: {n2: {ipv6: 'fd01::1/64', nat: {ipv6: %s}}}",
    "pool": "networks: {n2: {ipv4: 10.2.0.1/24, dhcp: {pool: %s}}}",
    "lease": "networks: {n2: {ipv4: 10.2.0.1/24, dhcp: {lease: %s}}}",
    "wave": "site: {rollout: {waves: %s}}",
    "window": "site: {rollout: {windows: {D3: %s}}}",
    "time to confirm": "hosts: {h2: {take-up: {confirm: %s}}}",
    "probe's ping": "hosts: {h2: {take-up: {probes: {p: {ping: %s}}}}}",
    "probe's dns": "hosts: {h2: {take-up: {probes: {p: {dns: %s}}}}}",
    "probe's from": "hosts: {h2: {take-up: {probes: {p: {from: %s, tcp: 22}}}}}",
    "probe's tcp": "hosts: {h2: {take-up: {probes: {p: {tcp: %s}}}}}",
    "uplink's zone": "hosts: {h2: {uplinks: {eth1: {zone: %s}}}}",
    "uplink's gateway": "hosts: {h2: {uplinks: {eth1: {zone: z, gateway4: %s}}}}",
    "target": "hosts: {h2: {target: {nixos: %s}}}",
    "input": "hosts: {h2: {input: %s}}",
    "management": "hosts: {h2: {management: %s}}",
    "route's via": "hosts: {h2: {routes: {r: {to: 10.9.0.0/16, via: %s}}}}",
    "color": "zones: {z2: {color: %s}}",
    "prefix": "addresses: {a2: %s}",
    "service": "services: {s2: %s}",
    "on": "forwards: {f2: {on: %s, ports: tcp/80, to: web}}",
    "ports": "forwards: {f2: {on: hv, ports: %s, to: web}}",
    "to": "forwards: {f2: {on: hv, ports: tcp/80, to: %s}}",
    "to-port": "forwards: {f2: {on: hv, ports: tcp/80, to: web, to-port: %s}}",
    "from": "policy: {p2: {from: %s, to: lan, allow: any}}",
    "allow": "policy: {p2: {from: lan, to: internet, allow: %s}}",
    "limit": "policy: {p2: {from: lan, to: internet, allow: any, limit: %s}}",
    "expires": "policy: {p2: {from: lan, to: internet, allow: any, expires: %s}}",
    "log": "policy: {p2: {from: lan, to: internet, allow: any, log: %s}}",
    "code": "waivers: {w2: {code: %s, on: policy/admin, reason: because it is so}}",
}
"""Places of a value in a spec."""

BROKEN = {
    "no version": ("zones: {z2: {}}", "TL201"),
    "another version": ("taploom: 2", "TL201"),
    "a path as version": ("taploom: ../1", "TL201"),
    "unknown section": ("taploom: 1\nnetwork: {}", "TL202"),
    "unknown key": ("taploom: 1\nguests: {g2: {host: hv, nic: {}}}", "TL202"),
    "unknown host": ("taploom: 1\nguests: {g2: {host: hvv}}", "TL203"),
    "unknown selector": ("taploom: 1\npolicy: {p2: {from: wbe, to: internet, allow: any}}", "TL203"),
    "unknown tag": ("taploom: 1\npolicy: {p2: {from: tag/wbe, to: internet, allow: any}}", "TL203"),
    "unknown service": ("taploom: 1\npolicy: {p2: {from: lan, to: internet, allow: htps}}", "TL203"),
    "a name of 64 bytes": (f"taploom: 1\nzones: {{{'z' * 64}: {{}}}}", "TL204"),
    "an upper-case name": ("taploom: 1\nzones: {Z2: {}}", "TL204"),
    "a name that begins with a digit": ("taploom: 1\nzones: {2z: {}}", "TL204"),
    "an empty name": ("taploom: 1\nzones: {'': {}}", "TL204"),
    "a name twice in two files": ("taploom: 1\nguests: {web: {host: hv}}", "TL205"),
    "a list of entries": ("taploom: 1\nzones: [z2]", "TL206"),
    "a text for an entry": ("taploom: 1\nguests: {g2: hv}", "TL206"),
    "a mapping for a value": ("taploom: 1\nguests: {g2: {host: {hv: 1}}}", "TL206"),
    "a list for a value": ("taploom: 1\nguests: {g2: {host: [hv]}}", "TL206"),
    "a missing key": ("taploom: 1\nguests: {g2: {}}", "TL207"),
    "an address of five parts": ("taploom: 1\nnetworks: {n2: {ipv4: 10.0.0.0.1/24}}", "TL208"),
    "a prefix length of 33": ("taploom: 1\nnetworks: {n2: {ipv4: 10.2.0.1/33}}", "TL208"),
    "a port of 65536": ("taploom: 1\nservices: {s2: tcp/65536}", "TL208"),
    "a range that runs backwards": ("taploom: 1\nservices: {s2: tcp/2-1}", "TL208"),
    "a number of a thousand digits": (f"taploom: 1\nnetworks: {{n2: {{mtu: {'9' * 1000}}}}}", "TL208"),
    "digits of another script": ("taploom: 1\nnetworks: {n2: {mtu: \u0661\u0665\u0660\u0660}}", "TL208"),
    "an impossible date": (
        "taploom: 1\npolicy: {p2: {from: lan, to: internet, allow: any, expires: 2030-02-30}}",
        "TL208",
    ),
    "a moment before the first year": (
        "taploom: 1\npolicy: {p2: {from: lan, to: internet, allow: any, expires: '0001-01-01T00:00:00+23:59'}}",
        "TL208",
    ),
    "a day before the epoch": (
        "taploom: 1\npolicy: {p2: {from: lan, to: internet, allow: any, expires: 1969-12-30}}",
        "TL208",
    ),
    "a day after the kernel's last": (
        "taploom: 1\npolicy: {p2: {from: lan, to: internet, allow: any, expires: 2262-12-31}}",
        "TL208",
    ),
    "a day after the last year": (
        "taploom: 1\npolicy: {p2: {from: lan, to: internet, allow: any, expires: 9999-12-31}}",
        "TL208",
    ),
    "one name for two kinds": ("taploom: 1\nguests: {hv: {host: hv}}", "TL209"),
    "a built-in service": ("taploom: 1\nservices: {ssh: tcp/2222}", "TL209"),
    "allow and deny": ("taploom: 1\npolicy: {p2: {from: lan, to: internet, allow: any, deny: any}}", "TL210"),
    "neither allow nor deny": ("taploom: 1\npolicy: {p2: {from: lan, to: internet}}", "TL210"),
    "a name of another kind": ("taploom: 1\npolicy: {p2: {from: guest/lan, to: internet, allow: any}}", "TL211"),
    "a reserved name": ("taploom: 1\nzones: {any: {}}", "TL212"),
    "a service that contains itself": ("taploom: 1\nservices: {s2: s3, s3: s2}", "TL712"),
    "an address of the host": (
        "taploom: 1\nguests: {g2: {host: hv, nics: {lan: {ipv4: 10.0.0.1, ipv6: none, mac: 02:00:00:00:00:11}}}}",
        "TL412",
    ),
    "an alias to itself": ("taploom: 1\nzones: &z {z2: *z}", "TL1"),
}


def refused(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Renders the base with an additional file, which must fail, and returns the diagnostics."""
    specs, out = folder / "specs", folder / "out"
    specs.mkdir()
    (specs / "base.yaml").write_text(BASE)
    (specs / "case.yaml").write_text(text)
    status = run(["render", "--specs", str(specs), "--out", str(out)])
    said = capsys.readouterr()
    assert status == 1, said.err
    assert f"{specs}/case.yaml:" in said.err
    assert not out.exists()
    assert "Traceback" not in said.err
    assert all(c.isprintable() or c == "\n" for c in said.out + said.err)
    return said.err


@pytest.mark.parametrize("hostile", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("where", NAMES.values(), ids=NAMES)
def test_a_hostile_name_is_refused(
    where: str, hostile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(tmp_path, "taploom: 1\n" + where % json.dumps(hostile), capsys)
    assert "error[TL20" in said


@pytest.mark.parametrize("hostile", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("where", VALUES.values(), ids=VALUES)
def test_a_hostile_value_is_refused(
    where: str, hostile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(tmp_path, "taploom: 1\n" + where % json.dumps(hostile), capsys)
    assert "error[TL20" in said


@pytest.mark.parametrize(("text", "code"), BROKEN.values(), ids=BROKEN)
def test_a_broken_spec_is_refused(text: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"error[{code}" in refused(tmp_path, text, capsys)


FREE = (*TEXTS.values(), "*/ } drop", "]]>", "`id`", "%n%s", "\\", "{{ 7*7 }}", "a" * 2000)


@pytest.mark.parametrize("hostile", FREE, ids=range(len(FREE)))
def test_free_text_stays_data_in_every_output(hostile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Descriptions and owners may have any text: the plan contains it as JSON, and no other file contains it."""
    specs, out, free = tmp_path / "specs", tmp_path / "out", json.dumps(hostile)
    specs.mkdir()
    entry = BASE.replace("host: hv, nics", f"description: {free}, owner: {free}, host: hv, nics")
    (specs / "base.yaml").write_text(entry.replace("  hv:\n", f"  hv:\n    description: {free}\n    owner: {free}\n"))
    status = run(["render", "--specs", str(specs), "--out", str(out)])
    said = capsys.readouterr()
    if status:  # YAML cannot contain this text
        assert "base.yaml:" in said.err
        assert not out.exists()
        return
    assert json.loads((out / "plan.json").read_text())["guests"][0]["meta"]["description"] == hostile
    assert all(c.isprintable() or c == "\n" for c in said.out + said.err)
    for folder, _, names in os.walk(out):
        loaded = [Path(folder, name) for name in names if not name.endswith(".json")]
        assert not [path for path in loaded if hostile in path.read_text()] or len(hostile) < 3
