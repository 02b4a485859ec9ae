"""A waiver accepts a warning or a note with a reason; errors and other findings stay active."""

from __future__ import annotations

from tests.sites import compiled

from taploom.base.diagnostic import State

SITE = """\
taploom: 1
networks:
  lan: {ipv4: 10.0.0.1/24}
  loose: {}
waivers:
  later: {code: TL513, on: [network/lan, network/loose], reason: the host comes next week}
"""


def test_a_waived_finding_is_shown_with_its_reason_and_does_not_count() -> None:
    found = compiled(SITE).of("TL513")
    assert [(d.subject, d.state, d.waiver) for d in found] == [
        ("network/lan", State.WAIVED, "the host comes next week"),
        ("network/loose", State.WAIVED, "the host comes next week"),
    ]


def test_a_waiver_applies_to_one_code() -> None:
    assert [d.state for d in compiled(SITE).of("TL423")] == [State.ACTIVE]


def test_the_plan_shows_which_waivers_are_used() -> None:
    site = compiled(SITE.replace("network/loose]", "network/gone]"))
    assert [(w.subject, w.used) for w in site.plan.waivers] == [("network/gone", False), ("network/lan", True)]
    assert [d.message for d in site.of("TL213")] == [
        "waiver `later` accepts TL513 on `network/gone`, but there is no such finding"
    ]


def test_errors_cannot_be_waived() -> None:
    site = compiled(
        "taploom: 1\nhosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n"
        "waivers:\n  console: {code: TL801, on: host/hv1, reason: there is a console}\n"
    )
    assert [d.state for d in site.of("TL801")] == [State.ACTIVE]
    assert len(site.of("TL213")) == 1


KINDS = ("forward", "policy", "network", "guest", "host", "service", "zone", "address", "site")


def test_a_finding_about_the_site_can_be_waived() -> None:
    site = compiled(
        "taploom: 1\nsite: {rollout: {waves: [hosts, hv1]}}\nhosts:\n"
        "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}}\n"
        "waivers:\n  late: {code: TL807, on: site/site, reason: more hosts come next week}\n"
    )
    assert [d.state for d in site.of("TL807")] == [State.WAIVED]
    assert site.of("TL213") == []


def test_every_finding_has_a_subject_that_a_waiver_can_name() -> None:
    """The test compiles the bad example of each rule; a waiver cannot accept a finding without a subject."""
    from taploom.checks import RULES

    for rule in RULES:
        for found in compiled(f"taploom: 1\n{rule.bad}").of(rule.code) if rule.bad else ():
            kind, slash, name = found.subject.partition("/")
            assert kind in KINDS, rule.code
            assert slash
            assert name in compiled(f"taploom: 1\n{rule.bad}").source.files[0].text


def test_a_waiver_of_an_error_gets_a_finding_that_errors_cannot_be_waived() -> None:
    site = compiled(
        "taploom: 1\nhosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n"
        "waivers:\n  console: {code: TL801, on: host/hv1, reason: there is a console}\n"
    )
    assert [d.message for d in site.of("TL213")] == [
        "waiver `console` accepts TL801 on `host/hv1`, but that is an error, and errors cannot be waived"
    ]


def test_no_waiver_is_reported_as_idle_while_an_error_may_hide_its_finding() -> None:
    broken = SITE.replace("loose: {}", "loose: {ipv4: 10.0.0.300/24}")
    assert compiled(broken).codes == ["TL513", "TL208"]
    assert compiled(broken.replace("network/loose]", "network/gone]")).codes == ["TL513", "TL208", "TL213"]
