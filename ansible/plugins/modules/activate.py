#!/usr/bin/python
"""The Ansible module `taploom.taploom.activate`: runs `activate` of a bundle, and reports the result.

The module runs on hosts with Python 3.9 or later and without the compiler.
"""

from __future__ import annotations

import json
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: activate
short_description: Takes up a bundle of taploom on a host
description:
  - Runs the script C(activate) of an unpacked bundle on the host, as root.
  - The script prepares the rollback before it changes anything. If nobody confirms in time, the host
    rolls back without Ansible.
options:
  verb:
    description:
      - V(check) checks bundle and host without changing either. It reports C(changed) if V(try) would change
        something.
      - V(try) deploys the bundle on trial, V(confirm) keeps it, V(revert) rolls back now. V(confirm) needs
        another connection than V(try), see the role P(taploom.taploom.take_up#role).
      - V(status) returns the state of the host, and changes nothing. V(remove) restores the host as it was before its
        first bundle.
    type: str
    required: true
    choices: [check, try, confirm, revert, status, remove]
  bundle:
    description: Folder of the unpacked bundle on the host.
    type: path
    default: /var/lib/taploom/current
  expect:
    description: Hash of the approved plan, as C(sha256:HEX), for V(check) and V(try); another plan is refused.
    type: str
    default: ""
  timeout:
    description: How long V(try) waits for V(confirm), such as V(90s) or V(2m); by default the time in the bundle.
    type: str
    default: ""
  force:
    description: Goes on even if C(activate) finds a risk; for V(check), V(try) and V(confirm).
    type: bool
    default: false
attributes:
  check_mode:
    description: V(try) acts as V(check); V(confirm), V(revert) and V(remove) do nothing.
    support: full
  diff_mode:
    description: V(check) and V(try) show the files that differ on the host.
    support: full
author: [The taploom authors]
"""

EXAMPLES = """
- name: Get the state of the host
  taploom.taploom.activate: {verb: status}
  register: network

- name: Deploy a bundle on trial
  taploom.taploom.activate: {verb: try, bundle: /var/tmp/bundle, timeout: 5m}
"""

RETURN = """
differs:
  description: True if V(try) would change something.
  type: bool
  returned: for V(check)
rc:
  description: Exit code of C(activate).
  type: int
  returned: if the script ran
status:
  description: The JSON of C(activate status), with a row for each difference from the plan.
  type: dict
  returned: for V(status), V(check) and V(try)
"""

STATE = Path("/var/lib/taploom")
REFUSED = "refused, nothing was changed"
MEANINGS = {
    10: REFUSED,  # also if `confirm` is refused: the trial goes on
    11: "it went back",
    12: "going back failed, and is tried again",
    64: "this version of activate does not know the arguments",
}
"""The meanings of the exit codes of `activate`, except for `status`."""
STATES = (0, 20, 21, 22)


class Activate:
    """The script of a bundle.

    Attributes:
        bundle: Folder of the bundle.
    """

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self.bundle = Path(module.params["bundle"])

    def run(self, verb: str, *options: str) -> tuple[int, str, str]:
        """Runs a verb; exit code, standard output and standard error.

        The folder may be on a file system that is mounted noexec, so a shell reads the script.
        """
        code, out, err = self._module.run_command(["/bin/sh", str(self.bundle / "activate"), verb, *options])
        return int(code), str(out), str(err)

    def ask(self, verb: str) -> dict[str, object]:
        """Runs a verb with the parameters of the task, and fails the task if the verb fails."""
        code, _, err = self.run(verb, *self._options(verb))
        if code:
            self._fail(code, err)
        return {"rc": code, "msg": _sentence(err)}

    def _fail(self, code: int, err: str) -> None:
        self._module.fail_json(msg=f"{MEANINGS.get(code, f'exit {code}')}: {_sentence(err)}", rc=code, stderr=err)

    def _options(self, verb: str) -> list[str]:
        given = self._module.params
        options = [("--expect", given["expect"])] if verb in ("check", "try") else []
        options += [("--timeout", given["timeout"])] if verb == "try" else []
        words = [word for option, value in options if value for word in (option, value)]
        return [*words, "--force"] if given["force"] and verb in ("check", "try", "confirm") else words

    def status(self) -> dict[str, object]:
        """The JSON of `activate status`."""
        code, out, err = self.run("status", "--format", "json")
        if code not in STATES:
            self._fail(code, err)
        found: dict[str, object] = json.loads(out)
        return found

    def differs(self, status: dict[str, object]) -> bool:
        """True if `try` would change something: another bundle is confirmed, or its files or settings were changed."""
        rows = status["rows"]
        assert isinstance(rows, list)
        return _sums(self.bundle) != _sums(STATE / "current") or any(row["status"] == "drifted" for row in rows)

    def diff(self) -> list[dict[str, str]]:
        """The files that `try` would write or remove, each with its content before and after."""
        wanted, had = _files(self.bundle), _files(STATE / "current")
        pairs = ((path, _text(Path("/") / path), _text(self.bundle / path)) for path in sorted(wanted | had))
        return [
            {"before_header": f"/{path}", "after_header": f"/{path}", "before": before, "after": after}
            for path, before, after in pairs
            if before != after
        ]


def _sums(folder: Path) -> str:
    return _text(folder / "SHA256SUMS")


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""


def _files(folder: Path) -> set[str]:
    """The paths of the files of a bundle, relative to /."""
    words = (line.split() for line in _text(folder / "activation").splitlines())
    return {line[2] for line in words if line[0] == "file"}


def _sentence(text: str) -> str:
    """The messages of the script in one line, without the prefix and without the text that `MEANINGS` adds."""
    lines = (line.strip().removeprefix("taploom: ").removeprefix(REFUSED).strip(": ") for line in text.splitlines())
    return "; ".join(line for line in lines if line)


def _status_line(status: dict[str, object]) -> str:
    """The status and its rows in one line."""
    rows = status["rows"]
    assert isinstance(rows, list)
    return "; ".join([str(status["status"]), *(f"{row['what']}: {row['text']}" for row in rows)])


def _check(module: AnsibleModule, activate: Activate) -> dict[str, object]:
    status = activate.status()
    differs = activate.differs(status)
    result = activate.ask("check") | {"changed": differs, "differs": differs, "status": status}
    return result | {"diff": activate.diff()} if module._diff else result


def _try(module: AnsibleModule, activate: Activate) -> dict[str, object]:
    diff = {"diff": activate.diff()} if module._diff else {}
    result = activate.ask("try")
    return result | diff | {"changed": _armed(), "status": activate.status()}


def _armed() -> bool:
    return (STATE / "trial" / "armed").exists()


def _run(module: AnsibleModule, activate: Activate, verb: str) -> dict[str, object]:
    changes = STATE.exists() if verb == "remove" else _armed()
    if module.check_mode:
        return {"changed": changes}
    return activate.ask(verb) | {"changed": changes}


def main() -> None:
    """Runs the verb of the task."""
    text = {"type": "str", "default": ""}
    verbs = ["check", "try", "confirm", "revert", "status", "remove"]
    arguments = {
        "verb": {"type": "str", "required": True, "choices": verbs},
        "bundle": {"type": "path", "default": str(STATE / "current")},
        "expect": text,
        "timeout": text,
        "force": {"type": "bool", "default": False},
    }
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    activate, verb = Activate(module), module.params["verb"]
    if verb == "status":
        status = activate.status()
        module.exit_json(changed=False, status=status, msg=_status_line(status))
    if verb == "check" or (verb == "try" and module.check_mode):
        module.exit_json(**_check(module, activate))
    module.exit_json(**(_try(module, activate) if verb == "try" else _run(module, activate, verb)))


if __name__ == "__main__":
    main()
