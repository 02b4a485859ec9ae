"""From rendered files to a folder or an archive: only what is ours is written, replaced or removed."""
