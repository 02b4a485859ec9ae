"""`python -m tests.site.screenshots FOLDER OUT`: a picture of each kind of page, light and dark, wide and on a phone.

They are for people to look at, after a change of the looks: no test compares them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.site.browsing import PHONE, WIDE, chromium, kinds, served


def main(folder: Path, out: Path) -> None:
    """Take them from the site built in `folder`."""
    out.mkdir(parents=True, exist_ok=True)
    with served(folder) as address, chromium() as browser:
        for scheme in ("light", "dark"):
            for name, size in (("wide", WIDE), ("phone", PHONE)):
                context = browser.new_context(viewport=size, color_scheme=scheme)
                page = context.new_page()
                for path in kinds(folder):
                    page.goto(address + path)
                    page.evaluate("document.fonts.ready")
                    kind = path.strip("/").replace("/", "-") or "overview"
                    kind = "changes-revision" if kind.startswith("changes-") else kind
                    page.screenshot(path=out / f"{kind}-{scheme}-{name}.png", full_page=True, animations="disabled")
                context.close()
    print(f"{out}: {4 * len(kinds(folder))} pictures")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
