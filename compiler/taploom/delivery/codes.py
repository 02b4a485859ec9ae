"""The diagnostic rules of delivery: unwritable and busy folders, foreign files in the way, kept files."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

UNWRITABLE = DiagnosticRule(
    "TL911",
    "unwritable",
    Severity.ERROR,
    "The rendered files can be written where they are asked for.",
    "A folder that is read-only, full, or no folder holds at best a part of a plan, which no host may load.",
    "Make room or choose another folder with `--out`. Every file is written whole or not at all, and the next "
    "`taploom render` completes what is missing.",
)
IN_THE_WAY = DiagnosticRule(
    "TL912",
    "in-the-way",
    Severity.ERROR,
    "taploom replaces only what the manifest of the folder says it wrote, and follows no symbolic link below it.",
    "What is there may be the only copy of somebody's work, and a link may lead out of the folder.",
    "Move it away, choose another folder with `--out`, or let it be replaced with `--force`.",
)
KEPT = DiagnosticRule(
    "TL913",
    "edited-leftover",
    Severity.WARNING,
    "A rendered file that the plan no longer has is removed; one that was edited since is kept.",
    "The edit may be the only copy of somebody's work; but a host that loads the whole folder loads this file too.",
    "Move the file out of the folder, or let it be removed with `--force`.",
)
BUSY = DiagnosticRule(
    "TL914",
    "busy",
    Severity.ERROR,
    "One taploom at a time writes into a folder.",
    "Two would mix the files of two plans.",
    "Wait until the other one has ended.",
)

WAY_OUT = "mend its permissions, make room, or name another place"

RULES = (UNWRITABLE, IN_THE_WAY, KEPT, BUSY)
