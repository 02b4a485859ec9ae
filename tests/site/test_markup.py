"""The two printers of pages agree on any text: directly printed HTML shows the same as printed Markdown."""

import re
from typing import Any
from urllib.parse import urlsplit

import markdown as reader
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.site.shapes import Shape, shape, tags, words

from taploom.diagrams.dot import Graph
from taploom.report.diagnostics.visible import visible
from taploom.site.markup.block import (
    Block,
    Blocks,
    BulletList,
    CodeBlock,
    Facts,
    Figure,
    FileText,
    Heading,
    Paragraph,
    TableBlock,
    facts,
    paragraph,
    section,
    table,
)
from taploom.site.markup.html import Content, html
from taploom.site.markup.inline import (
    Anchor,
    Break,
    Code,
    Emphasis,
    Inline,
    Link,
    Number,
    Outward,
    Strong,
    StyledSpan,
    address,
    code,
    codes,
    prose,
)
from taploom.site.markup.markdown import markdown

PATH = "guests/web.md"
EXTENSIONS = ["attr_list", "tables", "toc", "fenced_code", "def_list", "footnotes", "abbr", "admonition", "md_in_html"]
HOSTILE = (
    "<script>alert(1)</script> *not* **b** _e_ `code` [a](http://evil.example) ![i](x) | cell </td> ]]> &amp; {: #i }",
    "- no list", "+ no list", "1. no list", "# no heading", "> no quote", "    no code", ": no definition", "=", "---",
    "```", "~~~", "!!! note", "[^1]: no footnote", "*[HTML]: no abbreviation", "[x]: http://evil.example", "no break  ",
    "javascript:alert(1) \u202etxt.exe", "a\nb\r\n\n# c", "\ttab", "\x02klzzwxh:0001\x03", "\\", "\\*", "{: .x }",
    "'\"><b>", "&lt;b&gt;", "&#60;", "<!-- -->", "<?php ?>", "<div markdown=1>", "==", "a | b", "a||b", "\u00a0",
    " ", "",
)  # fmt: skip
_SIGNS = st.text(st.sampled_from("\\`*_{}[]()<>#|~&@!$^=\"'+-.:;,/%? \t\n\r01aé\u202e\x02\u2028"), max_size=12)
_TEXTS = st.sampled_from(HOSTILE) | _SIGNS | st.text(max_size=12)
_NAMES = st.text(min_size=1, max_size=8)
_FLAT: st.SearchStrategy[Inline] = st.one_of(
    _TEXTS,
    st.builds(Code, st.tuples(_TEXTS) | st.tuples(_TEXTS, _TEXTS)),
    st.builds(Link, _TEXTS, _TEXTS | st.builds(Code, st.tuples(_TEXTS)), st.sampled_from(["", "tl-shape"])),
    st.builds(Outward, _TEXTS.map("https://example.org/{}".format) | _TEXTS),
    st.builds(Number, st.sampled_from(["7", "1,024", "about 2"]), st.none() | st.integers(0, 128)),
    st.builds(Anchor, _NAMES),
    st.just(Break()),
)
_INLINE: st.SearchStrategy[Inline] = st.recursive(
    _FLAT,
    lambda inner: st.one_of(
        st.builds(Strong, inner),
        st.builds(Emphasis, inner),
        st.builds(StyledSpan, st.just("tl-stat"), inner),
        st.lists(inner, max_size=3).map(tuple),
    ),
    max_leaves=6,
)
_GRAPHS = _NAMES.map(lambda name: Figure(Graph(name, ()), "", ""))


def _tables(width: int) -> st.SearchStrategy[TableBlock]:
    row = st.tuples(*[_INLINE] * width)
    return st.builds(
        TableBlock, row, st.lists(row, min_size=1, max_size=3).map(tuple), st.tuples(*[st.booleans()] * width)
    )


_BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, st.integers(2, 4), st.tuples(st.just("Title "), _INLINE), st.just("") | _NAMES),
    st.builds(Paragraph, _INLINE, st.sampled_from(["", "tl-trail"])),
    st.integers(1, 3).flatmap(_tables),
    st.builds(Facts, st.lists(st.tuples(_TEXTS, _INLINE), min_size=1, max_size=2).map(tuple)),
    st.builds(BulletList, st.lists(_INLINE, min_size=1, max_size=3).map(tuple)),
    st.builds(FileText, _TEXTS, st.booleans()),
    _GRAPHS,
)


def _read(blocks: Blocks) -> Shape:
    """The shape of a page that was printed as Markdown and converted by the Markdown library."""
    toc: dict[str, Any] = {"toc": {"permalink": True}}
    return shape(reader.markdown(markdown(blocks, PATH), extensions=EXTENSIONS, extension_configs=toc))


def _printed(blocks: Blocks) -> Content:
    found = html(blocks, PATH, lambda url: url)
    assert found is not None
    return found


