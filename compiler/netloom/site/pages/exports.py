"""What is rendered, byte for byte: a page for each host, with a hash and a download of each file."""

import hashlib
from collections.abc import Iterator

from netloom.backends.artifact import Artifact
from netloom.site.links import to
from netloom.site.markdown import code, codepoints, escaped, section, sections, table
from netloom.site.page import File, Page
from netloom.site.view import View

FOLDER = "exports"


def pages(view: View) -> Iterator[Page]:
    """The list of what there is, and a page for each host."""
    rows = ((to_export(host.name), to("host", host.name), str(len(_of(view, host.name)))) for host in view.plan.hosts)
    body = sections(
        "The same specs and lock give the same bytes. `netloom export HOST` bundles a host's files with checksums.",
        table(("Export", "Host", "Files"), rows),
    )
    yield Page(f"{FOLDER}/index.md", "Exports", body, listed=True)
    for host in view.plan.hosts:
        yield _page(view, host.name)


def files(view: View) -> Iterator[File]:
    """The rendered files of hosts, to download."""
    for host in view.plan.hosts:
        for artifact in _of(view, host.name):
            yield File(f"{FOLDER}/{artifact.path}", artifact.text)


def to_export(host: str) -> str:
    """A link to the page of a host's files."""
    return f"[{escaped(f'files of {host}')}](@/{FOLDER}/{host}.md)"


def _of(view: View, host: str) -> list[Artifact]:
    return [artifact for artifact in view.artifacts if artifact.path.startswith(f"hosts/{host}/")]


def _page(view: View, host: str) -> Page:
    artifacts = _of(view, host)
    rows = (
        (f"[{escaped(_short(one, host))}](#{_anchor(one)})", code(one.install), str(len(one.text.encode())))
        for one in artifacts
    )
    body = sections(
        f"What {to('host', host)} loads.",
        table(("File", "Installed as", "Bytes"), rows),
        *(_file(one, host) for one in artifacts),
    )
    return Page(f"{FOLDER}/{host}.md", f"Files of {host}", body, searched=False)


def _file(artifact: Artifact, host: str) -> str:
    digest = hashlib.sha256(artifact.text.encode()).hexdigest()
    shown = block(artifact.text)
    return section(
        f"{escaped(_short(artifact, host))} {{: #{_anchor(artifact)} }}",
        sections(f"[Download](@/{FOLDER}/{artifact.path}) · SHA-256 {code(digest)}", shown),
    )


def block(text: str) -> str:
    """A file as it is, for a script to copy."""
    return f'<div class="nl-source" data-nl-copy><pre><code>{codepoints_block(text)}</code></pre></div>'


def codepoints_block(text: str) -> str:
    """Every line, so that what does not print is seen."""
    return "\n".join(codepoints(line) for line in text.splitlines())


def _short(artifact: Artifact, host: str) -> str:
    return artifact.path.removeprefix(f"hosts/{host}/")


def _anchor(artifact: Artifact) -> str:
    return "".join(c if c.isalnum() else "-" for c in artifact.path)
