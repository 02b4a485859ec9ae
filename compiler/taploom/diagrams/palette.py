"""Colours: one tone for each network and zone, the same on all pages, legible in the light and in the dark scheme.

A tone is an ink for text and lines, and a fill behind it. All tones are equally light and about equally strong, so that
none stands out; a colour in the spec gives only the hue. The ink has a contrast of at least 4.5:1 on its fill
(WCAG 2, 1.4.3). A picture is drawn in light colours; the style sheet replaces each by its dark counterpart.
"""

from collections.abc import Iterator, Mapping

from taploom.base.frozen import dataclass
from taploom.diagrams.oklch import OklchColor, look, luminance, shown
from taploom.plan.interfaces import inside
from taploom.plan.site import Plan

CONTRAST = 4.6
_DARK_CARD = "#1e252e"
_STRONGEST, _ALIKE = 0.125, 12
_HUES = (255, 165, 62, 300, 350, 200, 125, 28, 275, 95, 325, 145)
"""Hues that most people can tell apart, best first."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A colour as text and line (`ink`) and as background (`fill`), in both schemes."""

    ink: str
    fill: str
    dark_ink: str
    dark_fill: str


TEXT = Tone("#17202b", "#ffffff", "#e8edf3", _DARK_CARD)
"""Plain words on a card."""
MUTED = Tone("#5b6875", "#fdfdfe", "#a3afbc", "#12181f")
"""Secondary words, and the background of a legend."""
LINE = Tone("#c3ccd8", "#f4f6f9", "#44505d", "#171d25")
"""Frames, and the background of a host's box."""
GUEST_LINE = Tone("#b9c3cf", "#fefefe", "#4b5765", "#1d242d")
OUTSIDE = Tone("#46525e", "#e9edf1", "#b4bfca", "#2a333d")
"""Zones with neither a colour in the spec nor a network, and their uplinks."""
PUBLISHED = Tone("#6a3fb5", "#efe8fb", "#bb9bf5", "#2f2350")
"""Port forwards."""
ALLOWED = Tone("#1a7f37", "#dafbe1", "#46c566", "#12351d")
DENIED = Tone("#cf222e", "#ffebe9", "#ff7b72", "#481a1d")
CHANGED = Tone("#875800", "#fff3c4", "#e3b341", "#3d2e05")
_WORDS = {
    "aqua": "#00ffff", "black": "#000000", "blue": "#0000ff", "brown": "#a52a2a", "coral": "#ff7f50",
    "crimson": "#dc143c", "cyan": "#00ffff", "fuchsia": "#ff00ff", "gold": "#ffd700", "gray": "#808080",
    "green": "#008000", "grey": "#808080", "indigo": "#4b0082", "lime": "#00ff00", "magenta": "#ff00ff",
    "maroon": "#800000", "navy": "#000080", "olive": "#808000", "orange": "#ffa500", "pink": "#ffc0cb",
    "plum": "#dda0dd", "purple": "#800080", "red": "#ff0000", "salmon": "#fa8072", "silver": "#c0c0c0",
    "sienna": "#a0522d", "teal": "#008080", "tomato": "#ff6347", "turquoise": "#40e0d0", "violet": "#ee82ee",
    "white": "#ffffff", "yellow": "#ffff00",
}  # fmt: skip
"""The plain colour words of CSS; for any other word a colour is chosen as if the spec had none."""
_FIXED = (TEXT, MUTED, LINE, GUEST_LINE, OUTSIDE, PUBLISHED, ALLOWED, DENIED, CHANGED)


@dataclass(frozen=True, slots=True)
class Paint:
    """The tones of a site."""

    networks: Mapping[str, Tone]
    zones: Mapping[str, Tone]

    def network(self, name: str) -> Tone:
        """The tone of a network."""
        return self.networks.get(name, OUTSIDE)

    def zone(self, name: str) -> Tone:
        """The tone of a zone."""
        return self.zones.get(name, OUTSIDE)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every light colour with its dark counterpart, sorted."""
        tones = (*_FIXED, *self.networks.values(), *self.zones.values())
        yield from sorted({p for tone in tones for p in ((tone.ink, tone.dark_ink), (tone.fill, tone.dark_fill))})


NO_PAINT = Paint({}, {})


def paint(plan: Plan, known: Paint = NO_PAINT) -> Paint:
    """Give each network and zone a tone; a zone's colour in the spec is the tone of the zone and of its first network.

    Args:
        plan: the plan whose networks and zones get tones.
        known: tones from other pictures; networks and zones with the same names keep them.
    """
    asked = {zone.name: _WORDS.get(zone.color, zone.color) for zone in plan.zones}
    zones = {name: tone(color) for name, color in asked.items() if color.startswith("#")}
    networks = {zone.networks[0]: zones[zone.name] for zone in plan.zones if zone.networks and zone.name in zones}
    zones, networks = {**zones, **known.zones}, {**networks, **known.networks}
    inks = [zones[name].ink for name in sorted(zones)]
    inks += sorted({tone.ink for tone in known.networks.values()}.difference(inks))
    seen = [look(PUBLISHED.ink), *map(look, inks)]
    taken = [one.hue for one in seen if one.strong > 0.03]
    beside = [each.network for host in plan.hosts for each in inside(host)]
    for name in dict.fromkeys([*beside, *(network.name for network in plan.networks)]):
        if name not in networks:
            taken.append(_farthest(taken))
            networks[name] = _toned(OklchColor(0, _STRONGEST, taken[-1]))
    for zone in plan.zones:
        if zone.name not in zones and zone.networks:
            zones[zone.name] = networks[zone.networks[0]]
    return Paint(networks, zones)


def tone(color: str) -> Tone:
    """The tone of a CSS colour as `#rrggbb` or `#rgb`."""
    digits = color.removeprefix("#")
    return _toned(look("#" + ("".join(d * 2 for d in digits) if len(digits) == 3 else digits)))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _toned(asked: OklchColor) -> Tone:
    """The tone of a hue; a colour that is nearly grey stays so."""
    strong = min(asked.strong, _STRONGEST)
    fill = shown(OklchColor(0.955, strong * 0.22, asked.hue))
    dark_fill = shown(OklchColor(0.3, strong * 0.34, asked.hue))
    inks = (shown(OklchColor(percent / 100, strong, asked.hue)) for percent in range(51, 0, -1))
    light = (shown(OklchColor(percent / 100, strong, asked.hue)) for percent in range(78, 101))
    ink = next(one for one in inks if contrast(one, fill) >= CONTRAST)
    return Tone(ink, fill, next(one for one in light if contrast(one, dark_fill) >= CONTRAST), dark_fill)


def _farthest(taken: list[float]) -> float:
    """The hue that is farthest from all taken ones; once all are taken, the one that is taken least often."""

    def rank(hue: float) -> tuple[int, float, int]:
        apart = [min(abs(hue - other), 360 - abs(hue - other)) for other in taken]
        return (-sum(one < _ALIKE for one in apart), round(min(apart, default=360)), -_HUES.index(hue))

    return max(_HUES, key=rank)
