"""Which page tells of what: one place that knows how pages are called."""

from urllib.parse import urlencode

from taploom.site.markdown import escaped, link

_FOLDERS = {"host": "hosts", "network": "networks", "zone": "zones", "guest": "guests"}
_LISTS = {"forward": "forwards", "policy": "policy", "address": "addresses-outside", "service": "services"}


def page_of(kind: str, name: str) -> str:
    """The source path of an object's page, with the anchor where it shares one; "" where none tells of it."""
    if kind in _FOLDERS:
        return f"{_FOLDERS[kind]}/{name}.md"
    if kind in _LISTS:
        return f"{_LISTS[kind]}.md#{name}"
    return ""


def to(kind: str, name: str) -> str:
    """A link to an object, by its bare name."""
    page = page_of(kind, name)
    return link(page, name) if page else escaped(name)


def subject(name: str) -> str:
    """A link for `kind/name`, in these words."""
    kind, _, rest = name.partition("/")
    page = page_of(kind, rest)
    return link(page, name) if page else escaped(name)


def asked(words: str, source: str, destination: str, service: str = "") -> str:
    """A link to a question of the reachability explorer."""
    said = {"from": source, "to": destination, "service": service}
    query = urlencode({key: value for key, value in said.items() if value}, safe="/")
    return link(f"reach/index.md?{query}", words)


def questions(name: str) -> str:
    """Links to who reaches `kind/name` and whom it reaches."""
    return f"{asked('who reaches it', 'any', name)}, {asked('whom it reaches', name, 'any')}"


def anchor(name: str) -> str:
    """An invisible target for links."""
    return f'<a id="{name}"></a>'
