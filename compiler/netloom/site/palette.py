"""Colours: one tone for each network and zone, the same on all pages, legible on light and on dark.

A tone has an ink for text and lines and a fill behind it. Whatever colour a spec asks for is darkened (or, on dark,
lightened) until the ink has a contrast of at least 4.5:1 on its fill (WCAG 2, 1.4.3). A picture is drawn in light
colours; the style sheet replaces each of them by its dark counterpart.
"""

import colorsys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from netloom.plan.site import Plan

Rgb = tuple[float, float, float]
CONTRAST = 4.6
_DARK_CARD, _WHITE = "#1e252e", "#ffffff"
_HUES = (209, 165, 30, 281, 330, 190, 85, 12, 240, 50, 110, 305)
"""Degrees of hue that stay apart for most eyes, best first."""


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
"""Words beside, and the background of a legend."""
LINE = Tone("#c3ccd8", "#f4f6f9", "#44505d", "#171d25")
"""Frames, and the background of a host's box."""
GUEST_LINE = Tone("#b9c3cf", "#fefefe", "#4b5765", "#1d242d")
OUTSIDE = Tone("#46525e", "#e9edf1", "#b4bfca", "#2a333d")
"""What netloom does not manage: uplinks and zones without a colour."""
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
"""The plain words of CSS; of any other a diagram makes its own choice."""
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


def paint(plan: Plan) -> Paint:
    """Give tones: a zone's colour from the spec where it has one; the zone's first network shares it."""
    asked = {zone.name: _WORDS.get(zone.color, zone.color) for zone in plan.zones}
    zones = {name: tone(color) for name, color in asked.items() if color.startswith("#")}
    networks = {zone.networks[0]: zones[zone.name] for zone in plan.zones if zone.networks and zone.name in zones}
    taken = [_hue(zones[name].ink) for name in sorted(zones) if not _grey(zones[name].ink)]
    for network in plan.networks:
        if network.name not in networks:
            hue = _farthest(taken)
            taken.append(hue)
            networks[network.name] = _toned(hue / 360, 0.75)
    for zone in plan.zones:
        if zone.name not in zones and zone.networks:
            zones[zone.name] = networks[zone.networks[0]]
    return Paint(networks, zones)


def tone(color: str) -> Tone:
    """The tone of a CSS colour as `#rrggbb` or `#rgb`."""
    digits = color.removeprefix("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    hue, _, saturation = colorsys.rgb_to_hls(*_rgb(f"#{digits}"))
    return _toned(hue, min(saturation, 0.9))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _toned(hue: float, saturation: float) -> Tone:
    fill = _hex(colorsys.hls_to_rgb(hue, 0.94, saturation * 0.75))
    dark_fill = _hex(colorsys.hls_to_rgb(hue, 0.155, saturation * 0.55))
    ink = next(c for c in _shades(hue, saturation, range(46, 0, -1)) if contrast(c, fill) >= CONTRAST)
    light = (c for c in _shades(hue, saturation * 0.8, range(60, 100)) if contrast(c, dark_fill) >= CONTRAST + 1)
    return Tone(ink, fill, next(light), dark_fill)


def _shades(hue: float, saturation: float, lightness: range) -> Iterator[str]:
    return (_hex(colorsys.hls_to_rgb(hue, percent / 100, saturation)) for percent in lightness)


def _farthest(taken: list[int]) -> int:
    def distance(hue: int) -> int:
        return min((min(abs(hue - other), 360 - abs(hue - other)) for other in taken), default=360)

    return max(_HUES, key=lambda hue: (distance(hue), -_HUES.index(hue)))


def _hue(color: str) -> int:
    return round(colorsys.rgb_to_hls(*_rgb(color))[0] * 360)


def _grey(color: str) -> bool:
    return colorsys.rgb_to_hls(*_rgb(color))[2] < 0.1


def _rgb(color: str) -> Rgb:
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)


def _luminance(color: str) -> float:
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in _rgb(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
