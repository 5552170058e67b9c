"""Keys without a mark: random characters of a given length under the name of a service.

The name must say the service and that it is a key; the value must be of the length and alphabet
that the service gives its keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import CREDENTIAL_WORDS, UUID, Verdict, apart, judged
from mckconsole.detect.memory import remembered
from mckconsole.detect.model import Detector, Match, Value
from mckconsole.detect.words import is_wordy
from mckconsole.domain.audit import Tier

_SERVICE = "SEC-SERVICE-KEY"
_MAX = 512
_SECRET = re.compile(
    r"key|token|secret|pass|pwd|api|auth|cred|licen|sid$|\bpat$|_pat|access|login", re.IGNORECASE
)
_OTHER = re.compile(
    r"(?:name|id|url|uri|file|path|host|user|arn|digest|sha|hash|checksum|version|image|tag)$", re.I
)
_UNSIGNED = r"(?!.{76}(?:\+ASt|ACDb|\+ABa|\+AMC|APIM))[A-Za-z0-9+/]{86}=="
"""64 bytes without a signature: with one, the checksum has decided already."""
_UUID = UUID.decode()


@dataclass(frozen=True, slots=True)
class Named:
    """One service's keys."""

    rule: str
    words: tuple[str, ...]
    """In lower case, without what parts words; one must be in the name."""
    shape: str
    """Pattern of the whole value."""
    least: float = 3.0
    tier: Tier = Tier.SHAPED
    any_name: bool = False
    """The name need not say that it is a key."""


