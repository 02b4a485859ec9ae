"""The trees that the hosts of these tests boot are those of `tests.hosts`."""

from tests.hosts.conftest import pytest_generate_tests

__all__ = ["pytest_generate_tests"]
