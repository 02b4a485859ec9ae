"""Which files of a folder are read, and the findings for all other files."""

import os
from pathlib import Path

import pytest
from tests.source.folders import folder, seen

from taploom.base.diagnostic import Report
from taploom.source import files, listing
from taploom.source.files import load, read_text

A = "taploom: 1\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path()


def said(specs: Path) -> list[str]:
    """Each finding as `place code message | help`."""
    report = Report()
    load(specs, report)
    return [f"{d.span or '-'} {d.code} {d.message} | {d.help}" for d in report.sorted()]


def test_yaml_files_of_all_folders_are_read_in_order(here: Path) -> None:
    specs = folder(here, {"z.yaml": A, "hosts/b.yaml": A, "hosts/a.yaml": A, "taploom.lock": "x", "README.md": "# x"})
    shown, source = seen(specs)
    assert [file.path for file in source.files] == ["specs/hosts/a.yaml", "specs/hosts/b.yaml", "specs/z.yaml"]
    assert shown == ""


def test_hidden_files_and_folders_are_left_out(here: Path) -> None:
    specs = folder(here, {"a.yaml": A, ".b.yaml": "[", ".git/c.yaml": "["})
    assert said(specs) == []


def test_paths_are_named_as_the_user_named_the_folder(here: Path) -> None:
    folder(here, {"a.yaml": "["})
    absolute = here.absolute() / "specs"
    assert said(absolute)[0].startswith(f"{absolute}/a.yaml:1:2 TL113")
    assert said(Path("./specs"))[0].startswith("specs/a.yaml:1:2 TL113")


def test_a_missing_folder_is_reported(here: Path) -> None:
    assert said(here / "specs") == [
        "- TL101 `specs` does not exist | name the folder with `--specs DIR`, or begin a site with `taploom init`"
    ]
    assert seen(here / "specs")[0].startswith("error[TL101]: `specs` does not exist\n")


def test_a_file_instead_of_a_folder_is_reported(here: Path) -> None:
    specs = folder(here, {"a.yaml": A})
    assert said(specs / "a.yaml") == ["- TL101 `specs/a.yaml` is not a folder | name the folder with `--specs DIR`"]


def test_a_folder_without_specs_is_reported(here: Path) -> None:
    specs = folder(here, {"README.md": ""})
    assert said(specs) == ["- TL101 `specs` holds no `.yaml` file | begin with `taploom init`"]


@pytest.mark.parametrize("name", ["b.yml", "b.YAML", "b.Yml"])
def test_other_extensions_are_reported(here: Path, name: str) -> None:
    specs = folder(here, {"a.yaml": A, name: A})
    assert said(specs) == [f"specs/{name}:1:1 TL103 only `.yaml` files are read | rename it to `b.yaml`"]


def test_a_folder_named_like_a_file_is_reported(here: Path) -> None:
    specs = folder(here, {"a.yaml": A, "b.yaml/c.yaml": A})
    assert said(specs) == ["specs/b.yaml:1:1 TL102 this is a folder, not a file | move it out of the folder of specs"]


def test_a_pipe_is_reported(here: Path) -> None:
    specs = folder(here, {"a.yaml": A})
    os.mkfifo(specs / "b.yaml")
    assert said(specs) == [
        "specs/b.yaml:1:1 TL102 this is a pipe, a socket or a device, not a file | move it out of the folder of specs"
    ]


def test_a_link_to_a_device_is_reported(here: Path) -> None:
    specs = folder(here, {"a.yaml": A})
    (specs / "b.yaml").symlink_to("/dev/zero")
    assert said(specs) == [
        "specs/b.yaml:1:1 TL104 the link leads to an absolute path of this machine | put the file itself here"
    ]


def test_links_within_the_folder_are_followed_once(here: Path) -> None:
    specs = folder(here, {"a.yaml": A, ".data/b.yml": A})
    (specs / "again.yaml").symlink_to("a.yaml")
    (specs / "b.yaml").symlink_to(".data/b.yml")
    shown, source = seen(specs)
    assert [file.path for file in source.files] == ["specs/a.yaml", "specs/b.yaml"]
    assert shown == ""


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (
            "/etc/passwd",
            "the link leads to an absolute path of this machine | put the file itself here",
        ),
        ("../outside.yaml", "the link leads out of the folder of specs | put the file itself here"),
        ("nowhere.yaml", "the link leads nowhere | remove it"),
        ("l.yaml", "the link leads in a circle | remove it"),
    ],
)
def test_unusable_links_are_reported(here: Path, target: str, reason: str) -> None:
    specs = folder(here, {"a.yaml": A, "../outside.yaml": A})
    (specs / "l.yaml").symlink_to(target)
    assert said(specs) == [f"specs/l.yaml:1:1 TL104 {reason}"]


