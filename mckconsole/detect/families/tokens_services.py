"""Tokens of clouds and services that have a mark of their own."""

from __future__ import annotations

import binascii

from mckconsole.detect.families.base import Verdict, json_object, lenient_base64
from mckconsole.detect.families.documents import string
from mckconsole.detect.families.prefixed import Token
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

_PLAIN = rb"[A-Za-z0-9_+/]"
"""In front of a mark that could be part of base64."""
_PADDED = rb"={0,3}(?![A-Za-z0-9_-])"


def _grafana_account(text: bytes) -> Verdict | None:
    """`glsa_`, 32 characters, `_`, and their CRC-32 as eight hex digits, lowest byte first."""
    wanted = binascii.crc32(text[:37]).to_bytes(4, "little")
    if wanted.hex().encode() != text[38:].lower():
        return None
    return Verdict(Tier.PROVEN, "checksum matches")


def _grafana_policy(text: bytes) -> Verdict | None:
    read = json_object(lenient_base64(text[4:]))
    if not read or not {"o", "k"} <= read.keys():
        return None
    stack = string(read, "o")
    facts = (("organisation", stack),) if stack else ()
    return Verdict(Tier.PROVEN, "decodes to a policy token", facts)


def _grafana_key(text: bytes) -> Verdict | None:
    read = json_object(lenient_base64(text))
    if not read or not {"k", "n", "id"} <= read.keys():
        return None
    return Verdict(Tier.PROVEN, "decodes to an API key", (("name", string(read, "n")),))


def _test_is_low(text: bytes) -> Verdict:
    low = Severity.LOW if b"_test_" in text[:20].lower() or b"TEST" in text[:14] else None
    return Verdict(severity=low)


def _with_digit(text: bytes) -> Verdict | None:
    return Verdict() if any(48 <= byte <= 57 for byte in text) else None


def _late_digit(text: bytes) -> Verdict | None:
    """Words in the place of a token have no digits."""
    return _with_digit(text[14:])


def _discord(text: bytes) -> Verdict | None:
    """The first part is the bot's number in base64."""
    number = lenient_base64(text.partition(b".")[0]) or b""
    if not number.isdigit() or len(number) < 16:
        return None
    return Verdict(facts=(("bot", number.decode()),))


def _intercom(text: bytes) -> Verdict | None:
    return Verdict() if (lenient_base64(text) or b"").startswith(b"tok:") else None


_H8 = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_OPENAI = rb"(?:[A-Za-z0-9_-]{15,100}T3BlbkFJ[A-Za-z0-9_-]{15,100})"

