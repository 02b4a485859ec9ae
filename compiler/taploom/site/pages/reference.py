"""The pages of the reference; they are made from texts of the code, so they cannot be stale."""

import textwrap
from collections.abc import Iterator

from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.plan.services import BUILT_IN
from taploom.report import wording
from taploom.report.catalogue import diagnostic_rules
from taploom.site.manual import Command
from taploom.site.markup.block import Block, Blocks, CodeBlock, Heading, Paragraph, table
from taploom.site.markup.inline import Code, Emphasis, Inline, Link, Strong, code, codes, prose
from taploom.site.page import Page
from taploom.site.pages.keys import language, plan_types
from taploom.site.view import SiteView

_GLOSSARY = (
    ("Disruption", "The effect of applying a change on running traffic, in classes from D0 (none) to D6."),
    ("DNAT entry", "The part of a forward that one host translates, for one family, protocol and range of ports."),
    ("Essentials", "Traffic that passes whatever the policy is, such as replies, ICMP errors and neighbour discovery."),
    ("Exposure", "A flow that a change opens to senders outside of the site; a reviewer decides about it first."),
    ("Finding", "A statement about a spec: an error prevents a plan, a warning fails `validate`, a note only informs."),
    ("Forward", "A port at a host's outside address whose traffic goes to a guest (DNAT); it needs no policy entry."),
    ("Gate", "A limit that a spec sets to its own changes, such as no exposure without an owner."),
    ("Guest", "A virtual machine on a host, with a NIC for each of its networks."),
    ("Hairpin", "A connection from inside the site to a forward's outside address."),
    ("Host", "A hypervisor: it carries networks as bridges, filters between them and translates addresses."),
    ("Intent", "What the specs decide about every packet; each ruleset is proved to decide the same."),
    ("Lock", "The committed file that keeps the addresses and MACs that the specs leave open."),
    ("Network", "A prefix of each family on a bridge of one host; the address of the bridge is the guests' gateway."),
    ("Origin", "The entry of the spec from which a fact of the plan or a rendered line comes."),
    ("Plan", "The meaning of the specs for each host and guest, in a form that people review and taploom compares."),
    ("Pool", "Addresses that DHCP leases to guests without a reserved address."),
    ("Selector", "Senders or destinations in a policy entry: a name, `tag/NAME`, a prefix, `any`, `hosts`."),
    ("TAP", "The host's end of a guest's NIC, a port of a bridge. A pattern in the spec selects the TAPs of a bridge."),
    ("Term", "The part of a policy entry that one host enforces between two of its interfaces, in one family."),
    ("Tombstone", "A line of the lock that keeps a removed guest's address from being given away at once."),
    ("Uplink", "An interface of a host towards networks that taploom does not manage."),
    ("Waiver", "A finding that the spec accepts, with a reason; it stays visible."),
    ("Zone", "A group of networks and uplinks under one name, which policy can select."),
)  # fmt: skip


def pages(view: SiteView) -> Iterator[Page]:
    """The pages of language, services, commands, diagnostics, the plan's JSON, and the glossary."""
    manual = view.manual
    if manual.language:
        yield Page("reference/language.md", "Language", language(manual.language), listed=True)
    yield _services()
    if manual.commands:
        said = prose(
            "Data goes to standard output and messages to standard error. Exit status: 0 fine, 1 findings, 2 changes "
            "(with `--detailed-exitcode`), 3 stale, 64 usage, 70 a bug in taploom."
        )
        body = (Paragraph(said), *(block for command in manual.commands for block in _command(command)))
        yield Page("reference/commands.md", "Commands", body, listed=True)
    yield _diagnostics()
    if manual.plan:
        yield Page("reference/plan.md", "plan.json", plan_types(manual.plan), listed=True)
    rows = ((Strong(word), prose(text)) for word, text in _GLOSSARY)
    yield Page("reference/glossary.md", "Glossary", table(("Term", "Meaning"), rows), listed=True)


def _diagnostics() -> Page:
    """One page with all diagnostics, so that a search finds each code."""
    found = diagnostic_rules()
    rows = (
        (Link(f"#{rule.code.lower()}", rule.code), rule.severity.value, rule.name, prose(rule.summary))
        for rule in found
    )
    list_of_all = table(("Code", "Severity", "Name", "Rule"), rows)
    body = (*list_of_all, *(block for rule in found for block in _rule(rule)))
    return Page("reference/diagnostics.md", "Diagnostics", body, listed=True)


def _rule(rule: DiagnosticRule) -> Blocks:
    parts: list[Block] = [
        Heading(2, f"{rule.code} {rule.name}", rule.code.lower()),
        Paragraph((Emphasis(f"{rule.severity.value}."), " ", prose(rule.summary))),
        Paragraph((Strong("Why."), " ", prose(rule.why))),
        Paragraph((Strong("Fix."), " ", prose(rule.fix))),
    ]
    for label, example in (("Refused:", rule.bad), ("Mended:", rule.good)):
        parts += [Paragraph(label), CodeBlock(textwrap.dedent(example).strip("\n"), "yaml")] if example else []
    return tuple(parts)


def _services() -> Page:
    rows = (
        (code(name), codes(map(wording.service, services)) or "every protocol")
        for name, services in sorted(BUILT_IN.items())
    )
    said = prose(
        "Services that every spec can name without defining them. A spec can define more, and can name ports such as "
        "`tcp/8443` wherever it can name a service."
    )
    body = (Paragraph(said), *table(("Service", "Ports"), rows))
    return Page("reference/services.md", "Built-in services", body, listed=True)


def _command(command: Command) -> Blocks:
    options = table(("Option", "What it does"), ((_usage(one.usage), prose(one.help)) for one in command.options))
    examples = "\n".join(f"$ {line}" for line in command.examples)
    return (
        Heading(2, f"taploom {command.name}", command.name.replace(" ", "-")),
        CodeBlock(command.usage, "console"),
        *map(_paragraph, command.help.split("\n\n")),
        *((Paragraph(Strong("Options")), *options) if options else ()),
        *((CodeBlock(examples, "console"),) if examples else ()),
    )


def _usage(text: str) -> Inline:
    """The usage of an option; a line may break between the words that the option takes."""
    *words, last = text.split("|")
    return Code((*(f"{word}|" for word in words), last))


def _paragraph(text: str) -> Block:
    """A paragraph of help as prose, or line by line if it begins with Click's mark for that."""
    if text.startswith("\b\n"):
        return CodeBlock(text.removeprefix("\b\n"), "console")
    return Paragraph(prose(" ".join(text.split())))
