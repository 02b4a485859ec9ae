"""Applies another plan to a running lab site: installs the files that differ, and reloads rulesets and networkd."""

from collections.abc import Iterable, Mapping

from taploom.backends.artifact import Artifact
from taploom.lab import ruleset
from taploom.lab.build import RunningSite, in_parallel, settings


def change_over(site: RunningSite, artifacts: Iterable[Artifact], kinds: Iterable[str] = ("host", "guest")) -> None:
    """Loads changed rulesets, writes changed sysctls, installs changed units and reloads each networkd.

    Guests that exist in both plans get their changed units too. Machines, veth pairs and TAPs stay as they are.

    Args:
        site: Running site, with a D-Bus for each networkd.
        artifacts: Rendered files of the other plan.
        kinds: Kinds of machines that get the new plan; a later call can treat the remaining kinds.

    Raises:
        LabError: nft, sysctl or networkd refuses a file.
    """
    before, after = dict(site.texts), {artifact.path: artifact.text for artifact in artifacts}
    staying = {path.split("/")[1] for path in after if path.startswith("guests/")}
    machines = {"host": [*site.hosts], "guest": [name for name in site.guests if name in staying]}
    chosen = [f"{kind}/{name}" for kind in kinds for name in machines[kind]]
    in_parallel(lambda name: _take_up(site, name, _changed_files(name, before, after)), chosen)
    left = {path: text for path, text in before.items() if path.split("/")[0] not in {f"{kind}s" for kind in kinds}}
    site.texts = {path: text for path, text in after.items() if path not in left} | left


ChangedFiles = Mapping[str, str | None]
"""New text of each changed file of a machine, by its path below the machine's folder; None for a removed file."""


def _changed_files(name: str, before: Mapping[str, str], after: Mapping[str, str]) -> ChangedFiles:
    kind, _, owner = name.partition("/")
    folder = f"{kind}s/{owner}/"
    paths = (path for path in sorted({*before, *after}) if path.startswith(folder))
    return {path.removeprefix(folder): after.get(path) for path in paths if before.get(path) != after.get(path)}


def _take_up(site: RunningSite, name: str, files: ChangedFiles) -> None:
    machine, daemon = site.machines()[name], site.daemons[name]
    rules = files.get("nftables/taploom.nft")
    if rules:
        ruleset.load(machine, rules)
    for path, text in files.items():
        if path.startswith("sysctl/") and text:
            machine.sysctl(settings(text))
    units = {p.removeprefix("networkd/"): text for p, text in files.items() if p.startswith("networkd/")}
    if units:
        changed = {path: text for path, text in units.items() if text is not None}
        daemon.install(changed, units.keys() - changed.keys())
        daemon.reload()
