"""A removed and an added object are a likely rename only if they share facts that few other objects have."""

from __future__ import annotations

import pytest
from tests.diff.site import BASE, swap
from tests.sites import compiled

from taploom.diff.facts import things
from taploom.diff.object_changes import compare_objects

FORWARDS = """\
taploom: 1
forwards:
  web: {on: hv1, ports: tcp/443, to: web, to-port: 8443}
  plain: {on: hv1, ports: tcp/80, to: web, to-port: 8443}
  mail: {on: hv1, ports: tcp/25, to: db, to-port: 8443}
"""


@pytest.mark.parametrize(
    ("new", "was"),
    [
        ("  smtp: {on: hv1, ports: tcp/25, to: db, to-port: 8443}", "forward/mail"),  # only the name differs
        ("  smtp: {on: hv1, ports: tcp/25, to: web, to-port: 8443}", "forward/mail"),  # no other forward has this port
        ("  chat: {on: hv1, ports: tcp/5222, to: web, to-port: 8443}", ""),  # all shared facts are common
    ],
)
def test_a_forward_is_a_likely_rename_if_it_keeps_a_distinctive_fact(new: str, was: str) -> None:
    before = {**BASE, "forwards.yaml": FORWARDS}
    after = dict(before)
    swap("forwards.yaml", "  mail: {on: hv1, ports: tcp/25, to: db, to-port: 8443}", new)(after)
    old, head = compiled(before).plan, compiled(after).plan
    found = {one.name: one.likely for one in compare_objects(things(old), things(head), {}) if one.before is None}
    assert list(found.values()) == [was]
