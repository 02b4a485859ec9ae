"""A missing need skips the test with a reason, and fails it in CI: no suite turns green by running nothing."""

from __future__ import annotations

import pytest
from tests.support import enforce, missing, needs


def test_a_missing_tool_is_a_skip_with_its_reason(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    request.node.add_marker(needs("sh", "no-such-tool"))
    with pytest.raises(pytest.skip.Exception, match=r"^no no-such-tool in PATH$"):
        enforce(request.node)


def test_a_missing_tool_is_a_failure_in_ci(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    request.node.add_marker(needs("no-such-tool"))
    with pytest.raises(pytest.fail.Exception, match="CI must run this: no no-such-tool in PATH"):
        enforce(request.node)


def test_an_available_tool_is_not_missing(request: pytest.FixtureRequest) -> None:
    assert missing("sh") is None
    request.node.add_marker(needs("sh"))
    enforce(request.node)
