"""The mkdocs.yml that the how-to page gives builds a site, strictly."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.support import needs

ROOT = Path(__file__).parents[2]


@needs("dot")
def test_the_configuration_of_the_how_to_page_builds(build: Callable[[Path, Path], None], tmp_path: Path) -> None:
    text = (ROOT / "site/how-to/publish.md").read_text(encoding="utf-8")
    found = re.search(r"^```yaml\n(site_name.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found
    (tmp_path / "mkdocs.yml").write_text(found[1], encoding="utf-8")
    (tmp_path / "docs").mkdir()
    shutil.copytree(ROOT / "tests/golden/seed/specs", tmp_path / "specs")
    build(tmp_path, tmp_path / "public")
    page = (tmp_path / "public/guests/http-reverse-proxy/index.html").read_text(encoding="utf-8")
    assert "10.0.0.10" in page
    assert "<svg" in page
