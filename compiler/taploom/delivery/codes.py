"""The diagnostic rules of delivery: unwritable and busy folders, foreign files in the way, kept files."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

UNWRITABLE = DiagnosticRule(
    "TL911",
    "unwritable",
    Severity.ERROR,
    "The output file or folder can be written.",
    "After a failure the folder may hold only a part of a plan, and a host must never load a part.",
    "Make room or choose another folder with `--out`. Every file is written whole or not at all, and the next "
    "`taploom render` completes what is missing.",
)
IN_THE_WAY = DiagnosticRule(
    "TL912",
    "in-the-way",
    Severity.ERROR,
    "taploom replaces only files that the manifest of the folder lists, and follows no symbolic link below the folder.",
    "The existing file may be the only copy of somebody's work, and a link may lead out of the folder.",
    "Move the file away, choose another folder with `--out`, or replace the file with `--force`.",
)
KEPT = DiagnosticRule(
    "TL913",
    "edited-leftover",
    Severity.WARNING,
    "A rendered file that the plan no longer has is removed, unless somebody has edited it.",
    "The edit may be the only copy of somebody's work; but a host that loads the whole folder loads this file too.",
    "Move the file out of the folder, or remove it with `--force`.",
)
BUSY = DiagnosticRule(
    "TL914",
    "busy",
    Severity.ERROR,
    "Only one taploom process at a time writes into a folder.",
    "Two processes would mix the files of two plans.",
    "Wait until the other process has ended.",
)

WAY_OUT = "mend its permissions, make room, or name another place"

RULES = (UNWRITABLE, IN_THE_WAY, KEPT, BUSY)
