"""Colours by perceived lightness, chroma and hue (OKLCH): colours with equal numbers look equally light or strong.

The matrices are those of https://bottosson.github.io/posts/oklab/ (2020), which CSS Color 4 takes over.
"""

import math

from taploom.base.frozen import dataclass

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class OklchColor:
    """A colour as people see it.

    Attributes:
        light: 0 is black, 1 is white.
        strong: chroma; 0 is grey, the strongest colours of a screen reach 0.3.
        hue: degrees; 30 is red, 145 green, 250 blue.
    """

    light: float
    strong: float
    hue: float


def look(color: str) -> OklchColor:
    """The look of the colour `#rrggbb`."""
    red, green, blue = (_linear(int(color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return OklchColor(light, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def shown(seen: OklchColor) -> str:
    """The colour as `#rrggbb`, with its chroma reduced until a screen can show it."""
    strong = seen.strong
    while strong > 0 and any(not -0.0005 <= part <= 1.0005 for part in _screen(seen.light, strong, seen.hue)):
        strong -= 0.002
    parts = (min(max(part, 0.0), 1.0) for part in _screen(seen.light, max(strong, 0.0), seen.hue))
    return "#" + "".join(f"{round(_gamma(part) * 255):02x}" for part in parts)


def luminance(color: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2)."""
    red, green, blue = (_linear(int(color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _screen(light: float, strong: float, hue: float) -> Triple:
    """Linear red, green and blue; values outside of 0 to 1 cannot be shown on a screen."""
    a, b = strong * math.cos(math.radians(hue)), strong * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _gamma(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
