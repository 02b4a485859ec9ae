"""Units of systemd-networkd as a typed tree, and the printer of their native form.

Hosts and guests both get such units, and the NixOS backend prints the same tree as `systemd.network.*`.
"""
