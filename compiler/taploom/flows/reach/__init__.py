"""Answers users' questions about flows: who reaches whom, by which entry, and on which path."""
