"""The MkDocs plugin: a thin adapter between MkDocs' events and the pure functions of `taploom.site`.

Like the command line, the plugin is an entry point of taploom, so it calls the driver. It makes the reference from the
schema of the language and from the commands. Generated pages are never written to disk. The navigation does
not list the leaf pages of a large site, as its cost in time and bytes grows with the square of the number of its pages.
"""

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment
from mkdocs.config import base, config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage

from taploom.cli.examples import EXAMPLES
from taploom.cli.group import LazyGroup
from taploom.cli.now import now
from taploom.diagrams.colors import stylesheet
from taploom.diagrams.draw import drawn, undrawn
from taploom.diagrams.palette import paint
from taploom.diagrams.printing import printed
from taploom.diagrams.svg import figure, inline
from taploom.drift.facts.folder import facts_of_all
from taploom.driver import Compiled, compile_site, rendered
from taploom.mkdocs.commands import described
from taploom.mkdocs.large import QuickPage, leaf_navigation, without_indentation
from taploom.mkdocs.page_cache import PageCache
from taploom.mkdocs.past import RevisionCache
from taploom.mkdocs.search_text import search_text
from taploom.mkdocs.template_cache import TemplateCache
from taploom.plan.schema import plan_schema
from taploom.report.drift.compared import Drifts, drifts
from taploom.report.plan.escape import html as escaped
from taploom.site.loaded import MATERIAL, SCRIPT, STYLES, assets
from taploom.site.manual import Manual
from taploom.site.markup.block import Figure
from taploom.site.navigation import LEAVES_LISTED, framed, navigation
from taploom.site.page import Page
from taploom.site.pages import broken
from taploom.site.pages.compose import files as other_files
from taploom.site.pages.compose import pages
from taploom.site.view import site_view
from taploom.spec.document import language_schema

_COLORS = "assets/taploom-colors.css"


class TaploomConfig(base.Config):  # type: ignore[no-untyped-call]
    """Options below `taploom:` in mkdocs.yml."""

    specs = config_options.Type(str, default="specs")
    changes = config_options.Type(int, default=5)
    """Number of revisions of the specs on the page of the last changes."""
    facts = config_options.Type(str, default="")
    """Folder with the facts of hosts. The page of differences between hosts and plan exists only if it is set."""