_CLOUDS = (
    Token("SEC-AWS-MWS-TOKEN", b"amzn.mws.", rb"[0-9a-z]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}"),
    Token("SEC-AWS-BEDROCK-KEY", b"ABSK", rb"[A-Za-z0-9+/]{109,269}+", 3.5, end=_PADDED,
          before=_PLAIN),
    Token("SEC-AWS-BEDROCK-KEY", b"bedrock-api-key-",
          rb"YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=_-]{0,4000}+", 3.0, end=rb""),
    Token("SEC-AWS-APPSYNC-KEY", b"da2-", rb"[a-z0-9]{26}+"),
    Token("SEC-GCP-API-KEY", b"AIza", rb"[A-Za-z0-9_-]{35}+", 3.8),
    Token("SEC-GCP-OAUTH-SECRET", b"GOCSPX-", rb"[A-Za-z0-9_-]{28}+"),
    Token("SEC-GCP-OAUTH-TOKEN", b"ya29.", rb"[A-Za-z0-9_.-]{22,2000}+", 3.5),
    Token("SEC-DIGITALOCEAN-TOKEN", b"dop_v1_", rb"[0-9a-f]{64}+"),
    Token("SEC-DIGITALOCEAN-TOKEN", b"doo_v1_", rb"[0-9a-f]{64}+"),
    Token("SEC-DIGITALOCEAN-TOKEN", b"dor_v1_", rb"[0-9a-f]{64}+"),
    Token("SEC-YANDEX-KEY", b"AQVN", rb"[A-Za-z0-9_-]{35,38}+", 3.5, before=_PLAIN),
    Token("SEC-HEROKU-KEY", b"HRKU-", rb"[A-Za-z0-9_-]{36,62}+", 3.0),
    Token("SEC-CLOUDFLARE-KEY", b"v1.0-", rb"[0-9a-f]{24}-[0-9a-f]{146}"),
    *(
        Token("SEC-CLOUDFLARE-KEY", mark, rb"[A-Za-z0-9]{40,60}+", 3.5)
        for mark in (b"cfat_", b"cfut_", b"cfk_")
    ),
    Token("SEC-FLY-TOKEN", b"fo1_", rb"[A-Za-z0-9_-]{43}+"),
    *(
        Token("SEC-FLY-TOKEN", mark, rb"[A-Za-z0-9+/_-]{100,2000}+", 3.5, end=_PADDED)
        for mark in (b"fm1r_", b"fm1a_", b"fm2_")
    ),
    Token("SEC-SCALINGO-TOKEN", b"tk-us-", rb"[A-Za-z0-9_-]{48}+"),
    Token("SEC-AKAMAI-TOKEN", b"akab-", rb"[a-z0-9]{16}-[a-z0-9]{16}",
          end=rb"(?![A-Za-z0-9_-]|\.[a-z])"),
    Token("SEC-NETLIFY-TOKEN", b"nfp_", rb"[A-Za-z0-9]{36}+", 3.5),
    *(
        Token("SEC-VERCEL-TOKEN", mark, rb"[A-Za-z0-9]{56}+", 3.5)
        for mark in (b"vcp_", b"vci_", b"vca_", b"vcr_", b"vck_")
    ),
    Token("SEC-OPENSHIFT-TOKEN", b"sha256~", rb"[A-Za-z0-9_-]{43}+", 3.5),
    Token("SEC-DOCKER-SWARM-TOKEN", b"SWMTKN-1-", rb"[0-9a-z]{50}-[0-9a-z]{25}", 3.5),
    Token("SEC-DOCKER-SWARM-TOKEN", b"SWMKEY-1-", rb"[A-Za-z0-9+/]{43}+", 3.5),
)  # fmt: skip

_OBSERVABILITY = (
    Token("SEC-NEWRELIC-KEY", b"NRAK-", rb"[A-Za-z0-9]{27}+"),
    Token("SEC-NEWRELIC-KEY", b"NRII-", rb"[A-Za-z0-9_-]{32}+"),
    Token("SEC-NEWRELIC-KEY", b"NRIQ-", rb"[A-Za-z0-9_-]{32}+"),
    Token("SEC-NEWRELIC-KEY", b"NRAA-", rb"[0-9a-f]{27}+"),
    Token("SEC-NEWRELIC-KEY", b"NRRA-", rb"[0-9a-f]{42}+"),
    Token("SEC-NEWRELIC-KEY", b"NRJS-", rb"[0-9a-f]{19}+", 2.8),
    Token("SEC-NEWRELIC-KEY", b"NRBR-", rb"[0-9a-f]{19}+", 2.8),
    Token("SEC-GRAFANA-TOKEN", b"glsa_", rb"[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}",
          check=_grafana_account),
    Token("SEC-GRAFANA-TOKEN", b"glc_eyJ", rb"[A-Za-z0-9+/_-]{30,600}+={0,3}",
          check=_grafana_policy, shown=4),
    Token("SEC-GRAFANA-TOKEN", b"eyJrIjoi", rb"[A-Za-z0-9+/_-]{60,400}+={0,3}", check=_grafana_key,
          shown=3, end=rb"(?![A-Za-z0-9_.-])"),
    *(
        Token("SEC-DYNATRACE-TOKEN", b"dt0%c" % kind,
              rb"\d\d\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{64}", 3.5, shown=6)
        for kind in b"abcdefghijklmnopqrstuvwxyz"
    ),
    *(
        Token("SEC-POSTHOG-KEY", mark, rb"[A-Za-z0-9_]{40,64}+", 3.5)
        for mark in (b"phx_", b"phs_", b"phr_", b"pha_")
    ),
)  # fmt: skip

