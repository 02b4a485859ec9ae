"""Facts about a host, as `collect.sh` prints them: their types, and the reader of a file that a stranger wrote."""
