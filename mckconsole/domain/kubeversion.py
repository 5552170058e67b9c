"""Versions of Kubernetes, and of what runs on it, as they are written in the wild.

Skew is judged by minors alone, patches never matter for it
(https://kubernetes.io/releases/version-skew-policy/). What is no version is None, never a guess.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_VERSION = re.compile(
    r"v?([0-9]{1,4})\.([0-9]{1,4})(?:\.([0-9]{1,4}))?(?:-((?:alpha|beta|rc)[.0-9]*))?(?:[-+].*)?"
)
_MINOR = re.compile(r"v?([0-9]{1,4})\.([0-9]{1,4})\+?")
_BEFORE = re.compile(r"[A-Za-z][A-Za-z0-9]*-(?=v?[0-9]+\.[0-9])")
"""What some tags have in front: `release-1.2`, `chart-1.2.3`."""


class Minor(NamedTuple):
    """A minor release."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"

    def plus(self, count: int) -> Minor:
        """So many minors later; negative, earlier. Majors have no common count of minors."""
        return Minor(self.major, self.minor + count)

    def ahead_of(self, other: Minor) -> int | None:
        """By how many minors this one is newer; None where the majors differ."""
        return self.minor - other.minor if self.major == other.major else None


class Version(NamedTuple):
    """A release, as far as it says; versions compare by what is released when."""

    major: int
    minor: int
    patch: int
    """0 where it is not given."""
    pre: str
    """`rc.1`; for releases `~`, which sorts behind all of these."""
    text: str
    """As it was written."""

    def __str__(self) -> str:
        return self.text

    @property
    def released(self) -> bool:
        """Whether it is no alpha, beta or release candidate."""
        return self.pre == _RELEASED

    @property
    def of(self) -> Minor:
        """The minor release that it belongs to."""
        return Minor(self.major, self.minor)


_RELEASED = "~"


@lru_cache(maxsize=4096)
def parse_version(text: str) -> Version | None:
    """`v1.33.5-eks-3025e55`, `1.34.1+rke2r1`, `v1.37.0-rc.1`; None for what is no version.

    Suffixes of vendors are no part of it: `-eks-…`, `-gke.…`, `+k3s1`, `-eksbuild.1`.
    """
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        return None
    major, minor, patch, pre = found.groups()
    return Version(int(major), int(minor), int(patch or 0), pre or _RELEASED, text.strip())


@lru_cache(maxsize=1024)
def parse_minor(text: str) -> Minor | None:
    """`1.34`, `v1.34`, `33+` is none: a minor without a major says nothing."""
    found = _MINOR.fullmatch(text.strip())
    return Minor(int(found[1]), int(found[2])) if found else None


@lru_cache(maxsize=4096)
def image_version(image: str) -> Version | None:
    """The version in the tag of an image; None for a digest alone, `latest`, or no tag.

    A registry's port is no tag: `registry:5000/name`.
    """
    name = image.partition("@")[0].rpartition("/")[2]
    tag = name.partition(":")[2]
    return parse_version(_BEFORE.sub("", tag, count=1)) if tag else None
