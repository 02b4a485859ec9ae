"""These tests boot hosts from the same trees as `tests.hosts`."""

from tests.hosts.conftest import pytest_generate_tests

__all__ = ["pytest_generate_tests"]