_ROWS = (
    Named("SEC-DATADOG-KEY", ("datadog", "dd"), r"[0-9a-f]{32}|[0-9a-z]{40}"),
    Named("SEC-HEROKU-KEY", ("heroku",), _UUID),
    Named("SEC-CLOUDFLARE-KEY", ("cloudflare", "cf"), r"[A-Za-z0-9_-]{40}|[0-9a-f]{37}", 3.3),
    Named("SEC-FASTLY-TOKEN", ("fastly",), r"[A-Za-z0-9_=-]{32}", 3.5),
    Named("SEC-NETLIFY-TOKEN", ("netlify",), r"[A-Za-z0-9=_-]{40,46}", 3.5),
    Named("SEC-VERCEL-TOKEN", ("vercel",), r"[A-Za-z0-9]{24}", 3.3),
    Named("SEC-IBM-API-KEY", ("ibm", "bluemix", "watson"), r"[A-Za-z0-9_-]{44}", 3.8, Tier.NAMED),
    Named("SEC-VAULT-TOKEN", ("vault", "token"), r"s\.(?=\w*\d)[A-Za-z0-9]{24}", 3.5),
    Named("SEC-VAULT-TOKEN", ("vault",), _UUID),
    Named("SEC-BITBUCKET-TOKEN", ("bitbucket",), r"[A-Za-z0-9]{32}|[A-Za-z0-9=_-]{64}", 3.5),
    Named("SEC-ATLASSIAN-TOKEN", ("atlassian", "jira", "confluence"),
          r"[A-Za-z0-9]{24}|[A-Za-z0-9+/]{44}", 3.5),
    Named("SEC-JFROG-TOKEN", ("jfrog", "artifactory", "bintray", "xray"),
          r"[A-Za-z0-9]{64}|[A-Za-z0-9]{73}", 3.5),
    Named("SEC-SONAR-TOKEN", ("sonar",), r"[0-9a-f]{40}|[A-Za-z0-9=_-]{40}"),
    Named("SEC-SNYK-TOKEN", ("snyk",), _UUID),
    Named("SEC-SENTRY-TOKEN", ("sentry",), r"[0-9a-f]{64}"),
    Named("SEC-SOURCEGRAPH-TOKEN", ("sourcegraph",), r"[0-9a-fA-F]{40}"),
    Named("SEC-DRONE-TOKEN", ("drone", "droneci"), r"[A-Za-z0-9]{32}", 3.3),
    Named("SEC-TRAVIS-TOKEN", ("travis",), r"[A-Za-z0-9_-]{22}", 3.3),
    Named("SEC-CODECOV-TOKEN", ("codecov",), rf"[A-Za-z0-9]{{32}}|{_UUID}", 3.0),
    Named("SEC-CIRCLECI-TOKEN", ("circleci", "circletoken"), r"[0-9a-f]{40}"),
    Named("SEC-LAUNCHDARKLY-KEY", ("launchdarkly",), r"[A-Za-z0-9=_-]{40}", 3.3),
    Named("SEC-LINEAR-TOKEN", ("linear",), r"[0-9a-f]{32}"),
    Named("SEC-SIDEKIQ-KEY", ("contribsys",), r"[0-9a-f]{8}:[0-9a-f]{8}", 2.5, any_name=True),
    Named("SEC-SUMOLOGIC-KEY", ("sumo", "sumologic"), r"[A-Za-z0-9]{64}", 3.5),
    Named("SEC-SUMOLOGIC-KEY", ("sumo", "sumologic"), r"su[A-Za-z0-9]{12}", 2.8, any_name=True),
    Named("SEC-NEWRELIC-KEY", ("newrelic",), r"[0-9a-f]{40}|[A-Za-z0-9]{64}", 3.0),
    Named("SEC-TWILIO-KEY", ("twilio",), r"[0-9a-fA-F]{32}|SK[0-9a-fA-F]{32}"),
    Named("SEC-MAILGUN-KEY", ("mailgun",), r"(?:pub)?key-[0-9a-f]{32}|[0-9a-f]{32}"),
    Named("SEC-INTERCOM-TOKEN", ("intercom",), r"[A-Za-z0-9=_-]{60}", 3.5),
    Named("SEC-TELEGRAM-TOKEN", ("telegram",), r"\d{5,16}:A[A-Za-z0-9_-]{34}", 3.5),
    Named("SEC-MATTERMOST-TOKEN", ("mattermost",), r"[a-z0-9]{26}", 3.3),
    Named("SEC-SENDBIRD-TOKEN", ("sendbird",), rf"[0-9a-f]{{40}}|{_UUID}"),
    Named("SEC-MESSAGEBIRD-KEY", ("messagebird",), rf"[A-Za-z0-9]{{25}}|{_UUID}"),
    Named("SEC-DISCORD-TOKEN", ("discord",), r"[0-9a-f]{64}|[A-Za-z0-9=_-]{32}", 3.3),
    Named("SEC-PLAID-KEY", ("plaid",), r"[a-z0-9]{30}|[a-z0-9]{24}"),
    Named("SEC-COINBASE-KEY", ("coinbase",), r"[A-Za-z0-9_-]{64}|[A-Za-z0-9]{32}", 3.5),
    Named("SEC-GOCARDLESS-TOKEN", ("gocardless",), r"live_[A-Za-z0-9=_-]{40}", 3.3),
    Named("SEC-LOB-KEY", ("lob",), r"(?:live|test)_(?:pub_)?[0-9a-f]{31,35}"),
    Named("SEC-COHERE-KEY", ("cohere", "coapi"), r"[A-Za-z0-9]{40}", 3.8),
    Named("SEC-DROPBOX-TOKEN", ("dropbox",), r"[a-z0-9]{15}|[a-z0-9]{11}A{10}[A-Za-z0-9=_-]{43}"),
    Named("SEC-CONFLUENT-KEY", ("confluent",), r"[A-Za-z0-9+/]{64}|[A-Z0-9]{16}|[a-z0-9]{16}", 3.0),
    Named("SEC-ALGOLIA-KEY", ("algolia",), r"[a-z0-9]{32}"),
    Named("SEC-OKTA-TOKEN", ("okta",), r"00[A-Za-z0-9_=-]{40}|[A-Za-z0-9_-]{40}", 3.5),
    Named("SEC-ADOBE-SECRET", ("adobe",), r"[0-9a-f]{32}"),
    Named("SEC-AIRTABLE-TOKEN", ("airtable",), r"[A-Za-z0-9]{17}"),
    Named("SEC-NGROK-TOKEN", ("ngrok",), r"[A-Za-z0-9]{27}_[A-Za-z0-9]{21}|\w{43,50}", 3.5),
    Named("SEC-NGROK-TOKEN", ("authtoken",), r"[0-9][A-Za-z0-9]{26}_[A-Za-z0-9]{20,22}", 3.5),
    Named("SEC-NPM-TOKEN", ("npm",), _UUID),
    Named("SEC-MERAKI-KEY", ("meraki",), r"[0-9a-f]{40}"),
    Named("SEC-LOOKER-SECRET", ("looker",), r"[A-Za-z0-9]{24}|[A-Za-z0-9]{20}", 3.3),
    Named("SEC-HUBSPOT-KEY", ("hubspot",), _UUID),
    Named("SEC-FACEBOOK-TOKEN", ("facebook", "fb"), r"[0-9a-f]{32}"),
    Named("SEC-TWITTER-TOKEN", ("twitter",),
          r"[A-Za-z0-9]{25}|[A-Za-z0-9]{45}|[A-Za-z0-9]{50}|\d{15,25}-[A-Za-z0-9]{20,40}", 3.5),
    Named("SEC-ETSY-KEY", ("etsy",), r"[a-z0-9]{24}"),
    Named("SEC-YANDEX-KEY", ("yandex",), r"YC[A-Za-z0-9_-]{38}|AQVN[A-Za-z0-9_-]{35,38}"),
    Named("SEC-AZURE-STORAGE-KEY", ("storage", "blob", "azurestorage", "storageaccount"),
          _UNSIGNED, 4.5),
    Named("SEC-AZURE-COSMOS-KEY", ("cosmos", "documentdb"), _UNSIGNED, 4.5),
    Named("SEC-AZURE-CLIENT-SECRET", ("azureclientsecret", "armclientsecret", "aadclientsecret"),
          r"[A-Za-z0-9_.~/+=@\[\]:?*-]{32,44}", 3.8),
    Named("SEC-AZURE-AI-KEY", ("azureopenai", "cognitive", "azureai"), r"[0-9a-f]{32}"),
)  # fmt: skip

