"""The page of each object: the one module that knows the paths of pages."""

from urllib.parse import urlencode

from taploom.site.markup.inline import Inline, Link

_FOLDERS = {"host": "hosts", "network": "networks", "zone": "zones", "guest": "guests"}
_LISTS = {"forward": "forwards", "policy": "policy", "address": "addresses-outside", "service": "services"}


def page_of(kind: str, name: str) -> str:
    """The source path of an object's page, with an anchor if objects share it; "" for an object without a page."""
    if kind in _FOLDERS:
        return f"{_FOLDERS[kind]}/{name}.md"
    if kind in _LISTS:
        return f"{_LISTS[kind]}.md#{name}"
    return ""


def to(kind: str, name: str) -> Inline:
    """A link to an object, by its bare name."""
    page = page_of(kind, name)
    return Link(page, name) if page else name


def subject(name: str) -> Inline:
    """A link with the text `kind/name`; the text alone if the object has no page."""
    kind, _, rest = name.partition("/")
    page = page_of(kind, rest)
    return Link(page, name) if page else name


def asked(words: str, source: str, destination: str, service: str = "") -> Inline:
    """A link to a question of the reachability explorer."""
    fields = {"from": source, "to": destination, "service": service}
    query = urlencode({key: value for key, value in fields.items() if value}, safe="/")
    return Link(f"reach/index.md?{query}", words)


def questions(name: str) -> Inline:
    """Links to two questions of the explorer: who reaches `kind/name`, and whom `kind/name` reaches."""
    return asked("who reaches it", "any", name), ", ", asked("whom it reaches", name, "any")