@given(_BLOCKS)
def test_both_printers_agree_on_any_text(block: Block) -> None:
    blocks = (Heading(1, "Page"), block, Paragraph("End."))
    assert shape(_printed(blocks).text) == _read(blocks)


@given(_TEXTS)
@example("a  b")
def test_a_text_is_shown_unchanged_in_every_kind_of_block(text: str) -> None:
    """Any text yields the same elements as a harmless word, and appears unchanged in them."""

    def blocks(word: str) -> Blocks:
        return (
            Heading(1, f"Title {word}", "title"),
            Paragraph((word, Break())),
            Paragraph((Break(), word)),
            Paragraph((word, Strong(word), Emphasis(word), Code((word,)), StyledSpan("tl-stat", word))),
            TableBlock((word, "b"), ((word, Code((word,))), ("x", "y")), (False, False)),
            Facts(((word, word),)),
            BulletList((("x", word), (word, "x"))),
            FileText(word.replace("\n", ""), numbered=True),
            Paragraph("End."),
        )

    read, harmless = _read(blocks(text)), _read(blocks("word"))
    assert tags(read) == tags(harmless)
    shown = re.sub(" +", " ", visible(text)).strip(" ")
    assert sum(shown in one for one in words(read)) >= 10 * bool(shown)


@given(_TEXTS, st.sampled_from([PATH, "index.md", "specs/a/b.md"]))
@example("//evil.example/x", "index.md")
@example("javascript:alert(1)", "index.md")
@example("https://evil.example", PATH)
@example("#a\"onclick='x'", PATH)
def test_a_link_within_the_site_never_leaves_it(target: str, path: str) -> None:
    found = urlsplit(address(target, path))
    assert (found.scheme, found.netloc) == ("", "")
    assert not found.path.startswith("/")
    assert not set(address(target, path)) & set(" \t\n<>\"'`\\()[]{}|;:") - {":"}


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "//evil.example", "x"]
)
def test_only_http_and_https_urls_become_links(url: str) -> None:
    blocks = (Paragraph(Outward(url)),)
    assert tags(_read(blocks)) == tags(shape(_printed(blocks).text)) == [("<", "p"), ("</", "p")]
    assert words(_read(blocks)) == [url]


def test_links_are_relative_to_their_page() -> None:
    assert address("hosts/hv1.md#eth0", "index.md") == "hosts/hv1.md#eth0"
    assert address("hosts/hv1.md#uplink-hv1:eth0", "guests/web.md") == "../hosts/hv1.md#uplink-hv1:eth0"
    assert address("reach/index.md?from=any&to=guest/web", "a/b/c.md") == "../../reach/index.md?from=any&to=guest/web"
    assert address("#nics", "guests/web.md") == "#nics"


def test_generated_anchors_never_repeat_a_given_one() -> None:
    blocks = (Heading(1, "Page"), Heading(2, "Findings"), Heading(2, "x", "findings"), Heading(3, "Findings"))
    found = _printed(blocks)
    assert [one.anchor for one in found.headings] == ["page", "findings_1", "findings", "findings_2"]
    assert shape(found.text) == _read(blocks)


def test_every_anchor_of_a_page_is_known() -> None:
    page = _printed((Heading(2, "A b"), Paragraph(Anchor("uplink-a:b")), FileText("x\ny\n", numbered=True)))
    assert page.anchors == {"a-b", "uplink-a:b", "L1", "L2"}


@given(st.lists(_TEXTS, min_size=1, max_size=4).map("\n".join))
def test_code_is_shown_verbatim_and_only_printed_as_markdown(text: str) -> None:
    blocks = (Paragraph("x"), CodeBlock(text, "console"), Paragraph("End."))
    assert html(blocks, PATH, lambda url: url) is None
    read = _read(blocks)
    assert [tag for tag in tags(read) if tag[0] == "<"] == [
        ("<", "p"), ("<", "pre"), ("<", "code", "class=language-console"), ("<", "p"),
    ]  # fmt: skip
    lines = (visible(line.replace("\t", "    ")) for line in text.rstrip("\n").split("\n"))
    assert " ".join(" ".join(words(read)[1:-1]).split()) == " ".join("\n".join(lines).split())


def test_empty_columns_and_facts_are_left_out_and_numbers_are_right_aligned() -> None:
    (found,) = table(("a", "b", "c", "d"), [("42", "", Number("7"), codes([])), ("", ((), ""), "", code(""))])
    assert found == TableBlock(("a", "c"), (("42", Number("7")), ("", "")), (False, True))
    assert table(("a",), []) == table(("a",), [("",)]) == facts([("a", "")]) == section("x", ()) == paragraph(()) == ()


def test_prose_turns_text_between_backticks_into_code() -> None:
    assert prose("say `a b` or `c`") == ("say ", Code(("a b",)), " or ", Code(("c",)))
    assert prose("one ` alone") == "one ` alone"