_MODELS = (
    Token("SEC-ANTHROPIC-KEY", b"sk-ant-", rb"(?:api|admin|oat|ort|sid)\d\d-[A-Za-z0-9_-]{80,120}+",
          3.5, shown=7),
    Token("SEC-OPENAI-KEY", b"sk-", _OPENAI, 3.5),
    Token("SEC-DEEPSEEK-KEY", b"sk-", rb"[0-9a-f]{32}+"),
    Token("SEC-HUGGINGFACE-TOKEN", b"hf_", rb"[A-Za-z]{34}+", 3.5),
    Token("SEC-HUGGINGFACE-TOKEN", b"api_org_", rb"[A-Za-z]{34}+", 3.5),
    Token("SEC-GROQ-KEY", b"gsk_", rb"[A-Za-z0-9]{52}+", 3.5),
    Token("SEC-XAI-KEY", b"xai-", rb"[A-Za-z0-9]{70,90}+", 3.5),
    Token("SEC-PERPLEXITY-KEY", b"pplx-", rb"[A-Za-z0-9]{48}+", 3.5),
    Token("SEC-TAVILY-KEY", b"tvly-", rb"(?:dev-|prod-)?[A-Za-z0-9]{32}+", 3.5),
    Token("SEC-TOGETHER-KEY", b"tgp_v1_", rb"[A-Za-z0-9_-]{43}+", 3.5),
    Token("SEC-REPLICATE-TOKEN", b"r8_", rb"[A-Za-z0-9]{37}+", 3.5),
    Token("SEC-LLAMA-KEY", b"llx-", rb"[A-Za-z0-9_-]{48}+", 3.5),
    Token("SEC-LANGSMITH-KEY", b"lsv2_", rb"(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    Token("SEC-DATABRICKS-TOKEN", b"dapi", rb"[0-9a-f]{32}(?:-\d)?", end=rb"(?![A-Za-z0-9_])"),
)  # fmt: skip

_PAYMENT = (
    *(
        Token("SEC-STRIPE-KEY", b"%bk_%b_" % (kind, mode), rb"[A-Za-z0-9]{10,250}+",
              check=_test_is_low)
        for kind in (b"s", b"r")
        for mode in (b"live", b"test", b"prod")
    ),
    Token("SEC-STRIPE-KEY", b"whsec_", rb"[A-Za-z0-9+/]{32,64}+", 3.5, end=_PADDED),
    Token("SEC-SQUARE-TOKEN", b"sq0atp-", rb"[A-Za-z0-9_-]{22,60}+"),
    Token("SEC-SQUARE-TOKEN", b"sq0csp-", rb"[A-Za-z0-9_-]{43}+"),
    Token("SEC-SQUARE-TOKEN", b"EAAA", rb"[A-Za-z0-9_-]{60}+", 3.5, before=rb"[A-Za-z0-9_+/-]",
          end=rb"(?![A-Za-z0-9_+/=-])"),
    *(
        Token("SEC-SHIPPO-TOKEN", mark, rb"[0-9a-fA-F]{40}+", check=_test_is_low)
        for mark in (b"shippo_live_", b"shippo_test_")
    ),
    *(
        Token("SEC-SHOPIFY-TOKEN", mark, rb"[0-9a-fA-F]{32}+")
        for mark in (b"shpat_", b"shpca_", b"shppa_", b"shpss_")
    ),
    Token("SEC-EASYPOST-KEY", b"EZAK", rb"[A-Za-z0-9]{54}+", before=_PLAIN),
    Token("SEC-EASYPOST-KEY", b"EZTK", rb"[A-Za-z0-9]{54}+", before=_PLAIN),
    *(
        Token("SEC-DUFFEL-TOKEN", mark, rb"[A-Za-z0-9_=-]{43}+", check=_test_is_low)
        for mark in (b"duffel_live_", b"duffel_test_")
    ),
    Token("SEC-FLUTTERWAVE-KEY", b"FLWSECK_TEST-", rb"[A-Ha-h0-9]{12,32}(?:-X)?", 2.5,
          check=_test_is_low),
    Token("SEC-FLUTTERWAVE-KEY", b"FLWSECK-", rb"[A-Ha-h0-9]{32}-X"),
    *(
        Token("SEC-PLAID-KEY", mark, _H8)
        for mark in (b"access-production-", b"access-development-", b"access-sandbox-")
    ),
)  # fmt: skip

_MESSAGES = (
    Token("SEC-SLACK-TOKEN", b"xoxb-", rb"\d{8,14}-[A-Za-z0-9-]{18,60}+", 2.8),
    *(
        Token("SEC-SLACK-TOKEN", mark, rb"(?:\d{8,14}-){2,3}[A-Za-z0-9-]{24,64}+", 2.8)
        for mark in (b"xoxp-", b"xoxe-", b"xoxa-", b"xoxr-")
    ),
    *(
        Token("SEC-SLACK-TOKEN", mark, rb"\d-[A-Za-z0-9-]{30,250}+", 3.5, _late_digit)
        for mark in (b"xoxe-", b"xoxp-", b"xoxb-", b"xoxa-", b"xoxr-", b"xoxe.xoxb-",
                     b"xoxe.xoxp-")
    ),
    *(
        Token("SEC-SLACK-TOKEN", mark, rb"(?:\d{1,14}-){3}[0-9a-fA-F]{8,64}+", 2.5)
        for mark in (b"xoxs-", b"xoxo-")
    ),
    *(
        Token("SEC-SLACK-TOKEN", mark, rb"[A-Za-z0-9%+/=-]{30,400}+", 3.5)
        for mark in (b"xoxc-", b"xoxd-")
    ),
    *(
        Token("SEC-SLACK-TOKEN", mark, rb"[0-9A-Za-z]{8,48}+", 3.0, _with_digit)
        for mark in (b"xoxa-", b"xoxr-")
    ),
    Token("SEC-SLACK-TOKEN", b"xapp-", rb"\d-[A-Za-z0-9]{5,20}-\d{5,20}-[A-Za-z0-9]{20,80}"),
    *(
        Token("SEC-DISCORD-TOKEN", first + bytes((second,)),
              rb"[A-Za-z0-9_-]{20,25}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,38}+", 3.5, _discord,
              shown=0)
        for first in (b"MT", b"Mj", b"Mz", b"ND", b"NT", b"Nj", b"Nz", b"OD", b"OT")
        for second in b"AEIMQUYcgk"
    ),
    *(
        Token("SEC-TWILIO-KEY", b"SK%c" % first, rb"[0-9a-fA-F]{31}+", 2.8, before=_PLAIN, shown=2)
        for first in b"0123456789abcdefABCDEF"
    ),
    Token("SEC-SENDGRID-KEY", b"SG.", rb"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,48}+", 3.5),
    Token("SEC-SENDGRID-KEY", b"SG.", rb"[A-Za-z0-9=_.-]{66}", 3.8, end=rb"(?![A-Za-z0-9=_.-])"),
    Token("SEC-MAILGUN-KEY", b"key-", rb"[0-9a-f]{32}+"),
    *(
        Token("SEC-BREVO-KEY", mark, rb"[0-9a-f]{64}-[A-Za-z0-9]{16}")
        for mark in (b"xkeysib-", b"xsmtpsib-")
    ),
    Token("SEC-INTERCOM-TOKEN", b"dG9r", rb"[A-Za-z0-9+/]{40,80}+={0,2}", check=_intercom,
          before=_PLAIN),
)  # fmt: skip

_TOOLS = (
    Token("SEC-NOTION-TOKEN", b"ntn_", rb"[A-Za-z0-9]{43,60}+"),
    Token("SEC-NOTION-TOKEN", b"secret_", rb"[A-Za-z0-9]{43}+", 3.8),
    Token("SEC-AIRTABLE-TOKEN", b"pat", rb"[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    Token("SEC-FIGMA-TOKEN", b"figd_", rb"[A-Za-z0-9_-]{38,48}+", 3.5),
    Token("SEC-DROPBOX-TOKEN", b"sl.", rb"(?:u\.)?[A-Za-z0-9_=-]{130,1400}+", 3.5),
    *(
        Token("SEC-PLANETSCALE-TOKEN", mark, rb"[A-Za-z0-9_=.-]{32,64}+")
        for mark in (b"pscale_tkn_", b"pscale_pw_", b"pscale_oauth_")
    ),
    Token("SEC-SUPABASE-KEY", b"sbp_", rb"(?:v0_|oauth_)?[0-9a-f]{40}+"),
    Token("SEC-SUPABASE-KEY", b"sb_secret_", rb"[A-Za-z0-9_-]{31,41}+"),
    Token("SEC-CLICKHOUSE-KEY", b"4b1d", rb"[A-Za-z0-9]{38}+", 3.5, before=_PLAIN),
    Token("SEC-CONFLUENT-KEY", b"cflt", rb"[A-Za-z0-9+/]{60}+", 4.0, before=_PLAIN),
    *(
        Token("SEC-MAPBOX-TOKEN", mark, rest, 3.5)
        for mark in (b"pk.", b"sk.", b"tk.")
        for rest in (rb"[A-Za-z0-9]{60}\.[A-Za-z0-9_-]{22}",
                     rb"eyJ[A-Za-z0-9_-]{30,250}\.[A-Za-z0-9_-]{22}")
    ),
    Token("SEC-ADOBE-SECRET", b"p8e-", rb"[A-Za-z0-9_-]{32}+"),
    Token("SEC-DEFINED-KEY", b"dnkey-", rb"[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}"),
    Token("SEC-TAILSCALE-KEY", b"tskey-",
          rb"(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{8,24}-[A-Za-z0-9]{20,48}", shown=6),
    Token("SEC-FRAMEIO-TOKEN", b"fio-u-", rb"[A-Za-z0-9_=-]{64}+"),
    Token("SEC-TYPEFORM-TOKEN", b"tfp_", rb"[A-Za-z0-9_.=-]{40,60}+", 3.5),
    Token("SEC-WUNDERGRAPH-KEY", b"cosmo_", rb"[0-9a-f]{32}+"),
    *(
        Token("SEC-SETTLEMINT-TOKEN", mark, rb"[A-Za-z0-9]{16}+")
        for mark in (b"sm_pat_", b"sm_aat_", b"sm_sat_")
    ),
    *(
        Token("SEC-INTRA42-SECRET", mark, rb"[0-9a-f]{64}+")
        for mark in (b"s-s4t2ud-", b"s-s4t2af-")
    ),
    *(
        Token("SEC-HUBSPOT-KEY", mark, _H8)
        for mark in (b"pat-na1-", b"pat-na2-", b"pat-eu1-", b"pat-ap1-")
    ),
    Token("SEC-FACEBOOK-TOKEN", b"EAA", rb"[MC][A-Za-z0-9]{80,400}+", 3.5,
          before=rb"[A-Za-z0-9_+/-]", end=rb"(?![A-Za-z0-9_+/=-])"),
    Token("SEC-FACEBOOK-TOKEN", b"IGQ", rb"[A-Za-z0-9_-]{100,300}+", 3.8,
          before=rb"[A-Za-z0-9_+/-]", end=rb"(?![A-Za-z0-9_+/=-])"),
)  # fmt: skip

TOKENS = (*_CLOUDS, *_OBSERVABILITY, *_MODELS, *_PAYMENT, *_MESSAGES, *_TOOLS)
