"""A running site takes up another plan as its hosts are told to: changed files only, in the order of the manifest."""

from collections.abc import Iterable, Mapping

from taploom.backends.artifact import Artifact
from taploom.lab import ruleset
from taploom.lab.build import RunningSite, in_parallel, settings


def change_over(site: RunningSite, artifacts: Iterable[Artifact], kinds: Iterable[str] = ("host", "guest")) -> None:
    """Installs what differs, loads the rulesets, writes settings and tells each networkd to reload.

    Guests that stay take up their units too. Machines, cables and TAPs stay as they are.

    Args:
        site: The running site, with a bus for each networkd.
        artifacts: The rendered files of the other plan.
        kinds: Of which machines; the others stay as they are, to be changed over later.

    Raises:
        LabError: A tool refused.
    """
    before, after = dict(site.texts), {artifact.path: artifact.text for artifact in artifacts}
    staying = {path.split("/")[1] for path in after if path.startswith("guests/")}
    machines = {"host": [*site.hosts], "guest": [name for name in site.guests if name in staying]}
    chosen = [f"{kind}/{name}" for kind in kinds for name in machines[kind]]
    in_parallel(lambda name: _take_up(site, name, _apart(name, before, after)), chosen)
    left = {path: text for path, text in before.items() if path.split("/")[0] not in {f"{kind}s" for kind in kinds}}
    site.texts = {path: text for path, text in after.items() if path not in left} | left


Apart = Mapping[str, str | None]
"""The files of a machine that differ, by their path below its folder; None for those that go."""


def _apart(name: str, before: Mapping[str, str], after: Mapping[str, str]) -> Apart:
    kind, _, owner = name.partition("/")
    folder = f"{kind}s/{owner}/"
    paths = (path for path in sorted({*before, *after}) if path.startswith(folder))
    return {path.removeprefix(folder): after.get(path) for path in paths if before.get(path) != after.get(path)}


def _take_up(site: RunningSite, name: str, apart: Apart) -> None:
    machine, daemon = site.machines()[name], site.daemons[name]
    rules = apart.get("nftables/taploom.nft")
    if rules:
        ruleset.load(machine, rules)
    for path, text in apart.items():
        if path.startswith("sysctl/") and text:
            machine.sysctl(settings(text))
    units = {p.removeprefix("networkd/"): text for p, text in apart.items() if p.startswith("networkd/")}
    if units:
        changed = {path: text for path, text in units.items() if text is not None}
        daemon.install(changed, units.keys() - changed.keys())
        daemon.reload()
