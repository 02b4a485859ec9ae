"""Answers to users' questions about flows: who reaches whom, by which entry, on which path."""
