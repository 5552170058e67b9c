"""Colour arithmetic for tests of themes: contrast, lightness, and what colour-blind people see.

Contrast: WCAG 2.2, relative luminance. Colour blindness: Machado, Oliveira and Fernandes 2009,
severity 1.0, on linear RGB. Differences: CIE 1976.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.color import ColorSystem
from textual.color import Color

Matrix = Sequence[Sequence[float]]
BLINDNESS: Mapping[str, Matrix] = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: Color) -> list[float]:
    """Linear RGB."""
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]


def luminance(colour: Color) -> float:
    """WCAG's relative luminance."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def difference(one: Color, other: Color, blindness: str = "none") -> float:
    """CIE 1976 colour difference of two colours, as somebody with this blindness sees them."""
    return math.dist(_lab(one, BLINDNESS[blindness]), _lab(other, BLINDNESS[blindness]))


def with_256(colour: Color) -> Color:
    """The colour that a terminal of 256 colours shows instead."""
    shown = colour.rich_color.downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
    return Color(shown.red, shown.green, shown.blue)


def _lab(colour: Color, matrix: Matrix) -> tuple[float, float, float]:
    rgb = linear(colour)
    red, green, blue = (
        min(max(sum(k * v for k, v in zip(row, rgb, strict=True)), 0.0), 1.0) for row in matrix
    )
    x = _f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047)
    y = _f(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = _f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _f(value: float) -> float:
    return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116
