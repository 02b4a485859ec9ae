"""Lays out findings, plans, answers and changes for people and tools; decides nothing."""
