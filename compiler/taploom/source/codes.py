"""The rules about files and YAML (TL1xx), which are checked before the language is decoded."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

NO_SPECS = DiagnosticRule(
    "TL101",
    "no-specs",
    Severity.ERROR,
    "The folder of specs is missing, or holds no `.yaml` file.",
    "Without a spec there is no network to compile, and an empty result would remove everything from the hosts.",
    "Give the folder with `--specs DIR`, or make a starter site with `taploom init`.",
)
UNREADABLE = DiagnosticRule(
    "TL102",
    "unreadable-file",
    Severity.ERROR,
    "A spec cannot be read, or is a folder, a pipe or a device.",
    "If taploom skipped the file, the compiled site would silently lack its entries.",
    "Correct the permissions, or move files that are not specs out of the folder.",
)
EXTENSION = DiagnosticRule(
    "TL103",
    "yml-extension",
    Severity.WARNING,
    "The name of a file ends in `.yml`, and taploom reads only `.yaml` files.",
    "The entries of the file are not part of the network, although they look as if they were.",
    "Rename the file to `.yaml`, or move it out of the folder.",
)
LINK = DiagnosticRule(
    "TL104",
    "stray-link",
    Severity.ERROR,
    "A symbolic link in the folder of specs leads out of it, in a circle, to a folder, or nowhere; or a symbolic link "
    "is where none is allowed: in place of the lock or, inside a repository, on the path to the folder of specs.",
    "Only reviewed files may be compiled, and a file outside the folder is not part of the review.",
    "Put the file itself into the folder.",
)
TOO_LARGE = DiagnosticRule(
    "TL105",
    "too-large",
    Severity.ERROR,
    "A file has more than 8 MiB, or all files together more than 64 MiB.",
    "No hand-written spec is that large: such a file is a mistake or an attack, and could exhaust the memory of CI.",
    "Move files that are not specs out of the folder; split a large spec by host or by network.",
)
ENCODING = DiagnosticRule(
    "TL106",
    "not-utf-8",
    Severity.ERROR,
    "A file is not UTF-8.",
    "In another encoding the bytes are other characters, so the reviewed text could differ from the compiled one.",
    "Save the file as UTF-8.",
)
CHARACTER = DiagnosticRule(
    "TL107",
    "control-character",
    Severity.ERROR,
    "A spec contains, literally or as an escape, a control character or a character that reorders text on screen.",
    "Such a character can show reviewers another text than the compiled one, or end a line in a rendered file.",
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
    "The text after the mistake cannot be read, so taploom uses no part of the file.",
    "Correct the line at the caret, or the one above it.",
    bad="site:\n  name: a\n domain: b\n",
    good="site:\n  name: a\n  domain: b\n",
)
QUOTES = DiagnosticRule(
    "TL111",
    "needs-quotes",
    Severity.ERROR,
    "A text without quotes has a character with a special meaning in YAML.",
    "YAML reads such a text as a key, an alias or a tag: `fd00::`, for example, is a key because it ends in a colon.",
    "Put the text in double quotes.",
    bad="addresses:\n  lab: fd00::\n",
    good='addresses:\n  lab: "fd00::"\n',
)
TAB = DiagnosticRule(
    "TL112",
    "tab",
    Severity.ERROR,
    "A line is indented with a tab.",
    "Editors show tabs in different widths, so YAML does not allow them as indentation.",
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
    "A spec is empty or contains only comments.",
    "A file that was emptied by mistake would remove all of its entries from the network.",
    "Delete the file, or begin it with `taploom: 1`.",
)
NOT_A_MAPPING = DiagnosticRule(
    "TL115",
    "not-a-mapping",
    Severity.ERROR,
    "A spec is a list or a single value instead of sections with names.",
    "taploom finds entries by their names, and the items of a list have no names.",
    "Begin the file with `taploom: 1`, and put entries below `networks:`, `hosts:` and so on.",
    bad="- networks\n",
    good="networks: {}\n",
)
DOCUMENTS = DiagnosticRule(
    "TL116",
    "several-documents",
    Severity.ERROR,
    "A file contains a second document after `---`.",
    "Tools disagree on a second document: some combine it with the first, and some ignore it.",
    "Move it to a separate file; taploom combines the sections of all files.",
    bad="site: {name: a}\n---\nnetworks: {}\n",
    good="site: {name: a}\nnetworks: {}\n",
)
TAG = DiagnosticRule(
    "TL117",
    "tag",
    Severity.ERROR,
    "A value has a YAML tag such as `!foo` or `!!str`.",
    "Some YAML loaders create objects from tags, which attackers have used to run code; a spec needs no tags.",
    "Remove the tag; if the text itself begins with `!`, put it in quotes.",
    bad="site: {name: !!str a}\n",
    good="site: {name: a}\n",
)
MERGE_KEY = DiagnosticRule(
    "TL118",
    "merge-key",
    Severity.ERROR,
    "A mapping uses the merge key `<<`.",
    "Merge keys are not part of YAML 1.2, and tools disagree on which entry overrides which.",
    "Write the entries out, or use an alias for a whole value.",
    bad="site: {<<: {name: a}}\n",
    good="site: {name: a}\n",
)
KEY = DiagnosticRule(
    "TL119",
    "key-not-text",
    Severity.ERROR,
    "The key of an entry is a list or a mapping, or is missing.",
    "A key is the name by which other entries refer to its entry.",
    "Use a name as the key.",
    bad="networks: {[a, b]: {}}\n",
    good="networks: {a: {}, b: {}}\n",
)
DUPLICATE = DiagnosticRule(
    "TL120",
    "duplicate-key",
    Severity.ERROR,
    "A mapping has the same key twice.",
    "Many tools silently drop the first value and keep the last.",
    "Combine the two entries, or rename one.",
    bad="site: {name: a, name: b}\n",
    good="site: {name: a}\n",
)
ALIAS = DiagnosticRule(
    "TL121",
    "alias",
    Severity.ERROR,
    "An alias such as `*name` has no anchor `&name` above it, or is inside of the value that it repeats.",
    "Such an alias has no complete value to repeat.",
    "Put `&name` before the value to repeat; if the text is a pattern, put it in quotes.",
    bad="site: {name: *a}\n",
    good="site: {name: a}\n",
)
DEEP = DiagnosticRule(
    "TL122",
    "too-deep",
    Severity.ERROR,
    "Lists and mappings are nested more than 64 levels deep, including the levels inside of aliases.",
    "The language needs at most eight levels, so more than 64 are a mistake or an attack.",
    "Close the brackets that were left open.",
)
TOO_MANY = DiagnosticRule(
    "TL123",
    "too-many-values",
    Severity.ERROR,
    "The specs have more than 500,000 values, where an alias counts as all values that it repeats.",
    "A few lines of aliases of aliases can expand to billions of values, more than any machine can hold.",
    "Repeat less by aliases, or split the site.",
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
    "A file has more than 100 YAML mistakes.",
    "Such a file is probably not a spec, and a list of all mistakes would not help.",
    "Correct the first ones, and run again.",
)
UNFORMATTED = DiagnosticRule(
    "TL126",
    "not-formatted",
    Severity.ERROR,
    "A file cannot be formatted without changing its meaning, or edited without changing other parts of it.",
    "`fmt` must not change the meaning of a spec, nor an edit any other part of it, so the file stays unchanged.",
    "Write the part at the caret in a simpler form.",
)
CONFLICT = DiagnosticRule(
    "TL127",
    "merge-conflict",
    Severity.ERROR,
    "A file contains an unresolved merge conflict.",
    "The file contains the lines of both sides, and only its authors can decide which of them to keep.",
    "Keep the lines that you want from both sides, delete git's marks, and run `taploom lock`.",
    bad="networks:\n<<<<<<< HEAD\n  lan: {}\n=======\n  dmz: {}\n>>>>>>> dmz\n",
    good="networks:\n  lan: {}\n  dmz: {}\n",
)

NESTED = DiagnosticRule(
    "TL128",
    "nested-repository",
    Severity.ERROR,
    "A folder of the specs is a repository of its own, such as a submodule.",
    "Its files are not part of the reviewed commit, so a checkout could contain specs that no diff shows.",
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