class TaploomPlugin(BasePlugin[TaploomConfig]):  # type: ignore[no-untyped-call]
    """Adds the pages and diagrams of a folder of specs to a MkDocs site."""

    def __init__(self) -> None:
        super().__init__()
        self._serving = False
        self._figures: dict[str, tuple[Figure, ...]] = {}
        self._dots: dict[tuple[str, str], str] = {}
        self._drawings: dict[str, str] = {}
        self._files = Files([])
        self._leaves: dict[str, Page] = {}
        self._titles: dict[str, str] = {}
        self._content = ""
        self._own_nav = False
        self._revisions = RevisionCache()
        self._template_cache = TemplateCache()
        self._page_cache: PageCache | None = None

    def on_startup(self, *, command: str, dirty: bool) -> None:  # noqa: ARG002 - MkDocs' signature
        """Remember whether the site is served: a broken spec becomes a page of a served site, but fails a build."""
        if command == "build":
            gc.disable()  # every object is needed until the end of the build, so a collection frees nothing
        self._serving = command == "serve"
        self._page_cache = PageCache() if self._serving else None
        self._revisions = RevisionCache(self._serving)

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Add the style sheets and the script of the diagrams to every page, and templates to the Material theme."""
        for path in (*STYLES, _COLORS):
            if path not in config.extra_css:
                config.extra_css.append(path)
        if SCRIPT not in [str(script) for script in config.extra_javascript]:
            config.extra_javascript.append(SCRIPT)
        if config.theme.name == "material" and str(MATERIAL) not in config.theme.dirs:
            config.theme.dirs.insert(0, str(MATERIAL))
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Compile the specs and add every page that taploom makes from them."""
        self._files = files
        specs = Path(config.config_file_path).parent / self.config.specs if config.config_file_path else Path()
        site = _compiled(specs, prove=not self._serving)
        if site.failed and not self._serving:
            raise PluginError(f"The specs in {self.config.specs} have errors: run `taploom validate`.")
        made = self._error_pages(site) if site.failed else self._site_pages(site, specs, files, config)
        every = len(made) <= LEAVES_LISTED
        for page in made:
            self._add(files, config, page, listed=every or page.listed)
        self._titles = {page.path: page.title for page in made if page.path != "index.md"}
        self._leaves = {} if every else {page.path: page for page in made if not page.listed}
        for page in () if every else made:
            self._print_directly(files, config, page)
        for file in list(files):
            if file.generated_by is None:
                file.edit_uri = quote(f"{Path(config.docs_dir).name}/{file.src_uri}")
        if config.nav is None or self._own_nav:
            self._own_nav = True
            config.nav = navigation(made, [file.src_uri for file in files.documentation_pages()])
        return files

    def _site_pages(self, site: Compiled, specs: Path, files: Files, config: MkDocsConfig) -> list[Page]:
        texts = {file.path: file.text for file in site.source.files}
        history = self._revisions.history(_shown(specs), self.config.changes, paint(site.plan))
        drifts = _drifts(site, specs.parent / self.config.facts) if self.config.facts else None
        found = (*site.diagnostics, *undrawn())
        seen = site_view(site.plan, found, rendered(site.plan), texts, _manual(), history, drifts)
        made = list(pages(seen))
        for one in other_files(seen):
            files.append(File.generated(config, one.path, content=one.text))
        self._draw(made)
        for path, content in assets():
            files.append(File.generated(config, path, content=content))
        files.append(File.generated(config, _COLORS, content=stylesheet(seen.paint, *seen.history.paints)))
        return made

    def _error_pages(self, site: Compiled) -> list[Page]:
        self._figures = {}
        return list(broken.pages(site.diagnostics, {file.path: file.text for file in site.source.files}))

    def _draw(self, made: list[Page]) -> None:
        """Draw the graphs that have no drawing yet; while a site is served, most graphs are the same as before."""
        self._figures = {page.path: page.figures for page in made}
        self._dots = {(page.path, one.graph.name): printed(one.graph) for page in made for one in page.figures}
        dots = set(self._dots.values())
        kept = {dot: self._drawings[dot] for dot in dots & self._drawings.keys()}
        wanted = sorted(dots - kept.keys())
        self._drawings = kept | dict(zip(wanted, drawn(wanted) or (), strict=False))

    def _add(self, files: Files, config: MkDocsConfig, page: Page, *, listed: bool) -> None:
        inclusion = InclusionLevel.INCLUDED if listed else InclusionLevel.NOT_IN_NAV
        file = File.generated(config, page.path, content=page.markdown, inclusion=inclusion)
        span = page.origin.span if page.origin else None
        file.edit_uri = quote(span.file) if span else None
        if files.get_file_from_path(page.path) is None:
            files.append(file)

    def _print_directly(self, files: Files, config: MkDocsConfig, page: Page) -> None:
        file = files.get_file_from_path(page.path)
        if file is not None and page.path != "index.md":
            QuickPage(page, framed(page.title), file, config)

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:  # noqa: ARG002
        """Give generated pages their titles, even if the `nav` of mkdocs.yml lists them without a title."""
        for path, title in self._titles.items():
            file = files.get_file_from_path(path)
            if file is not None and file.page is not None:
                file.page.title = framed(title)
        if self._page_cache is not None:
            self._page_cache.begin(files)
        return nav

    @event_priority(-100)
    def on_page_markdown(self, markdown: str, *, page: MkDocsPage, **_: Any) -> str:
        """Skip Markdown that an earlier build has converted; called after other plugins have changed the text."""
        return markdown if self._page_cache is None else self._page_cache.markdown(page, markdown)

    @event_priority(100)
    def on_page_content(self, content: str, /, *, page: MkDocsPage, files: Files, **_: Any) -> str:
        """Use the HTML of an earlier build for an unchanged page; called before other plugins change the HTML."""
        return content if self._page_cache is None else self._page_cache.content(page, content, files)

    def on_env(self, env: Environment, **_: Any) -> Environment:
        """Cache compiled templates."""
        env.bytecode_cache = self._template_cache
        return env

    @event_priority(50)
    def _before_search(self, context: Any, *, page: MkDocsPage, nav: Navigation, **_: Any) -> Any:
        """Give the search plugin a page's text (only the search words of a leaf); shorten the navigation of a leaf."""
        leaf, self._content = self._leaves.get(page.file.src_uri), page.content or ""
        if leaf is not None:
            context["nav"] = leaf_navigation(nav)
        found = leaf and leaf.words and f"<h1>{escaped(leaf.title)}</h1><p>{escaped(leaf.words)}</p>"
        page.content = found or search_text(self._content)
        return context

    @event_priority(-50)
    def _after_search(self, context: Any, *, page: MkDocsPage, **_: Any) -> Any:
        """Restore the content that `_before_search` has replaced."""
        self._content, page.content = "", self._content
        return context

    on_page_context = CombinedEvent(_before_search, _after_search)

    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:  # noqa: ARG002
        """Replace marks by pictures; Markdown and search have run already, so they do not parse the tags of the SVG."""
        figures = self._figures.get(page.file.src_uri)
        if page.file.src_uri in self._leaves:
            output = without_indentation(output)
        if not figures:
            return output
        for one in figures:
            output = output.replace(one.mark, self._picture(one, page.file))
        return output

    def _picture(self, one: Figure, file: File) -> str:
        svg = self._drawings.get(self._dots[file.src_uri, one.graph.name])
        if svg is None:
            return (
                '<p class="tl-undrawn">Graphviz is not installed, so there is no diagram; the tables say the same.</p>'
            )
        name = f"tl-{one.graph.name}"
        return figure(inline(svg, name, one.title, one.text, _linker(file, self._files)), name, one.title)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, **_: Any) -> LiveReloadServer:
        """Build the site anew when a spec changes."""
        server.watch(str(Path(config.config_file_path or ".").parent / self.config.specs))
        return server


