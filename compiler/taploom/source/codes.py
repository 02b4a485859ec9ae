"""The rules about files and YAML (TL1xx), which are checked before the language is decoded."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

NO_SPECS = DiagnosticRule(
    "TL101",
    "no-specs",
    Severity.ERROR,
    "The folder of specs is missing, or holds no `.yaml` file.",
    "Without a spec there is no network to compile, and an empty result would mean: remove everything.",
    "Give the folder with `--specs DIR`, or make a starter site with `taploom init`.",
)
UNREADABLE = DiagnosticRule(
    "TL102",
    "unreadable-file",
    Severity.ERROR,
    "A spec cannot be read, or is a folder, a pipe or a device.",
    "A site that is compiled without one of its files lacks what the file says, silently.",
    "Mend the permissions, or move what is no spec out of the folder.",
)
EXTENSION = DiagnosticRule(
    "TL103",
    "yml-extension",
    Severity.WARNING,
    "A file ends in `.yml`, and only `.yaml` is read.",
    "What the file says is not part of the network, although it looks as if it were.",
    "Rename the file to `.yaml`, or move it out of the folder.",
)
LINK = DiagnosticRule(
    "TL104",
    "stray-link",
    Severity.ERROR,
    "A symbolic link leads out of the folder of specs, round in a circle, or nowhere; or the lock is a link; or, in a "
    "repository, the folder of specs is one.",
    "What is compiled must be what was reviewed; a file outside the folder is not in the review.",
    "Put the file itself into the folder.",
)
TOO_LARGE = DiagnosticRule(
    "TL105",
    "too-large",
    Severity.ERROR,
    "A file has more than 8 MiB, or all files together more than 64 MiB.",
    "No spec that people wrote is that large: it is a mistake or an attack, and would exhaust the memory of CI.",
    "Move what is no spec out of the folder; split a large spec by host or by network.",
)
ENCODING = DiagnosticRule(
    "TL106",
    "not-utf-8",
    Severity.ERROR,
    "A file is not UTF-8.",
    "In another encoding the same bytes are other characters, so that the review and the result differ.",
    "Save the file as UTF-8.",
)
CHARACTER = DiagnosticRule(
    "TL107",
    "control-character",
    Severity.ERROR,
    "A spec contains a control character, or one that reorders text on screen, as it is or by an escape.",
    "Such characters hide from a reviewer what is compiled, or end a line in a file that taploom writes.",
    "Delete the character.",
    bad='site: {name: "a\\x1bb"}\n',
    good="site: {name: ab}\n",
)
FILE_NAME = DiagnosticRule(
    "TL108",
    "file-name",
    Severity.ERROR,
    "The name of a spec contains a control character or is not UTF-8.",
    "File names are shown in diagnostics and written into plans, where such a name would break lines.",
    "Rename the file.",
)
SYNTAX = DiagnosticRule(
    "TL110",
    "yaml-syntax",
    Severity.ERROR,
    "A file is not valid YAML.",
    "Nothing behind the mistake can be read, so the file counts for nothing.",
    "Correct the line at the caret, or the one above it.",
    bad="site:\n  name: a\n domain: b\n",
    good="site:\n  name: a\n  domain: b\n",
)
QUOTES = DiagnosticRule(
    "TL111",
    "needs-quotes",
    Severity.ERROR,
    "A text has a character that means something to YAML, and has no quotes.",
    "YAML reads a key, an alias or a tag where a value was meant: `fd00::` ends in a colon, which makes a key of it.",
    "Put the text in double quotes.",
    bad="addresses:\n  lab: fd00::\n",
    good='addresses:\n  lab: "fd00::"\n',
)
TAB = DiagnosticRule(
    "TL112",
    "tab",
    Severity.ERROR,
    "A line is indented with a tab.",
    "A tab has no width that everyone agrees on, so YAML refuses it.",
    "Indent with spaces.",
    bad="site:\n\tname: a\n",
    good="site:\n  name: a\n",
)
UNCLOSED = DiagnosticRule(
    "TL113",
    "unclosed",
    Severity.ERROR,
    "A quote or a bracket is opened and never closed, or closed and never opened.",
    "Everything up to the next quote or bracket is read as a part of the value.",
    "Add the missing quote or bracket.",
    bad="site: {name: a\n",
    good="site: {name: a}\n",
)
EMPTY = DiagnosticRule(
    "TL114",
    "empty-file",
    Severity.ERROR,
    "A spec is empty, or has comments alone.",
    "A file that was emptied by mistake would remove from the network what it said before.",
    "Delete the file, or begin it with `taploom: 1`.",
)
NOT_A_MAPPING = DiagnosticRule(
    "TL115",
    "not-a-mapping",
    Severity.ERROR,
    "A spec is a list or a single value instead of sections with names.",
    "Entries are found by their names; a list has none.",
    "Begin the file with `taploom: 1`, and put entries below `networks:`, `hosts:` and so on.",
    bad="- networks\n",
    good="networks: {}\n",
)
DOCUMENTS = DiagnosticRule(
    "TL116",
    "several-documents",
    Severity.ERROR,
    "A file contains a second document after `---`.",
    "Tools disagree on what a second document is: some unite, some read the first alone.",
    "Put it into a file of its own; the sections of all files are united.",
    bad="site: {name: a}\n---\nnetworks: {}\n",
    good="site: {name: a}\nnetworks: {}\n",
)
TAG = DiagnosticRule(
    "TL117",
    "tag",
    Severity.ERROR,
    "A value has a YAML tag such as `!foo` or `!!str`.",
    "Tags make a loader build objects, which a spec never needs and which has been used to run code.",
    "Remove the tag; where the text itself begins with `!`, put it in quotes.",
    bad="site: {name: !!str a}\n",
    good="site: {name: a}\n",
)
MERGE_KEY = DiagnosticRule(
    "TL118",
    "merge-key",
    Severity.ERROR,
    "A mapping uses the merge key `<<`.",
    "Merging is no part of YAML 1.2, and tools disagree on which entry overrides which.",
    "Write the entries out, or use an alias for a whole value.",
    bad="site: {<<: {name: a}}\n",
    good="site: {name: a}\n",
)
KEY = DiagnosticRule(
    "TL119",
    "key-not-text",
    Severity.ERROR,
    "The key of an entry is a list or a mapping, or is missing.",
    "Keys are names, which other entries refer to.",
    "Use a name as the key.",
    bad="networks: {[a, b]: {}}\n",
    good="networks: {a: {}, b: {}}\n",
)
DUPLICATE = DiagnosticRule(
    "TL120",
    "duplicate-key",
    Severity.ERROR,
    "A mapping has the same key twice.",
    "Other tools keep the last of them and drop the first without a word.",
    "Unite the two, or rename one.",
    bad="site: {name: a, name: b}\n",
    good="site: {name: a}\n",
)
ALIAS = DiagnosticRule(
    "TL121",
    "alias",
    Severity.ERROR,
    "An alias such as `*name` has no anchor `&name` above it, or stands inside of what it repeats.",
    "There is nothing that it could repeat.",
    "Put `&name` before the value to repeat; where a pattern was meant, put it in quotes.",
    bad="site: {name: *a}\n",
    good="site: {name: a}\n",
)
DEEP = DiagnosticRule(
    "TL122",
    "too-deep",
    Severity.ERROR,
    "Lists and mappings are nested more than 64 deep, aliases written out.",
    "The language never needs more than eight: it is a mistake or an attack.",
    "Close the brackets that were left open.",
)
TOO_MANY = DiagnosticRule(
    "TL123",
    "too-many-values",
    Severity.ERROR,
    "The specs have more than 500,000 values, aliases written out.",
    "A few lines of aliases of aliases can stand for billions of values, which no machine can hold.",
    "Write the values out, or split the site.",
)
DIRECTIVE = DiagnosticRule(
    "TL124",
    "directive",
    Severity.ERROR,
    "A file begins with a directive such as `%YAML` or `%TAG`.",
    "A directive changes how the rest of the file is read, and tools disagree on how.",
    "Remove the line.",
    bad="%YAML 1.1\n---\nsite: {name: a}\n",
    good="site: {name: a}\n",
)
FLOOD = DiagnosticRule(
    "TL125",
    "too-many-mistakes",
    Severity.ERROR,
    "A file has more than 100 mistakes of YAML.",
    "It is hardly a spec; to list them all would help nobody.",
    "Correct the first ones, and run again.",
)
UNFORMATTED = DiagnosticRule(
    "TL126",
    "not-formatted",
    Severity.ERROR,
    "A file cannot be formatted without a change to what it says.",
    "`fmt` never changes the meaning of a spec, so it left the file as it is.",
    "Write the part at the caret in a simpler form.",
)
CONFLICT = DiagnosticRule(
    "TL127",
    "merge-conflict",
    Severity.ERROR,
    "A file has a conflict that a merge has left to be resolved.",
    "Both sides stand in it, and only people know which of them is meant, or whether both are.",
    "Keep what is wanted of both sides, delete the lines that git has added, and run `taploom lock`.",
    bad="networks:\n<<<<<<< HEAD\n  lan: {}\n=======\n  dmz: {}\n>>>>>>> dmz\n",
    good="networks:\n  lan: {}\n  dmz: {}\n",
)

NESTED = DiagnosticRule(
    "TL128",
    "nested-repository",
    Severity.ERROR,
    "A folder of the specs is a repository of its own, such as a submodule.",
    "Its files are no part of the commit that is reviewed: a checkout would hold what no difference shows.",
    "Put the files themselves into the folder, or move the submodule out of it.",
)
RULES = (
    NO_SPECS,
    UNREADABLE,
    EXTENSION,
    LINK,
    TOO_LARGE,
    ENCODING,
    CHARACTER,
    FILE_NAME,
    SYNTAX,
    QUOTES,
    TAB,
    UNCLOSED,
    EMPTY,
    NOT_A_MAPPING,
    DOCUMENTS,
    TAG,
    MERGE_KEY,
    KEY,
    DUPLICATE,
    ALIAS,
    DEEP,
    TOO_MANY,
    DIRECTIVE,
    FLOOD,
    UNFORMATTED,
    CONFLICT,
    NESTED,
)
