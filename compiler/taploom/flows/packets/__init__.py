"""Packets as points, their possible outcomes, and the addresses and routes of their host."""
