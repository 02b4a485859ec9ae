"""What is rendered, byte for byte: a page for each host, with a hash and a download of each file."""

import hashlib
import posixpath
from collections.abc import Iterable, Iterator

from taploom.backends.artifact import Artifact
from taploom.site.links import to
from taploom.site.markdown import code, codepoints, escaped, section, sections, table
from taploom.site.page import File, Page
from taploom.site.view import View

FOLDER, PLAN = "exports", "plan.json"


def pages(view: View) -> Iterator[Page]:
    """The list of what there is, and a page for each host."""
    hosts = (
        (to_export(host.name), to("host", host.name), str(len(view.files.get(f"hosts/{host.name}", ()))))
        for host in view.plan.hosts
    )
    whole = [artifact for artifact in view.artifacts if artifact.path == PLAN]
    body = sections(
        "The same specs and lock give the same bytes. `taploom export HOST` bundles a host's files with checksums; the "
        "files of a guest are on its page.",
        table(("Export", "Host", "Files"), hosts),
        section("The plan", files_table(whole)),
    )
    yield Page(f"{FOLDER}/index.md", "Exports", body, listed=True)
    for host in view.plan.hosts:
        yield _page(view, host.name)


def files(view: View) -> Iterator[File]:
    """The rendered files of hosts and guests, and the plan, to download."""
    return (File(f"{FOLDER}/{artifact.path}", artifact.text) for artifact in view.artifacts)


def of_guest(view: View, guest: str) -> str:
    """The files of a guest, for its page; of many guests what is in them only where they are downloaded."""
    artifacts = view.files.get(f"guests/{guest}", ())
    shown = [block(artifact.text) for artifact in artifacts] if not view.crowded else []
    titles = (f"**{escaped(posixpath.basename(artifact.path))}**" for artifact in artifacts)
    return sections(files_table(artifacts), *(part for pair in zip(titles, shown, strict=False) for part in pair))


def files_table(artifacts: Iterable[Artifact]) -> str:
    """Files with a link to download each, its size, and its hash."""
    rows = (
        (f"[{escaped(posixpath.basename(one.path))}](@/{FOLDER}/{one.path})", code(one.install),
         _size(one), _breakable(_digest(one)))
        for one in artifacts
    )  # fmt: skip
    return table(("File", "Installed as", "Bytes", "SHA-256"), rows)


def to_export(host: str) -> str:
    """A link to the page of a host's files."""
    return f"[{escaped(f'files of {host}')}](@/{FOLDER}/{host}.md)"


def _page(view: View, host: str) -> Page:
    artifacts = view.files.get(f"hosts/{host}", ())
    if view.crowded:
        body = sections(
            f"What {to('host', host)} loads, to download: too much to be read here.", files_table(artifacts)
        )
        return Page(f"{FOLDER}/{host}.md", f"Files of {host}", body, searched=False)
    rows = ((f"[{escaped(_short(one, host))}](#{_anchor(one)})", code(one.install), _size(one)) for one in artifacts)
    body = sections(
        f"What {to('host', host)} loads.",
        table(("File", "Installed as", "Bytes"), rows),
        *(_file(one, host) for one in artifacts),
    )
    return Page(f"{FOLDER}/{host}.md", f"Files of {host}", body, searched=False)


def _file(artifact: Artifact, host: str) -> str:
    shown = block(artifact.text)
    return section(
        f"{escaped(_short(artifact, host))} {{: #{_anchor(artifact)} }}",
        sections(f"[Download](@/{FOLDER}/{artifact.path}) · SHA-256 {code(_digest(artifact))}", shown),
    )


def block(text: str) -> str:
    """A file as it is, for a script to copy."""
    return f'<div class="tl-source" data-tl-copy><pre><code>{codepoints_block(text)}</code></pre></div>'


def codepoints_block(text: str) -> str:
    """Every line, so that what does not print is seen."""
    return "\n".join(codepoints(line) for line in text.splitlines())


def _breakable(digest: str) -> str:
    """A hash that may go over several lines, and is copied as one word."""
    return f"<code>{'<wbr>'.join(digest[at : at + 16] for at in range(0, len(digest), 16))}</code>"


def _size(artifact: Artifact) -> str:
    return f"{len(artifact.text.encode()):,}"


def _digest(artifact: Artifact) -> str:
    return hashlib.sha256(artifact.text.encode()).hexdigest()


def _short(artifact: Artifact, host: str) -> str:
    return artifact.path.removeprefix(f"hosts/{host}/")


def _anchor(artifact: Artifact) -> str:
    return "".join(c if c.isalnum() else "-" for c in artifact.path)
