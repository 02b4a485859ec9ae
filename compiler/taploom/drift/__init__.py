"""Compares facts from a host with its plan: finds the differences, their causes and the affected flows."""