_TAIL = (
    ("Adafruit IO", "adafruit", r"[A-Za-z0-9_-]{32}"),
    ("Asana", "asana", r"[a-z0-9]{32}"),
    ("Beamer", "beamer", r"b_[A-Za-z0-9=_-]{44}"),
    ("Bittrex", "bittrex", r"[A-Za-z0-9]{32}"),
    ("Contentful", "contentful", r"[A-Za-z0-9=_-]{43}"),
    ("Finicity", "finicity", r"[0-9a-f]{32}|[A-Za-z0-9]{20}"),
    ("Finnhub", "finnhub", r"[a-z0-9]{20}"),
    ("Flickr", "flickr", r"[a-z0-9]{32}"),
    ("FreshBooks", "freshbooks", r"[A-Za-z0-9]{64}"),
    ("Freemius", "freemius", r"sk_\S{29}"),
    ("Gitter", "gitter", r"[A-Za-z0-9_-]{40}"),
    ("Kraken", "kraken", r"[A-Za-z0-9/=_+-]{80,90}"),
    ("KuCoin", "kucoin", rf"[0-9a-f]{{24}}|{_UUID}"),
    ("LinkedIn", "linkedin", r"[A-Za-z0-9]{14}|[A-Za-z0-9]{16}"),
    ("New York Times", "nytimes", r"[A-Za-z0-9=_-]{32}"),
    ("New York Times", "newyorktimes", r"[A-Za-z0-9=_-]{32}"),
    ("Private AI", "privateai", r"[a-z0-9]{32}"),
    ("RapidAPI", "rapidapi", r"[A-Za-z0-9_-]{50}"),
    ("Squarespace", "squarespace", _UUID),
    ("Trello", "trello", r"[A-Za-z0-9-]{32}|[0-9a-f]{64}"),
    ("Twitch", "twitch", r"[a-z0-9]{30}"),
    ("Zendesk", "zendesk", r"[A-Za-z0-9]{40}"),
    ("PagerDuty", "pagerduty", r"[A-Za-z0-9+_-]{20}|[0-9a-f]{32}"),
    ("Opsgenie", "opsgenie", _UUID),
    ("Honeycomb", "honeycomb", r"[A-Za-z0-9]{22}|[A-Za-z0-9]{32}"),
    ("Splunk", "splunk", _UUID),
    ("Consul", "consul", _UUID),
    ("Nomad", "nomad", _UUID),
    ("Rollbar", "rollbar", r"[0-9a-f]{32}"),
    ("Bugsnag", "bugsnag", r"[0-9a-f]{32}"),
    ("Amplitude", "amplitude", r"[0-9a-f]{32}"),
    ("Segment", "segment", r"[A-Za-z0-9]{32}"),
    ("Auth0", "auth0", r"[A-Za-z0-9_-]{64}"),
    ("Jenkins", "jenkins", r"11[0-9a-f]{32}"),
    ("Linode", "linode", r"[0-9a-f]{64}"),
    ("Vultr", "vultr", r"[A-Z0-9]{36}"),
    ("Hetzner", "hcloud", r"[A-Za-z0-9]{64}"),
    ("Hetzner", "hetzner", r"[A-Za-z0-9]{64}"),
    ("OVH", "ovh", r"[A-Za-z0-9]{32}"),
    ("Logz.io", "logzio", r"[A-Za-z]{32}"),
    ("Rancher", "rancher", r"token-[a-z0-9]{5}:[a-z0-9]{54}|[a-z0-9]{54}"),
    ("Elastic", "elastic", r"[A-Za-z0-9+/_-]{56,64}={0,2}"),
)

