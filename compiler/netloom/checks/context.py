"""What a check looks at."""

from netloom.base.frozen import dataclass
from netloom.plan.site import Plan
from netloom.spec.document import Document
from netloom.spec.values import Setting


@dataclass(frozen=True, slots=True)
class Context:
    """The site, as spec and as plan.

    Attributes:
        document: resolved; gives the places to point at.
        plan: of all that is sound.
        now: seconds since the epoch, for expiry.
    """

    document: Document
    plan: Plan
    now: int

    def broken(self, *sections: str) -> bool:
        """Whether entries of a section were left out: reported already, they might be what a check misses.

        Of `hosts` an uplink or a network that was left out counts as well, of `guests` a NIC.
        """
        names, document = self.document.places.names, self.document
        if any(names(section).keys() - getattr(document, section).keys() for section in sections):
            return True
        if "guests" in sections and any(
            names("guests", name, "nics").keys() - guest.nics.keys() for name, guest in document.guests.items()
        ):
            return True
        return "hosts" in sections and any(map(self.torn, document.hosts))

    def locked(self, guest: str, network: str, key: str) -> str:
        """How to have `ipv4`, `ipv6` or `mac` of a NIC taken anew where the lock has it; "" where the spec says it."""
        if getattr(self.document.guests[guest].nics[network], key) is not Setting.AUTO:
            return ""
        return f"delete `guest/{guest} {network} {key}` from the lock and run `netloom lock`"

    def torn(self, host: str) -> bool:
        """Whether an uplink or a network of a host was left out."""
        names, kept = self.document.places.names, self.document.hosts[host]
        return bool(
            names("hosts", host, "uplinks").keys() - kept.uplinks.keys()
            or names("hosts", host, "networks").keys() - kept.networks.keys()
        )
