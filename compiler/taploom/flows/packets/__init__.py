"""Packets as points, the possible outcomes for packets, and the addresses and routes of a host."""
