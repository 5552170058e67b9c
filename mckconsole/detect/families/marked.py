"""Tokens with a mark that does not stand in front: in their middle, or in an address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from mckconsole.detect.entropy import entropy, is_random
from mckconsole.detect.families.base import Verdict, compiled, judged
from mckconsole.detect.model import Detector, Match, Value

_GENERIC = ("SEC-GENERIC-SECRET", "SEC-URL-CREDENTIALS")
_TAIL = rb"(?![A-Za-z0-9_-])"


def _pattern(
    value: Value, rule: str, pattern: bytes, least: float, accept: Callable[[bytes], bool] | None
) -> Iterator[Match]:
    """Every match of a pattern, whose last group is the secret part."""
    glued = compiled(rb"[A-Za-z0-9_]")
    for found in compiled(pattern).finditer(value.data):
        start = found.start()
        if start and glued.match(value.data, start - 1, start):
            continue
        secret = found[found.lastindex or 0]
        if (not least or is_random(secret, least)) and (accept is None or accept(found[0])):
            yield judged(rule, found[0], found.start(), Verdict(canonical=secret))


def _marked(
    rule: str,
    gates: tuple[bytes, ...],
    pattern: bytes,
    least: float = 3.0,
    accept: Callable[[bytes], bool] | None = None,
    reach: int = 400,
) -> Detector:
    find = partial(_pattern, rule=rule, pattern=pattern, least=least, accept=accept)
    return Detector((rule,), gates, find, _GENERIC, reach=reach)


def _twitter(text: bytes) -> bool:
    return b"%" in text and entropy(text[40:]) >= 3.5


_FIVE = rb"[0-9a-z]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}"
"""As long as a UUID."""

DETECTORS = (
    _marked("SEC-TERRAFORM-TOKEN", (b".atlasv1.",),
            rb"[A-Za-z0-9]{14}\.atlasv1\.([A-Za-z0-9_=-]{60,70})" + _TAIL, 3.5),
    _marked("SEC-SLACK-WEBHOOK", (b"hooks.slack.com/",),
            rb"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/_-]{40,80})", 3.0),
    _marked("SEC-DISCORD-WEBHOOK", (b"/api/webhooks/",),
            rb"discord(?:app)?\.com/api/webhooks/\d{16,20}/([A-Za-z0-9_-]{60,72})", 3.5),
    _marked("SEC-TEAMS-WEBHOOK", (b"webhook.office.com",),
            rb"[a-z0-9-]{1,40}\.webhook\.office\.com/webhookb2/(" + _FIVE + rb"@" + _FIVE
            + rb"/IncomingWebhook/[0-9a-zA-Z]{32}/" + _FIVE + rb")"),
    _marked("SEC-TEAMS-WEBHOOK", (b"outlook.office",),
            rb"outlook\.office(?:365)?\.com/webhook/(" + _FIVE + rb"@" + _FIVE
            + rb"/IncomingWebhook/[0-9a-zA-Z]{32}/" + _FIVE + rb")"),
    _marked("SEC-TELEGRAM-TOKEN", (b":AA",), rb"\d{6,12}:(AA[A-Za-z0-9_-]{33})" + _TAIL, 3.5),
    _marked("SEC-MAXMIND-KEY", (b"_mmk",), rb"[A-Za-z0-9]{6}_([A-Za-z0-9]{29}_mmk)" + _TAIL),
    _marked("SEC-MAILCHIMP-KEY", (b"-us",), rb"([0-9a-f]{32}-us\d{1,2})" + _TAIL),
    _marked("SEC-NEWRELIC-KEY", (b"NRAL",), rb"((?:[a-z]{2}\d\dx[0-9a-fx]{31}|[0-9a-f]{36})NRAL)"
            + _TAIL),
    _marked("SEC-MAILGUN-KEY", (b"ailgun", b"AILGUN"),
            rb"([0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8})" + _TAIL),
    _marked("SEC-FACEBOOK-TOKEN", (b"|", b"%7C"), rb"\d{15,16}(?:\||%7C)([\w-]{27,40})" + _TAIL,
            3.5),
    _marked("SEC-YANDEX-KEY", (b"t1.",),
            rb"t1\.[A-Za-z0-9_-]{1,300}={0,2}\.([A-Za-z0-9_-]{86}={0,2})" + _TAIL, 4.0),
    _marked("SEC-TWITTER-TOKEN", (b"AAAAAAAAAAAAAAAAAAAAA",),
            rb"(?<!A)(A{20,22}[A-Za-z0-9%]{60,100})(?![A-Za-z0-9%])", 0, _twitter),
    _marked("SEC-SALESFORCE-TOKEN", (b"00D",),
            rb"00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?!([A-Za-z0-9_.]{80,120})(?![A-Za-z0-9_.])",
            3.5),
    _marked("SEC-PAYPAL-TOKEN", (b"access_token$",),
            rb"access_token\$production\$([0-9a-z]{13,20}\$[0-9a-f]{32})" + _TAIL, 2.5),
    _marked("SEC-DROPBOX-TOKEN", (b"AAAAAAAAAA",),
            rb"[A-Za-z0-9]{11}AAAAAAAAAA([A-Za-z0-9_=-]{43})" + _TAIL, 3.8),
    _marked("SEC-GITLAB-TOKEN", (b"_gitlab_session=",), rb"_gitlab_session=([0-9a-z]{32})" + _TAIL),
    _marked("SEC-SIDEKIQ-KEY", (b".contribsys.com",),
            rb"([0-9a-f]{8}:[0-9a-f]{8})@(?:gems|enterprise)\.contribsys\.com", 2.5),
)  # fmt: skip