def _compiled(specs: Path, *, prove: bool) -> Compiled:
    return compile_site(_shown(specs), now=now(), prove=prove)


def _drifts(site: Compiled, folder: Path) -> Drifts:
    """The differences between hosts and plan.

    Raises:
        PluginError: a file of facts cannot be read.
    """
    names = [host.name for host in site.plan.hosts]
    known = facts_of_all(folder, names)
    if known.refused:
        raise PluginError("; ".join(each.message for each in known.refused))
    return drifts(site.plan, known.facts, names, now())


def _shown(specs: Path) -> Path:
    """The path of the folder in messages: relative to the working directory."""
    return Path(os.path.relpath(specs))


def _manual() -> Manual:
    """The reference as plain data: the schemas of language and plan, and the commands."""
    return Manual(language_schema(), plan_schema(), tuple(described(LazyGroup("taploom"), EXAMPLES)))


def _linker(file: File, files: Files) -> Callable[[str], str]:
    """A function from a path such as `hosts/hv1/#eth0` to a link on the page of `file`; "" if no page has the path."""

    def url(path: str) -> str:
        page, _, fragment = path.partition("#")
        name = page.rstrip("/")
        target = files.get_file_from_path(f"{name}.md") or files.get_file_from_path(f"{name}/index.md")
        if target is None:
            return ""
        found = target.url_relative_to(file)
        return f"{found}#{fragment}" if fragment else found

    return url
