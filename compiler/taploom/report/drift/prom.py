"""Prints comparisons in the text format 0.0.4 of Prometheus, for the textfile collector of node_exporter."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from taploom.drift.model import Drift, Word
from taploom.report.drift.compared import Drifts

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
Sample = tuple[dict[str, str], int]


def drift_prom(found: Drifts) -> str:
    """All metrics; `taploom_status` has a sample for each host and each status: 1 for the host's status, else 0."""
    hosts = found.hosts
    facts = [({"host": host.host}, 1) for host in hosts] + [({"host": name}, 0) for name in found.missing]
    metrics: tuple[tuple[str, str, Iterable[Sample]], ...] = (
        ("facts", "Whether facts about the host are known.", facts),
        (
            "facts_collected_seconds",
            "Time when the facts were collected, since the epoch.",
            _each(hosts, lambda host: host.collected),
        ),
        ("bundle_serial", "Serial of the bundle that the host took up.", _each(hosts, lambda host: host.serial)),
        ("status", "Whether the host is current, pending, foreign or drifted.", _words(hosts)),
        ("differences", "Number of differences of the host from its plan, for each word and subject.", _rows(hosts)),
        ("exposed", "Flows from outside that the host lets in against the plan.", _each(hosts, _exposed)),
    )
    return "".join(line for name, text, samples in metrics for line in _metric(f"taploom_{name}", text, samples))


def _metric(name: str, description: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {description}\n# TYPE {name} gauge\n"
    for labels, value in samples:
        inner = ",".join(f'{key}="{text.translate(_ESCAPES)}"' for key, text in labels.items())
        yield f"{name}{{{inner}}} {value}\n"


def _each(hosts: Iterable[Drift], value: Callable[[Drift], int]) -> list[Sample]:
    return [({"host": host.host}, value(host)) for host in hosts]


def _words(hosts: Iterable[Drift]) -> Iterator[Sample]:
    for host in hosts:
        yield from (({"host": host.host, "word": word.value}, int(host.word is word)) for word in Word)


def _rows(hosts: Iterable[Drift]) -> Iterator[Sample]:
    for host in hosts:
        counts = Counter((row.word.value, row.subject.value) for row in host.rows)
        for (word, subject), number in sorted(counts.items()):
            yield {"host": host.host, "word": word, "subject": subject}, number


def _exposed(host: Drift) -> int:
    found = (*host.more, *(one for row in host.rows for one in row.consequences))
    return sum(one.exposed for one in found)
