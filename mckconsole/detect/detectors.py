"""All detectors, in the order in which the better of two that say the same comes first."""

from __future__ import annotations

from mckconsole.detect.families import (
    aws,
    azure,
    azure_strings,
    clouds,
    commands,
    docker,
    gcp,
    generic,
    jwt,
    keys,
    kubernetes,
    marked,
    mesh,
    named,
    oci,
    pem,
    prefixed,
    tokens_code,
    tokens_services,
    urls,
)
from mckconsole.detect.model import Detector
from mckconsole.detect.pairing import TWINS, pair

__all__ = ["DETECTORS", "pair"]

_WEAKER = (
    "SEC-GENERIC-SECRET",
    "SEC-SERVICE-KEY",
    "SEC-URL-CREDENTIALS",
    "SEC-AUTHORIZATION-HEADER",
    "SEC-CONNECTION-STRING",
)
"""What is said of a value when nothing better is known."""

DETECTORS: tuple[Detector, ...] = (
    *kubernetes.DETECTORS,
    *docker.DETECTORS,
    *gcp.DETECTORS,
    *mesh.DETECTORS,
    *pem.DETECTORS,
    *keys.DETECTORS,
    jwt.DETECTOR,
    *azure.DETECTORS,
    *azure_strings.DETECTORS,
    prefixed.detector(
        (*aws.TOKENS, *clouds.TOKENS, *keys.TOKENS, *tokens_code.TOKENS, *tokens_services.TOKENS),
        _WEAKER,
    ),
    *(twin.detector() for twin in TWINS),
    oci.DETECTOR,
    *marked.DETECTORS,
    *urls.DETECTORS,
    *commands.DETECTORS,
    named.DETECTOR,
    generic.DETECTOR,
)
