"""Prepares a drawn picture for a page: unique identifiers, names for screen readers, and links relative to the page.

Graphviz writes regular SVG, so a handful of substitutions is enough; none of them depends on texts of a spec.
"""

import re
from collections.abc import Callable
from html import escape

from taploom.diagrams.dot import PADDING
from taploom.diagrams.printing import SANS

_SIZE = re.compile(r'<svg width="(\d+)pt" height="(\d+)pt"\s+viewBox="([^"]*)"[^>]*>')
_NODE_TITLE = re.compile(r"(<g id=\"[^\"]*\" class=\"[^\"]*\">)\s*<title>[^<]*</title>")
_ANCHOR = re.compile(r"<a ((?:xlink:[a-z]+=\"[^\"]*\"\s*)+)>(.*?)</a>", re.DOTALL)
_ATTRIBUTE = re.compile(r'xlink:([a-z]+)="([^"]*)"')
_PAGE = re.compile(r'<g id="[^"]*" class="graph"')
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_ASIDE = re.compile(
    r'<polygon fill="(?P<fill>[^"]*)" stroke="(?P<stroke>[^"]*)"[^>]* points="(?P<points>[^"]*)"/>'
    r'|<text (?:xml:space="preserve" )?text-anchor="start" [^>]*?'
    r' font-family="(?P<face>[^"]*), (?P<side>left|right|center)"(?P<style>[^>]*?) font-size="(?P<size>[^"]*)"'
)
_UNNAMED = re.compile(r'<g id="(?:a_[^"]*"|edge\d+" (?=class="edge))')
_BETWEEN = re.compile(r">\s+<")
_SHORTER = (
    (f' font-family="{SANS}"', ""),
    (' stroke="transparent"', ""),
    ("&#45;", "-"),
)
"""Texts and their replacements: the font, which the whole picture has; an invisible stroke; an entity."""
_POINTS_TO_PIXELS = 4 / 3
_HALF_HEIGHT = 0.36
"""Half the height of a capital letter of Inter and of JetBrains Mono, as a part of the font size."""


def inline(svg: str, name: str, title: str, text: str, url: Callable[[str], str]) -> str:
    """Prepare a picture for a page.

    Args:
        svg: the SVG as Graphviz drew it.
        name: prefix of its identifiers.
        title: its title.
        text: a description of what it shows.
        url: turns a path below the site's root into a link from the page, or into "" where there is no such page.
    """
    svg = _short(_plain(svg))
    svg = re.sub(r'\bid="', f'id="{name}--', svg)
    svg = _ANCHOR.sub(lambda match: _anchor(match, url), svg)
    head = _SIZE.search(svg)
    assert head, "Graphviz wrote no size"
    width = round(int(head[1]) * _POINTS_TO_PIXELS)
    opening = (
        f'<svg class="tl-svg" role="graphics-document" aria-labelledby="{name}--title" aria-describedby="{name}--desc" '
        f'width="{width}" style="--tl-natural: {width}px" viewBox="{head[3]}" font-family="{SANS}" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="{name}--title">{escape(title)}</title>'
        f'<desc id="{name}--desc">{escape(text)}</desc>'
    )
    return _one_line(svg[: head.start()] + opening + svg[head.end() :])


def _anchor(match: re.Match[str], url: Callable[[str], str]) -> str:
    found = dict(_ATTRIBUTE.findall(match[1]))
    title = f"<title>{found['title']}</title>" if found.get("title") else ""
    href = url(found["href"]) if "href" in found else ""
    if not href:
        return f"<g>{title}{match[2]}</g>"
    label = f' aria-label="{found["title"]}"' if found.get("title") else ""
    return f'<a href="{escape(href)}"{label}>{title}{match[2]}</a>'


def _one_line(svg: str) -> str:
    return _BETWEEN.sub("><", " ".join(svg.split("\n")))


def _short(svg: str) -> str:
    """The same picture in fewer bytes, without names that nothing refers to and attributes that change nothing."""
    svg = _UNNAMED.sub(lambda match: "<g" if match[0].startswith('<g id="a_') else "<g ", svg)
    for long, short in _SHORTER:
        svg = svg.replace(long, short)
    return svg


def figure(svg: str, name: str, title: str) -> str:
    """The picture in its frame. Without the script for panning and zooming, it scrolls sideways on a narrow page."""
    head = f'<figure class="tl-figure" id="{name}" tabindex="0" aria-label="{escape(title)}">'
    return f'{head}<figcaption>{escape(title)}</figcaption><div class="tl-canvas">{svg}</div></figure>'


def _plain(svg: str) -> str:
    """The SVG without comments and without names of nodes as tooltips, as if it had been drawn by itself."""
    svg = _PAGE.sub('<g id="picture" class="graph"', _COMMENT.sub("", svg))
    return _aside(_NODE_TITLE.sub(r"\1", svg))


def _aside(svg: str) -> str:
    """Place texts by the cell behind them, whatever fonts the machine has, and remove cells without a colour."""
    ends, middle = (0.0, 0.0), 0.0

    def placed(match: re.Match[str]) -> str:
        nonlocal ends, middle
        if match["points"]:
            numbers = [tuple(map(float, point.split(","))) for point in match["points"].split()]
            across, down = zip(*numbers, strict=True)
            ends, middle = (min(across), max(across)), (min(down) + max(down)) / 2
            return "" if {match["fill"], match["stroke"]} <= {"none", "transparent"} else match[0]
        anchor, at = {
            "left": ("start", ends[0] + PADDING),
            "right": ("end", ends[1] - PADDING),
            "center": ("middle", (ends[0] + ends[1]) / 2),
        }[match["side"]]
        place = f'text-anchor="{anchor}" x="{at:g}" y="{middle + _HALF_HEIGHT * float(match["size"]):.2f}"'
        return f'<text {place} font-family="{match["face"]}"{match["style"]} font-size="{float(match["size"]):g}"'

    return _ASIDE.sub(placed, svg)


def alone(svg: str, style: str) -> str:
    """A picture that stands alone, with a style for its reader's colour scheme and without links."""
    svg = _plain(svg)
    svg = _ANCHOR.sub(
        lambda match: f"<g><title>{dict(_ATTRIBUTE.findall(match[1])).get('title', '')}</title>{match[2]}</g>", svg
    )
    head = _SIZE.search(svg)
    assert head, "Graphviz wrote no size"
    opening = f'<svg width="{head[1]}pt" height="{head[2]}pt" viewBox="{head[3]}" xmlns="http://www.w3.org/2000/svg">'
    return svg[: head.start()] + opening + style + svg[head.end() :]
