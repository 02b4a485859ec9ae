"""The style sheet that gives a site's pictures their dark colours.

Graphviz sets colours as attributes, and gives no class to table cells, so the rules select by attribute.
"""

from taploom.diagrams.palette import Paint

_DARK = ('[data-md-color-scheme="slate"]', '[data-bs-theme="dark"]')


def stylesheet(paint: Paint, *others: Paint) -> str:
    """A rule for each colour and scheme.

    Args:
        paint: the colours of the site.
        others: the colours of further pictures, which show objects that the site no longer has.
    """
    lines = ["/* Dark colours of the diagrams, and the colours of the networks; generated from the plan. */"]
    for light, dark in sorted({pair for one in (*others, paint) for pair in one.pairs()}):
        for attribute in ("fill", "stroke"):
            selectors = ", ".join(f'{scheme} .tl-svg [{attribute}="{light}"]' for scheme in _DARK)
            lines.append(f"{selectors} {{ {attribute}: {dark}; }}")
    for name, tone in sorted(paint.networks.items()):
        lines.append(f".tl-net-{name} {{ --tl-ink: {tone.ink}; --tl-fill: {tone.fill}; }}")
        dark = ", ".join(f"{scheme} .tl-net-{name}" for scheme in _DARK)
        lines.append(f"{dark} {{ --tl-ink: {tone.dark_ink}; --tl-fill: {tone.dark_fill}; }}")
    return "\n".join(lines) + "\n"


def media(paint: Paint) -> str:
    """The dark colours as a style inside of a picture that stands alone, for readers who prefer dark."""
    rules = [f'[{a}="{light}"]{{{a}:{dark}}}' for light, dark in paint.pairs() for a in ("fill", "stroke")]
    return f"<style>@media (prefers-color-scheme: dark){{{''.join(rules)}}}</style>"
