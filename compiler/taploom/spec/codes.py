"""The rules of the language itself: keys, values and names."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

VERSION = DiagnosticRule(
    "TL201",
    "language-version",
    Severity.ERROR,
    "Each file of a site states the version of the language: `taploom: 1`.",
    "Without this line, neither a reader nor an editor nor a later taploom can know what the other keys mean.",
    "Begin the file with `taploom: 1`.",
    bad="networks: {}\n",
    good="taploom: 1\nnetworks: {}\n",
)
UNKNOWN_KEY = DiagnosticRule(
    "TL202",
    "unknown-key",
    Severity.ERROR,
    "Every key is a key of the language.",
    "If taploom ignored a misspelt key, its author would believe that the setting is in force.",
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
    "A name is defined once in a section, across all files of the site.",
    "Otherwise the order of the files, which a merge may change, would decide which of two definitions wins.",
    "Remove one of the two, or give it another name.",
)
WRONG_SHAPE = DiagnosticRule(
    "TL206",
    "wrong-shape",
    Severity.ERROR,
    "A value has the shape that its key asks for: a mapping, a list, or a single value.",
    "taploom would have to guess the meaning of a value of another shape.",
    "Write the value in the shape that the message names.",
    bad="networks: [lan]\n",
    good="networks: {lan: {}}\n",
)
MISSING_KEY = DiagnosticRule(
    "TL207",
    "missing-key",
    Severity.ERROR,
    "An entry has all its required keys.",
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
    "Zones, networks, hosts, guests and addresses share one namespace; the names of built-in services are taken.",
    "A bare name in a policy selects one object; if two objects had the name, a reader could not tell them apart.",
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
    "Keep either `allow` or `deny`, or write an entry for each.",
    bad="policy:\n  web: {from: any, to: web, allow: http, deny: ssh}\n",
    good="policy:\n  web: {from: any, to: web, allow: http}\n  no-ssh: {from: any, to: web, deny: ssh}\n",
)
WRONG_KIND = DiagnosticRule(
    "TL211",
    "wrong-kind",
    Severity.ERROR,
    "In `KIND/NAME`, the object called NAME is of that kind.",
    "If `lan` is a network, `guest/lan` selects no guest.",
    "Write the kind of the object, or the bare name.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\npolicy:\n  out: {from: guest/lan, to: any, allow: any}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\npolicy:\n  out: {from: network/lan, to: any, allow: any}\n",
)
RESERVED = DiagnosticRule(
    "TL212",
    "reserved-name",
    Severity.ERROR,
    "No entry is called `any` or `hosts`.",
    "Both words are selectors, so no selector could name such an entry.",
    "Choose another name.",
    bad="zones:\n  any: {}\n",
    good="zones:\n  anyone: {}\n",
)
SEVERAL_ADDRESSES = DiagnosticRule(
    "TL426",
    "several-addresses",
    Severity.ERROR,
    "A network, an uplink and a NIC have at most one address of each family.",
    "Several addresses are not supported yet: it would be unclear which one a forward or a guest uses.",
    "Keep one address. Give a second prefix a network of its own. Distinguish services at one uplink by their ports, "
    "or by name in a guest that is a reverse proxy. A guest that adds a shared address by itself, as with VRRP, needs "
    "`spoof-guard: false` in its network.",
    bad="networks:\n  lan: {ipv4: [10.0.0.1/24, 10.0.1.1/24]}\n",
    good="networks:\n  lan: {zone: office, ipv4: 10.0.0.1/24}\n  lab: {zone: office, ipv4: 10.0.1.1/24}\n",
)
DELEGATED_PREFIX = DiagnosticRule(
    "TL427",
    "delegated-prefix",
    Severity.ERROR,
    "The prefixes of networks are written in the specs.",
    "A prefix that the provider delegates (DHCPv6-PD) can change without a review, and a policy that names an address "
    "would then mean something else.",
    "Give the network a unique local prefix (RFC 4193) and `nat: true`, which translates it to the address of the "
    "uplink. Write `ipv6: ra` at the uplink. If the provider assigned a prefix permanently, write that prefix.",
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
