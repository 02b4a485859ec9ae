"""Facts about a host, as `collect.sh` prints them: their types, and the reader of untrusted files of facts."""