def test_linked_folders_are_reported(here: Path) -> None:
    specs = folder(here, {"a.yaml": A})
    (specs / "loop").symlink_to(".")
    (specs / "circle").symlink_to("circle")
    assert said(specs) == [
        "specs/circle:1:1 TL104 the link leads in a circle | remove it",
        (
            "specs/loop:1:1 TL104 the link leads to a folder, and only links to files are followed"
            " | put the files here, or remove the link"
        ),
    ]


def test_the_folder_itself_may_be_a_link(here: Path) -> None:
    folder(here, {"a.yaml": A})
    (here / "link").symlink_to("specs")
    assert said(here / "link") == []


def test_an_unreadable_file_is_reported(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = folder(here, {"a.yaml": A})

    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    assert said(specs) == ["specs/a.yaml:1:1 TL102 the file cannot be read: permission denied | mend its permissions"]


def test_an_unreadable_folder_is_reported(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = folder(here, {"a.yaml": A})

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refused)
    assert said(specs)[0].startswith("specs:1:1 TL102 the folder cannot be read: permission denied | mend its perm")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: b\nname: M\xfcller\n", "2:8 TL106 the byte 0xFC is not UTF-8, which is `ü` in Latin-1"),
        (b"\xef\xbb\xbfa: \xff\n", "1:4 TL106 the byte 0xFF is not UTF-8, which is `ÿ` in Latin-1"),
        (
            "a: é \ud800".encode("utf-8", "surrogatepass"),
            "1:6 TL106 the byte 0xED is not UTF-8, which is `í` in Latin-1",
        ),
        ("a: b\n".encode("utf-16"), "1:1 TL106 the file is UTF-16, not UTF-8"),
        ("a: b\n".encode("utf-32"), "1:1 TL106 the file is UTF-32, not UTF-8"),
        ("a: b\n".encode("utf-16-be"), "1:1 TL107 the file contains U+0000 (NUL)"),
    ],
)
def test_other_encodings_are_reported(here: Path, content: bytes, expected: str) -> None:
    assert said(folder(here, {"a.yaml": content}))[0].startswith(f"specs/a.yaml:{expected} | ")


def test_a_byte_order_mark_and_line_ends_of_windows_are_accepted(here: Path) -> None:
    shown, source = seen(folder(here, {"a.yaml": b"\xef\xbb\xbfsite:\r\n  name: a\r\nguests: ]\r\n"}))
    assert shown.startswith("specs/a.yaml:3:9: error[TL113]")
    assert source.files[0].text.startswith("site")


def test_unprintable_file_names_are_reported(here: Path) -> None:
    specs = folder(here, {"a.yaml": A, "b\n::error::.yaml": A, "c\x1b[31m.yaml": A})
    (Path(os.fsdecode(os.fsencode(specs) + b"/d\xff.yaml"))).write_text(A)
    assert said(specs) == [
        f"specs/{name}.yaml:1:1 TL108 the name of the file has characters that cannot be shown | rename it"
        for name in ("b\ufffd::error::", "c\ufffd[31m", "d\ufffd")
    ]


def test_a_file_that_is_too_large_is_not_opened(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = folder(here, {"a.yaml": A})
    with (specs / "b.yaml").open("wb") as file:
        file.truncate(1 << 30)
    monkeypatch.setattr(files, "_bytes", lambda path: A.encode() if path.endswith("a.yaml") else pytest.fail(path))
    assert said(specs) == [
        (
            "specs/b.yaml:1:1 TL105 the file has 1,024.0 MiB, and the maximum is 8"
            " | split it, or move it out of the folder of specs"
        )
    ]


def test_files_that_are_too_large_together_are_reported(here: Path) -> None:
    specs = folder(here, {f"{n}.yaml": A for n in range(10)})
    for n in range(10):
        with (specs / f"{n}.yaml").open("ab") as file:
            file.truncate(7 << 20)
    assert said(specs) == [
        (
            "specs/9.yaml:1:1 TL105 the specs have 70.0 MiB together, and the maximum is 64"
            " | move files that are not specs out of the folder"
        )
    ]


def test_a_folder_with_too_many_files_is_reported(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "ENTRIES", 3)
    specs = folder(here, {f"{n}.txt": "" for n in range(4)})
    assert said(specs)[0].startswith("specs:1:1 TL105 the folder holds more than 3 files")


def test_a_single_file_next_to_the_specs_is_read(here: Path) -> None:
    specs = folder(here, {"taploom.lock": "x\n"})
    report = Report()
    assert read_text(specs / "taploom.lock", report) == "x\n"
    assert read_text(specs / "other.lock", report) == ""
    assert not report.diagnostics
    assert read_text(specs, report) == ""
    assert [d.code for d in report.diagnostics] == ["TL102"]
