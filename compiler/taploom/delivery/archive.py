"""A bundle as one tar file whose bytes depend on its content alone.

The format is ustar; entries are sorted, have no time, and belong to root. Folders have no entries, since an entry for
`etc` that is unpacked over `/` would reset the mode and the time of the host's `/etc`.
"""

import io
import tarfile
from collections.abc import Mapping

from taploom.delivery.comparison import File


def tar(files: Mapping[str, File]) -> bytes:
    """The archive; equal files give equal bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(files):
            entry = tarfile.TarInfo(path)
            entry.size = len(files[path].data)
            entry.mode = files[path].mode or 0o644
            entry.uname = entry.gname = "root"
            archive.addfile(entry, io.BytesIO(files[path].data))
    return buffer.getvalue()
