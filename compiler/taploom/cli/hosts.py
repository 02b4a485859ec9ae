"""Finds a host of the plan by the name that a user typed."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from taploom.plan.host import Host
    from taploom.plan.site import Plan


def host_of(plan: "Plan", name: str) -> "Host":
    """The host with a name, or with `host/NAME`.

    Raises:
        click.UsageError: there is no such host; the message names the host with the closest name, or all hosts.
    """
    from taploom.base.names import closest

    wanted = name.removeprefix("host/")
    for host in plan.hosts:
        if host.name == wanted:
            return host
    names = [host.name for host in plan.hosts]
    meant = closest(wanted, names)
    hint = f"Did you mean '{meant}'?" if meant else f"There are: {', '.join(names) or 'none'}."
    raise click.UsageError(f"The site has no host '{name}'. {hint}")