_TABLE = (
    *((row, "") for row in _ROWS),
    *((Named(_SERVICE, (word,), shape, 3.0), service) for service, word, shape in _TAIL),
)
_SHORT = frozenset(("dd", "cf", "fb", "lob", "ovh", "ibm", "linear", "segment", "drone", "sumo",
                    "npm", "vault", "storage", "blob", "elastic", "consul"))  # fmt: skip
"""Words that other words begin or end with, or that say little: they must stand by themselves."""
_APART = frozenset(word for row, _ in _TABLE for word in row.words if word in _SHORT)
_WITHIN = re.compile(
    "|".join(sorted({word for row, _ in _TABLE for word in row.words if word not in _SHORT}))
)
"""Any word of any row: most names have none, and are not held against each row."""


@remembered
def _rows_for(name: str) -> tuple[tuple[Named, str], ...]:
    """The rows that a name speaks of."""
    joined = re.sub(r"[^a-z0-9]", "", name.lower())
    words = set(re.split(r"[^a-z0-9]+", apart(name).lower()))
    if _OTHER.search(name.rstrip("_-.")):
        return ()
    if _APART.isdisjoint(words) and not _WITHIN.search(joined):
        return ()
    is_key = bool(_SECRET.search(name))
    return tuple(
        (row, service)
        for row, service in _TABLE
        if (is_key or row.any_name)
        and any(word in words if word in _SHORT else word in joined for word in row.words)
    )


def _find(value: Value) -> Iterator[Match]:
    data = value.data
    if not 8 <= len(data) <= _MAX:
        return
    bare = data.strip(b" \t\r\n\"'`;,")
    if not bare.isascii():
        return
    for row, service in _rows_for(value.key):
        if not re.fullmatch(row.shape, bare.decode()):
            continue
        if not is_random(bare, row.least) or is_wordy(bare):
            continue
        facts = (("service", service),) if service else ()
        verdict = Verdict(row.tier, "length and alphabet of that service's keys", facts)
        yield judged(row.rule, bare, data.index(bare), verdict)
        return


_RULES = tuple(dict.fromkeys(row.rule for row, _ in _TABLE))
DETECTOR = Detector(
    _RULES, (), _find, ("SEC-GENERIC-SECRET",), (*CREDENTIAL_WORDS, "contribsys", "sumo", "login")
)
