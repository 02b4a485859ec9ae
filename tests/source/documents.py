"""Hypothesis strategies for YAML documents: trees of texts, written in many ways."""

from typing import TypeAlias

from hypothesis import strategies as st

Value: TypeAlias = "str | list[Value] | dict[str, Value]"

WORDS = (
    "a", "web", "no", "yes", "true", "null", "~", "22:22", "1.10", "0123", "1e3", "0x1f", "2001-01-01", ".inf", "=",
    "52:54:00:12:34:56", "fd12::10", "fd00::1/64", "::1", "10.0.0.1/24", "tcp/443", "vm-*", "a b  c", "it's", "é€😀",
    "any", "-1", "+1", "a#b", "a:b", "host/x", "$HOME", "${x}", "a&b", "<b>", "\\n", "100%",
)  # fmt: skip
ODD = (
    "",
    " ",
    "a: b",
    "a #b",
    "- a",
    "[a",
    "{",
    "*a",
    "&a",
    "!a",
    "fd00::",
    "'",
    '"',
    "a\nb",
    "a\n\nb\n",
    "\ta",
    "\\",
    "|",
    "%",
)

PLAIN = st.sampled_from(WORDS)
TEXTS = st.one_of(
    PLAIN, st.sampled_from(ODD), st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=12)
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    TEXTS,
    lambda v: st.lists(v, max_size=4) | st.dictionaries(TEXTS.filter(lambda t: t != "<<"), v, max_size=4),
    max_leaves=8,
)
TREES: st.SearchStrategy[dict[str, Value]] = st.dictionaries(TEXTS, VALUES, min_size=1, max_size=5)


def quoted(text: str) -> str:
    """A text in double quotes, with the escapes of YAML 1.2 (section 5.7)."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(escapes.get(c, c if c.isprintable() else f"\\U{ord(c):08X}") for c in text) + '"'


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A mapping of plain and quoted texts, with blanks, comments, blocks and braces in all valid places."""
    tree = draw(st.dictionaries(PLAIN.filter(lambda t: not t.startswith("::")), VALUES, min_size=1, max_size=5))
    lead = draw(st.sampled_from(("", "", "\n\n", "# top\n", "# a\n\n# b\n", "---\n", "--- # c\n")))
    return lead + _block(draw, tree, 0) + draw(st.sampled_from(("", "# end", "\n# end\n", "  # end\n", "...\n")))


def _block(draw: st.DrawFn, value: Value, indent: int, *, behind_dash: bool = False) -> str:
    pad = " " * indent
    lines = []
    parts = value.items() if isinstance(value, dict) else [("", item) for item in value]
    for number, (key, item) in enumerate(parts):
        above = st.sampled_from(("", "", f"{pad}# own\n", "\n", f"\n{pad}  # own\n\n", f"{pad}# a\n{pad}# b\n"))
        first = behind_dash and number == 0
        head = f"{_text(draw, key)}:" if isinstance(value, dict) else "-"
        behind = _value(draw, item, indent, is_item=isinstance(value, list))
        lines.append((head if first else draw(above) + pad + head) + behind)
    return "".join(lines)


def _value(draw: st.DrawFn, item: Value, indent: int, *, is_item: bool) -> str:
    behind = draw(st.sampled_from(("", "", "", " # c", "  # cc", "     # far", "         # away", "  ")))
    if isinstance(item, str):
        return f"{draw(st.sampled_from((' ', '   ')))}{_text(draw, item, block=indent)}{behind}\n"
    if not item or draw(st.booleans()):
        return f" {_flow(draw, item, indent)}{behind}\n"
    deeper = indent + draw(st.sampled_from((1, 2, 2, 4)))
    if is_item and deeper > indent + 1 and draw(st.booleans()):
        return " " * (deeper - indent - 1) + _block(draw, item, deeper, behind_dash=True)
    return f"{behind}\n" + _block(draw, item, deeper)


def _flow(draw: st.DrawFn, value: Value, indent: int) -> str:
    if isinstance(value, str):
        return _text(draw, value, flow=True)
    pad = " " * (indent + 1)
    gaps = st.sampled_from(("", "", " ", f"\n{pad}", f" # in\n{pad}", f"\n\n{pad}# own\n{pad}"))
    if isinstance(value, dict):
        inside = [f"{_text(draw, k, flow=True)}: {_flow(draw, v, indent)}" for k, v in value.items()]
    else:
        inside = [_flow(draw, item, indent) for item in value]
    joined = "".join(f"{draw(gaps)}{part}{',' if n < len(inside) - 1 else ''}" for n, part in enumerate(inside))
    closing = draw(gaps)
    return f"{{{joined}{closing}}}" if isinstance(value, dict) else f"[{joined}{closing}]"


def _text(draw: st.DrawFn, text: str, *, flow: bool = False, block: int | None = None) -> str:
    if text in WORDS and not (flow and text.startswith(("::", "${"))):
        return draw(st.sampled_from((text, text, quoted(text), f"""'{text.replace("'", "''")}'""")))
    if block is not None and text.endswith("b\n") and draw(st.booleans()):
        pad = " " * (block + 1)
        return draw(st.sampled_from(("|", ">", "|+"))) + "".join(
            f"\n{pad}{line}" if line else "\n" for line in text[:-1].split("\n")
        )
    return quoted(text)
