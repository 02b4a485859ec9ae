"""Widths of texts in the fonts of the site, so that a picture has the same sizes whatever fonts a machine has.

The tables have the advance widths of Inter 4 at weight 400 and 700, in thousandths of the font size, for the characters
from space to tilde. A reader without Inter sees Helvetica or Arial, which are narrower.
"""

_REGULAR = (
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646, 593, 620,
    566, 619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269, 571, 672, 565, 903,
    753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612,
    583, 370, 613, 591, 242, 242, 549, 242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426,
    333, 426, 662,
)  # fmt: skip
_BOLD = (
    237, 338, 551, 649, 655, 1016, 672, 339, 377, 377, 559, 679, 334, 468, 334, 388, 674, 431, 629, 646, 676, 622, 649,
    582, 651, 649, 334, 343, 679, 679, 679, 560, 1016, 747, 662, 740, 722, 607, 587, 750, 747, 281, 584, 719, 565, 932,
    762, 771, 648, 777, 657, 655, 667, 732, 747, 1038, 738, 731, 664, 377, 388, 377, 487, 476, 365, 581, 630, 588, 630,
    596, 398, 632, 623, 271, 271, 580, 271, 913, 623, 613, 630, 630, 407, 560, 366, 623, 600, 850, 580, 602, 573, 469,
    372, 469, 679,
)  # fmt: skip
_MONO, _OTHER = 600, 1050
"""The width of a letter of JetBrains Mono, and the assumed width of a character outside ASCII, in any font."""


def text_width(text: str, size: float, *, bold: bool, mono: bool) -> float:
    """Width of a line of text, in the unit of `size`."""
    if mono:
        return sum(_MONO if letter.isascii() else _OTHER for letter in text) * size / 1000
    widths = _BOLD if bold else _REGULAR
    return sum(widths[ord(letter) - 32] if " " <= letter <= "~" else _OTHER for letter in text) * size / 1000
