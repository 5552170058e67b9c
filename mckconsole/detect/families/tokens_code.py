"""Tokens of code hosts, registries, builds and secret stores that have a mark of their own."""

from __future__ import annotations

import binascii

from mckconsole.detect.families.base import Verdict, crc32_base62, lenient_base64
from mckconsole.detect.families.prefixed import Token
from mckconsole.domain.audit import Tier

_SUM = "checksum matches"


def _crc32_base62(text: bytes) -> Verdict | None:
    """GitHub and npm: a mark of four bytes, 30 of token, 6 of checksum over those 30."""
    if crc32_base62(text[4:-6]) != text[-6:]:
        return None
    return Verdict(Tier.PROVEN, _SUM)


def _crc32_hex(text: bytes) -> Verdict | None:
    """Atlassian: eight hex digits over all before them."""
    token = text.replace(b"%3D", b"=").replace(b"%3d", b"=")
    if b"%08X" % binascii.crc32(token[:-8]) != token[-8:].upper():
        return None
    return Verdict(Tier.PROVEN, _SUM, canonical=token)


def _routable(text: bytes) -> Verdict | None:
    """GitLab's newer form ends in a CRC-32 in base36 over all before it."""
    digits, number = bytearray(), binascii.crc32(text[:-7])
    while number:
        number, rest = divmod(number, 36)
        digits.append(b"0123456789abcdefghijklmnopqrstuvwxyz"[rest])
    right = bytes(digits[::-1]).rjust(7, b"0") == text[-7:]
    return Verdict(Tier.PROVEN, _SUM) if right else Verdict()


def _jfrog(text: bytes) -> Verdict | None:
    decoded = lenient_base64(text) or b""
    return (
        Verdict(Tier.PROVEN, "decodes to a reference token")
        if decoded.startswith(b"reftkn:")
        else None
    )


def _bitbucket_server(text: bytes) -> Verdict | None:
    decoded = lenient_base64(text[5:]) or b""
    number, colon, _ = decoded.partition(b":")
    return Verdict() if colon and number.isdigit() and len(number) >= 4 else None


_GITLAB = (
    b"glpat-", b"glrt-", b"gldt-", b"glcbt-", b"glptt-", b"glft-", b"glimt-", b"glagent-",
    b"gloas-", b"glsoat-", b"glffct-", b"glrtr-", b"glwt-",
)  # fmt: skip

