"""The rendered files, byte for byte: a page for each host, with the hash of each file and a link to download it."""

import hashlib
import posixpath
from collections.abc import Iterable, Iterator

from taploom.backends.artifact import Artifact
from taploom.plan.site import Plan
from taploom.site.links import to
from taploom.site.markup.block import Blocks, FileText, Heading, Paragraph, section, table
from taploom.site.markup.inline import Code, Inline, Link, Number, Strong, code, codes, joined, prose
from taploom.site.page import Asset, Page
from taploom.site.pages.parts import source
from taploom.site.view import SiteView

FOLDER, PLAN = "exports", "plan.json"


def pages(view: SiteView) -> Iterator[Page]:
    """The list of exports, and a page for each host."""
    hosts = (
        (_to_export(host.name), to("host", host.name), Number(str(len(view.files.get(f"hosts/{host.name}", ())))))
        for host in view.plan.hosts
    )
    whole = [artifact for artifact in view.artifacts if artifact.path == PLAN]
    said = prose(
        "The same specs and lock give the same bytes. `taploom export HOST` bundles a host's files with checksums. The "
        "page of each guest has the guest's files."
    )
    body = (
        Paragraph(said),
        *table(("Export", "Host", "Files"), hosts),
        *section("The plan", _files_table(whole)),
        *section("Rollout", _rollout(view.plan)),
    )
    yield Page(f"{FOLDER}/index.md", "Exports", body, listed=True)
    for host in view.plan.hosts:
        yield _page(view, host.name)


def _rollout(plan: Plan) -> Blocks:
    """The waves in which hosts activate bundles by themselves, and the windows of time in which they may do so."""
    waves = (
        (Number(str(number)), code(wave.selector), joined(to("host", host) for host in wave.hosts))
        for number, wave in enumerate(plan.rollout.waves, start=1)
    )
    windows = ((code(window.classes), codes(window.texts), source(window.origin)) for window in plan.rollout.windows)
    return (
        *table(("Wave", "Selected by", "Hosts"), waves),
        *table(("Classes", "When", "Spec"), windows),
    )


def files(view: SiteView) -> Iterator[Asset]:
    """The rendered files of hosts and guests, and the plan, to download."""
    return (Asset(f"{FOLDER}/{artifact.path}", artifact.text) for artifact in view.artifacts)


def of_guest(view: SiteView, guest: str) -> Blocks:
    """The files of a guest, for its page; if the site has many guests, the page does not show their content."""
    artifacts = view.files.get(f"guests/{guest}", ())
    shown = () if view.crowded else artifacts
    titled = ((Paragraph(Strong(posixpath.basename(one.path))), FileText(one.text)) for one in shown)
    return (*_files_table(artifacts), *(block for pair in titled for block in pair))


def _files_table(artifacts: Iterable[Artifact]) -> Blocks:
    """A table of files, each with a link to download it, its size, and its hash."""
    rows = (
        (Link(f"{FOLDER}/{one.path}", posixpath.basename(one.path)), code(one.install),
         _size(one), _breakable(_digest(one)))
        for one in artifacts
    )  # fmt: skip
    return table(("File", "Installed as", "Bytes", "SHA-256"), rows)


def _to_export(host: str) -> Inline:
    return Link(f"{FOLDER}/{host}.md", f"files of {host}")


def _page(view: SiteView, host: str) -> Page:
    artifacts = view.files.get(f"hosts/{host}", ())
    if view.crowded:
        said = Paragraph(("The files that ", to("host", host), " loads. They are too long to be shown on a page."))
        body = (said, *_files_table(artifacts))
        return Page(f"{FOLDER}/{host}.md", f"Files of {host}", body, searched=False)
    rows = ((Link(f"#{_anchor(one)}", _short(one, host)), code(one.install), _size(one)) for one in artifacts)
    body = (
        Paragraph(("The files that ", to("host", host), " loads.")),
        *table(("File", "Installed as", "Bytes"), rows),
        *(block for one in artifacts for block in _file(one, host)),
    )
    return Page(f"{FOLDER}/{host}.md", f"Files of {host}", body, searched=False)


def _file(artifact: Artifact, host: str) -> Blocks:
    download = Link(f"{FOLDER}/{artifact.path}", "Download")
    return (
        Heading(2, _short(artifact, host), _anchor(artifact)),
        Paragraph((download, " · SHA-256 ", code(_digest(artifact)))),
        FileText(artifact.text),
    )


def _breakable(digest: str) -> Code:
    """A hash that can break over several lines, but is copied as one word."""
    return Code(tuple(digest[at : at + 16] for at in range(0, len(digest), 16)))


def _size(artifact: Artifact) -> Number:
    return Number(f"{len(artifact.text.encode()):,}")


def _digest(artifact: Artifact) -> str:
    return hashlib.sha256(artifact.text.encode()).hexdigest()


def _short(artifact: Artifact, host: str) -> str:
    return artifact.path.removeprefix(f"hosts/{host}/")


def _anchor(artifact: Artifact) -> str:
    return "".join(c if c.isalnum() else "-" for c in artifact.path)
