"""A host refuses each faulty bundle or release before it changes anything, and accepts one without the fault."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.pull.publishing import Publisher, Puller, sealed
from tests.support import needs

from taploom.delivery.archive import tar
from taploom.delivery.comparison import File
from taploom.delivery.release import Release

pytestmark = needs("ssh-keygen", "curl", "openssl", "flock")
HOST, OTHER = "hv-east", "hv-west"
WAIVER = "the first bundle of this host"
Files = dict[str, File]


def published(publisher: Publisher, files: Files, *, serial: int = 5, plan: str = "", archive: bytes = b"") -> None:
    """Publishes any bundle, together with a release that an approver signed."""
    checksum = publisher.put(HOST, archive or tar(files))
    publisher.put_release(Release(plan or publisher.digest, serial, 2, WAIVER, {HOST: checksum, OTHER: checksum}))


def signed(publisher: Publisher, files: Files, **more: object) -> None:
    publisher.sign_bundle(HOST, files)
    published(publisher, files, **more)  # type: ignore[arg-type]


def changed(files: Files, path: str, data: bytes) -> Files:
    return {**files, path: replace(files[path], data=data)}


def link(files: Files, name: str, kind: bytes, target: str) -> bytes:
    """The archive with an additional entry that is not a regular file."""
    buffer = io.BytesIO(tar(files))
    with tarfile.open(fileobj=buffer, mode="a", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, target
        archive.addfile(entry)
    return buffer.getvalue()


def a_byte(publisher: Publisher, files: Files) -> None:
    publisher.sign_bundle(HOST, files)
    published(publisher, changed(files, "etc/taploom/taploom.nft", b"flush ruleset\n"))


def another_script(publisher: Publisher, files: Files) -> None:
    publisher.sign_bundle(HOST, files)
    published(publisher, changed(files, "activate", b"#!/bin/sh\necho got it >>$RECORD/calls\n"))


def a_missing_file(publisher: Publisher, files: Files) -> None:
    publisher.sign_bundle(HOST, files)
    published(publisher, {path: file for path, file in files.items() if path != "etc/taploom/taploom.nft"})


def a_byte_after_approval(publisher: Publisher, files: Files) -> None:
    signed(publisher, files)
    publisher.put(HOST, tar(sealed(changed(files, "etc/taploom/taploom.nft", b"flush ruleset\n"))))


def no_signature(publisher: Publisher, files: Files) -> None:
    signed(publisher, files)
    (publisher.folder / f"{HOST}.sig").unlink()


def a_stranger(publisher: Publisher, files: Files) -> None:
    signed(publisher, files)
    publisher.sign_bundle(HOST, files, "stranger")


def a_signature_for_something_else(publisher: Publisher, files: Files) -> None:
    signed(publisher, files)
    publisher.sign_bundle(HOST, files, "builder", "git")


def an_approver_who_builds(publisher: Publisher, files: Files) -> None:
    signed(publisher, files)
    publisher.sign_bundle(HOST, files, "approver")


def a_release_by_a_stranger(publisher: Publisher, files: Files) -> None:
    signed(publisher, files)
    found = Release(publisher.digest, 5, 2, WAIVER, {HOST: publisher.put(HOST, tar(files))})
    publisher.put_release(found, "stranger")


def a_release_by_a_builder(publisher: Publisher, files: Files) -> None:
    signed(publisher, files)
    found = Release(publisher.digest, 5, 2, WAIVER, {HOST: publisher.put(HOST, tar(files))})
    publisher.put_release(found, "builder", "taploom-bundle")


def a_release_without_signature(publisher: Publisher, files: Files) -> None:
    signed(publisher, files)
    (publisher.folder / "taploom.release.sig").unlink()


def a_line_more_in_the_release(publisher: Publisher, files: Files) -> None:
    signed(publisher, files)
    path = publisher.folder / "taploom.release"
    path.write_text(path.read_text() + "window D6 always\n")


def a_release_without_the_host(publisher: Publisher, files: Files) -> None:
    signed(publisher, files)
    publisher.put_release(Release(publisher.digest, 5, 2, WAIVER, {OTHER: publisher.put(HOST, tar(files))}))


def another_host(publisher: Publisher, files: Files) -> None:
    signed(publisher, publisher.bundle(OTHER, 5))


def another_plan(publisher: Publisher, files: Files) -> None:
    signed(publisher, files, plan=hashlib.sha256(b"the plan that was reviewed").hexdigest())


def another_serial(publisher: Publisher, files: Files) -> None:
    signed(publisher, files, serial=4)


def a_symbolic_link(publisher: Publisher, files: Files) -> None:
    publisher.sign_bundle(HOST, files)
    published(publisher, files, archive=link(files, "etc/x", tarfile.SYMTYPE, "/etc"))


def a_hard_link(publisher: Publisher, files: Files) -> None:
    publisher.sign_bundle(HOST, files)
    published(publisher, files, archive=link(files, "etc/x", tarfile.LNKTYPE, "activate"))


def a_device(publisher: Publisher, files: Files) -> None:
    publisher.sign_bundle(HOST, files)
    published(publisher, files, archive=link(files, "etc/x", tarfile.CHRTYPE, ""))


def a_path_that_leads_away(publisher: Publisher, files: Files) -> None:
    publisher.sign_bundle(HOST, files)
    published(publisher, {**files, "../../escaped": File(b"x")})


def an_absolute_path(publisher: Publisher, files: Files) -> None:
    publisher.sign_bundle(HOST, files)
    published(publisher, {**files, "/tmp/escaped-from-a-bundle": File(b"x")})


FAULTS: dict[Callable[[Publisher, Files], None], str] = {
    a_byte: "other bytes than SHA256SUMS says",
    another_script: "other bytes than SHA256SUMS says",
    a_missing_file: "other bytes than SHA256SUMS says",
    a_byte_after_approval: "not the one that release names",
    no_signature: "was not fetched",
    a_stranger: "the bundle is not signed by anybody",
    a_signature_for_something_else: "the bundle is not signed by anybody",
    an_approver_who_builds: "the bundle is not signed by anybody",
    a_release_by_a_stranger: "release is not signed by anybody",
    a_release_by_a_builder: "release is not signed by anybody",
    a_release_without_signature: "nothing was fetched",
    a_line_more_in_the_release: "release is not signed by anybody",
    a_release_without_the_host: "release has no host hv-east",
    another_host: "the bundle is another host's",
    another_plan: "a plan that was not approved",
    another_serial: "another serial than release",
    a_symbolic_link: "cannot be unpacked",
    a_hard_link: "cannot be unpacked",
    a_device: "cannot be unpacked",
    a_path_that_leads_away: "cannot be unpacked",
    an_absolute_path: "cannot be unpacked",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_faulty_bundle_is_refused_and_not_run(
    fault: Callable[[Publisher, Files], None], publisher: Publisher, puller: Puller
) -> None:
    fault(publisher, publisher.bundle(HOST, 5))
    code, said = puller.run()
    assert code == 10
    assert FAULTS[fault] in said
    assert puller.calls == []
    assert not (puller.state / "current").exists()
    assert not list(puller.folder.rglob("escaped*"))
    publisher.publish(5, waiver=WAIVER)
    assert puller.run()[0] == 0, "without the fault it is activated"


def test_a_serial_below_the_highest_seen_is_refused(publisher: Publisher, puller: Puller) -> None:
    publisher.publish(5, waiver=WAIVER)
    old = {path.name: path.read_bytes() for path in publisher.folder.iterdir()}
    publisher.publish(7, wave=1, waiver=WAIVER)
    assert puller.run()[0] == 0
    for name, data in old.items():
        (publisher.folder / name).write_bytes(data)
    code, said = puller.run()
    assert (code, puller.calls) == (10, ["try --expect", "confirm"])
    assert "serial 5, and this host has seen 7" in said


def test_the_serial_of_a_waiting_release_counts_as_seen(publisher: Publisher, puller: Puller) -> None:
    publisher.publish(5, waiver=WAIVER)
    old = {path.name: path.read_bytes() for path in publisher.folder.iterdir()}
    publisher.publish(7, wave=1)
    late = replace(puller, host=OTHER)
    assert late.run()[0] == 0
    for name, data in old.items():
        (publisher.folder / name).write_bytes(data)
    assert "serial 5, and this host has seen 7" in late.run()[1]
    assert late.calls == []


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("http://{address}", 64, "SOURCE is neither"),
        ("", 64, "SOURCE is not set"),
        ("https://{address}/plain", 10, "nothing was fetched"),
        ("https://{address}/nothing", 10, "nothing was fetched"),
        ("git+file:///nowhere#main", 10, "nothing was fetched"),
        ("oci://{address}/net/bundles:none", 10, "nothing was fetched"),
    ],
)
def test_an_unusable_source_is_refused(
    source: str, code: int, said: str, publisher: Publisher, puller: Puller, address: str
) -> None:
    publisher.publish(5, waiver=WAIVER)
    found = replace(puller, source=source.format(address=address)).run()
    assert found[0] == code
    assert said in found[1]


def test_a_server_with_an_untrusted_certificate_is_refused(publisher: Publisher, puller: Puller) -> None:
    publisher.publish(5, waiver=WAIVER)
    assert replace(puller, authority=None).run()[0] == 10


@pytest.mark.parametrize("host", ["../x", "hv east", "HV", "hv$(x)"])
def test_an_invalid_host_name_is_refused(host: str, publisher: Publisher, puller: Puller) -> None:
    publisher.publish(5, waiver=WAIVER)
    assert replace(puller, host=host).run()[0] == 64