TOKENS = (
    *(
        Token("SEC-GITHUB-TOKEN", b"gh%c_" % kind, rb"[A-Za-z0-9]{36}+", check=_crc32_base62)
        for kind in b"pousr"
    ),
    Token("SEC-GITHUB-TOKEN", b"ghr_", rb"[A-Za-z0-9]{76}+"),
    Token("SEC-GITHUB-TOKEN", b"ghs_", rb"[0-9]{1,12}+_eyJ[A-Za-z0-9_.-]{100,900}+", shown=4),
    Token("SEC-GITHUB-TOKEN", b"github_pat_", rb"\w{82}+"),
    Token("SEC-NPM-TOKEN", b"npm_", rb"[A-Za-z0-9]{36}+", check=_crc32_base62),
    *(
        Token("SEC-GITLAB-TOKEN", mark, rest, check=check)
        for mark in _GITLAB
        for rest, check in (
            (rb"(?:t\d_)?[A-Za-z0-9_-]{20,64}+", None),
            (rb"(?:t\d_)?[A-Za-z0-9_-]{27,300}+\.(?:[0-9a-z]{2}\.)?[0-9a-z]{9}+", _routable),
        )
    ),
    Token("SEC-GITLAB-TOKEN", b"GR1348941", rb"[A-Za-z0-9_-]{20}+", before=rb"[A-Za-z0-9_+/]"),
    Token("SEC-PYPI-TOKEN", b"pypi-AgEIcHlwaS5vcmc", rb"[A-Za-z0-9_-]{50,1000}+", shown=5),
    Token("SEC-PYPI-TOKEN", b"pypi-AgENdGVzdC5weXBpLm9yZw", rb"[A-Za-z0-9_-]{50,1000}+", shown=5),
    Token("SEC-RUBYGEMS-TOKEN", b"rubygems_", rb"[0-9a-f]{48}+"),
    Token("SEC-NUGET-KEY", b"oy2", rb"[a-z0-9]{43}+", 3.5, before=rb"[A-Za-z0-9_+/-]"),
    Token("SEC-CLOJARS-TOKEN", b"CLOJARS_", rb"[A-Za-z0-9]{60}+"),
    Token("SEC-DOCKER-HUB-TOKEN", b"dckr_pat_", rb"[A-Za-z0-9_-]{27}+"),
    Token("SEC-DOCKER-HUB-TOKEN", b"dckr_oat_", rb"[A-Za-z0-9_-]{27,32}+"),
    Token("SEC-BITBUCKET-TOKEN", b"ATBB", rb"[A-Za-z0-9]{24}[A-F0-9]{8}", 3.5, check=_crc32_hex,
          before=rb"[A-Z0-9_+/]"),
    Token("SEC-BITBUCKET-TOKEN", b"ATCTT3", rb"[A-Za-z0-9_-]{60,250}+(?:=|%3[Dd])[A-F0-9]{8}",
          check=_crc32_hex),
    Token("SEC-BITBUCKET-TOKEN", b"BBDC-", rb"[A-Za-z0-9+/]{40,80}+", check=_bitbucket_server),
    Token("SEC-ATLASSIAN-TOKEN", b"ATATT3", rb"[A-Za-z0-9_-]{60,250}+(?:=|%3[Dd])[A-F0-9]{8}",
          check=_crc32_hex),
    Token("SEC-JFROG-TOKEN", b"AKCp", rb"[A-Za-z0-9]{69}+", before=rb"[A-Za-z0-9_+/]"),
    Token("SEC-JFROG-TOKEN", b"cmVmdGtu", rb"[A-Za-z0-9+/_-]{56}+", check=_jfrog,
          before=rb"[A-Za-z0-9_+/]"),
    Token("SEC-VAULT-TOKEN", b"hvs.", rb"[A-Za-z0-9_-]{24,300}+"),
    Token("SEC-VAULT-TOKEN", b"hvb.", rb"[A-Za-z0-9_-]{24,400}+"),
    Token("SEC-VAULT-TOKEN", b"hvr.", rb"[A-Za-z0-9_-]{24,300}+"),
    Token("SEC-PULUMI-TOKEN", b"pul-", rb"[0-9a-f]{40}+"),
    *(
        Token("SEC-DOPPLER-TOKEN", b"dp.%b." % kind, rb"(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}+")
        for kind in (b"pt", b"st", b"ct", b"sa", b"scim", b"audit", b"said")
    ),
    Token("SEC-ONEPASSWORD-TOKEN", b"ops_eyJ", rb"[A-Za-z0-9+/_-]{250,4000}+={0,3}", shown=4),
    Token("SEC-ONEPASSWORD-TOKEN", b"A3-",
          rb"[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
          3.5),
    Token("SEC-INFRACOST-KEY", b"ico-", rb"[A-Za-z0-9]{32}+"),
    *(
        Token("SEC-HARNESS-TOKEN", mark, rb"[A-Za-z0-9_-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}")
        for mark in (b"pat.", b"sat.")
    ),
    Token("SEC-OCTOPUS-KEY", b"API-", rb"(?![0-9A-F]+\b)[A-Z0-9]{25,32}+", 3.3),
    *(
        Token("SEC-SONAR-TOKEN", mark, rb"[0-9a-f]{40}+")
        for mark in (b"squ_", b"sqp_", b"sqa_")
    ),
    Token("SEC-SNYK-TOKEN", b"snyk_uat.", rb"[0-9a-f]{8}\.[A-Za-z0-9_.-]{50,300}+"),
    Token("SEC-SOURCEGRAPH-TOKEN", b"sgp_", rb"(?:(?:[0-9a-fA-F]{16}|local)_)?[0-9a-fA-F]{40}+"),
    Token("SEC-SOURCEGRAPH-TOKEN", b"slk_", rb"[0-9a-f]{64}+"),
    Token("SEC-SENTRY-TOKEN", b"sntrys_eyJ", rb"[A-Za-z0-9+/]{30,500}+={0,2}_[A-Za-z0-9+/_-]{43}",
          shown=7, end=rb"(?![A-Za-z0-9+/_-])"),
    Token("SEC-SENTRY-TOKEN", b"sntryu_", rb"[0-9a-f]{64}+"),
    Token("SEC-CIRCLECI-TOKEN", b"CCIPAT_", rb"[A-Za-z0-9]{20,24}_[0-9a-f]{40}"),
    Token("SEC-CIRCLECI-TOKEN", b"CCIPRJ_", rb"[A-Za-z0-9]{20,24}_[0-9a-f]{40}"),
    Token("SEC-BUILDKITE-TOKEN", b"bkua_", rb"[0-9a-z]{40}+"),
    Token("SEC-BUILDKITE-TOKEN", b"bkct_", rb"[A-Za-z0-9_-]{40,300}+"),
    Token("SEC-PREFECT-TOKEN", b"pnu_", rb"[A-Za-z0-9]{36}+"),
    Token("SEC-PREFECT-TOKEN", b"pnb_", rb"[A-Za-z0-9]{36}+"),
    Token("SEC-LINEAR-TOKEN", b"lin_api_", rb"[A-Za-z0-9]{40}+"),
    Token("SEC-LINEAR-TOKEN", b"lin_oauth_", rb"[0-9a-f]{64}+"),
    Token("SEC-POSTMAN-KEY", b"PMAK-", rb"[0-9a-f]{24}-[0-9a-f]{34}"),
    Token("SEC-POSTMAN-KEY", b"PMAT-", rb"[0-9A-Z]{26}+"),
    Token("SEC-README-KEY", b"rdme_", rb"[a-z0-9]{70}+"),
    *(
        Token("SEC-AUTHRESS-KEY", mark,
              rb"[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}"
              rb"\.[A-Za-z0-9+/_=-]{30,120}+")
        for mark in (b"sc_", b"ext_", b"scauth_", b"authress_")
    ),
    *(
        Token("SEC-LAUNCHDARKLY-KEY", mark,
              rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
        for mark in (b"api-", b"sdk-")
    ),
)  # fmt: skip
