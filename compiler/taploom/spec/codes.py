"""The rules of the language itself: keys, values and names."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

VERSION = DiagnosticRule(
    "TL201",
    "language-version",
    Severity.ERROR,
    "Each file of a site says in which version of the language it is written: `taploom: 1`.",
    "Without the line an editor, a reader and a later taploom cannot know what the other keys mean.",
    "Begin the file with `taploom: 1`.",
    bad="networks: {}\n",
    good="taploom: 1\nnetworks: {}\n",
)
UNKNOWN_KEY = DiagnosticRule(
    "TL202",
    "unknown-key",
    Severity.ERROR,
    "Every key is one that the language has.",
    "A misspelt key that is ignored is a setting that its author believes to be in force.",
    "Use the key that the message suggests, or one from the reference of the language.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, isolate: true}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, isolated: true}\n",
)
UNKNOWN_NAME = DiagnosticRule(
    "TL203",
    "unknown-name",
    Severity.ERROR,
    "Every name that an entry refers to is defined somewhere in the site.",
    "A reference to nothing would leave a guest without its network or a rule without effect.",
    "Correct the name, or define the entry.",
    bad="networks:\n  dmz: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {dmz: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {dmx: {}}}\n",
    good="networks:\n  dmz: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {dmz: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {dmz: {}}}\n",
)
BAD_NAME = DiagnosticRule(
    "TL204",
    "bad-name",
    Severity.ERROR,
    "Names match `[a-z][a-z0-9-]*` and have at most 63 bytes.",
    "Names become parts of file names, interfaces and rulesets, where other characters have a meaning.",
    "Use lower-case letters, digits and `-`, beginning with a letter.",
    bad="zones:\n  DMZ_1: {}\n",
    good="zones:\n  dmz-1: {}\n",
)
DEFINED_TWICE = DiagnosticRule(
    "TL205",
    "defined-twice",
    Severity.ERROR,
    "A name is defined once, whichever files a site has.",
    "Which of two definitions wins would depend on the order of files, and so on a merge.",
    "Remove one of the two, or give it another name.",
)
WRONG_SHAPE = DiagnosticRule(
    "TL206",
    "wrong-shape",
    Severity.ERROR,
    "A value has the shape that its key asks for: a mapping, a list, or a single value.",
    "What a value of another shape means would be a guess.",
    "Write the value in the shape that the message names.",
    bad="networks: [lan]\n",
    good="networks: {lan: {}}\n",
)
MISSING_KEY = DiagnosticRule(
    "TL207",
    "missing-key",
    Severity.ERROR,
    "An entry has the keys without which it means nothing.",
    "A guest without a host, or a forward without ports, cannot be compiled.",
    "Add the key.",
    bad="guests:\n  web: {nics: {}}\n",
    good="guests:\n  web: {host: hv1, nics: {}}\n",
)
BAD_VALUE = DiagnosticRule(
    "TL208",
    "bad-value",
    Severity.ERROR,
    "A value is of the kind that its key asks for: an address, a port, a duration, a date …",
    "A value that a tool on the host refuses would fail at activation, after the review.",
    "Write the value as the message shows.",
    bad="networks:\n  lan: {ipv4: 10.0.0.256/24}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n",
)
NAME_CLASH = DiagnosticRule(
    "TL209",
    "name-clash",
    Severity.ERROR,
    "Zones, networks, hosts, guests and addresses share one namespace, and a service does not bear a built-in name.",
    "A bare name in a policy selects one thing; with two of that name a reader could not tell which.",
    "Rename one of the two.",
    bad="hosts:\n  web: {}\nguests:\n  web: {host: web, nics: {}}\n",
    good="hosts:\n  hv1: {}\nguests:\n  web: {host: hv1, nics: {}}\n",
)
EXCLUSIVE = DiagnosticRule(
    "TL210",
    "exclusive-keys",
    Severity.ERROR,
    "A policy entry either allows or denies.",
    "An entry that does both, or neither, has no meaning.",
    "Keep one of `allow` and `deny`; write two entries for both.",
    bad="policy:\n  web: {from: any, to: web, allow: http, deny: ssh}\n",
    good="policy:\n  web: {from: any, to: web, allow: http}\n  no-ssh: {from: any, to: web, deny: ssh}\n",
)
WRONG_KIND = DiagnosticRule(
    "TL211",
    "wrong-kind",
    Severity.ERROR,
    "A name is used for the kind of object that it belongs to.",
    "`guest/lan` cannot select a guest where `lan` is a network.",
    "Use the kind that the name has, or the bare name.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\npolicy:\n  out: {from: guest/lan, to: any, allow: any}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\npolicy:\n  out: {from: network/lan, to: any, allow: any}\n",
)
RESERVED = DiagnosticRule(
    "TL212",
    "reserved-name",
    Severity.ERROR,
    "No entry is called `any` or `hosts`.",
    "Both words are selectors, so an entry of that name could not be selected.",
    "Choose another name.",
    bad="zones:\n  any: {}\n",
    good="zones:\n  anyone: {}\n",
)
SEVERAL_ADDRESSES = DiagnosticRule(
    "TL426",
    "several-addresses",
    Severity.ERROR,
    "A network, an uplink and a NIC have one address of each family.",
    "Several cannot be said yet: which of them a forward listens at, or a guest sends from, would be a guess.",
    "Keep one. Give a second prefix a network of its own. Tell services at one uplink apart by their ports, or by "
    "name in a guest that is a reverse proxy. A guest that takes up a shared address by itself, as with VRRP, needs "
    "`spoof-guard: false` in its network.",
    bad="networks:\n  lan: {ipv4: [10.0.0.1/24, 10.0.1.1/24]}\n",
    good="networks:\n  lan: {zone: office, ipv4: 10.0.0.1/24}\n  lab: {zone: office, ipv4: 10.0.1.1/24}\n",
)
DELEGATED_PREFIX = DiagnosticRule(
    "TL427",
    "delegated-prefix",
    Severity.ERROR,
    "The prefixes of networks are written in the specs.",
    "A prefix that the provider delegates (DHCPv6-PD) changes by itself: no review would show that, and no policy that "
    "names an address would still mean the same.",
    "Give the network a unique local prefix (RFC 4193) and `nat: true`, which translates it to the address of the "
    "uplink; write `ipv6: ra` at the uplink. A prefix that the provider assigns for good is written as it is.",
    bad="networks:\n  lan: {ipv6: pd}\n",
    good="networks:\n  lan: {ipv6: fd12:3456:789a::1/64, nat: true}\n",
)

RULES = (
    VERSION,
    UNKNOWN_KEY,
    UNKNOWN_NAME,
    BAD_NAME,
    DEFINED_TWICE,
    WRONG_SHAPE,
    MISSING_KEY,
    BAD_VALUE,
    NAME_CLASH,
    EXCLUSIVE,
    WRONG_KIND,
    RESERVED,
    SEVERAL_ADDRESSES,
    DELEGATED_PREFIX,
)
