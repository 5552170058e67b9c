"""Credentials of other services in words: observability, messages, payments, models and more."""

from __future__ import annotations

from mckconsole.detect.catalog_words import CRITICAL, HIGH, MEDIUM, proven, token
from mckconsole.detect.model import CredentialRule
from mckconsole.domain.findings import Severity

_OBSERVABILITY = (
    token(
        "DATADOG-KEY", "Datadog key", HIGH,
        "32 (API) or 40 (application) hex digits under a name that says Datadog",
        "Datadog, organization settings", "Datadog: API and application keys",
    ),
    token(
        "NEWRELIC-KEY", "New Relic key", HIGH,
        "`NRAK-`, `NRII-`, `NRRA-`, `NRJS-` or a licence key that ends in `NRAL`",
        "New Relic, API keys", "New Relic: API keys",
    ),
    proven(
        "GRAFANA-TOKEN", "Grafana token", HIGH,
        "`glsa_` and 32 characters with a CRC-32, `glc_` or an old key (`eyJrIjoi…`) that decodes "
        "to JSON of its own",
        "Grafana, service accounts", "Grafana: service account tokens, access policies",
    ),
    token(
        "DYNATRACE-TOKEN", "Dynatrace token", HIGH, "`dt0…`, 24 and 64 characters of base32",
        "Dynatrace, access tokens", "Dynatrace: token format",
    ),
    token(
        "SUMOLOGIC-KEY", "Sumo Logic key", MEDIUM,
        "`su` and 12 characters, or 64 characters, under a name that says Sumo",
        "Sumo Logic, access keys", "Sumo Logic: access keys",
    ),
    token(
        "POSTHOG-KEY", "PostHog key", MEDIUM, "`phx_`, `phs_`, `phr_` or `pha_` and what follows",
        "PostHog, personal API keys", "PostHog: API",
    ),
)  # fmt: skip

_MODELS = (
    ("OPENAI-KEY", "OpenAI key", "`sk-…` around `T3BlbkFJ`", "platform.openai.com, API keys"),
    ("ANTHROPIC-KEY", "Anthropic key", "`sk-ant-` and what follows", "Claude console, API keys"),
    ("HUGGINGFACE-TOKEN", "Hugging Face token", "`hf_` or `api_org_` and 34 letters",
     "huggingface.co, access tokens"),
    ("GROQ-KEY", "Groq key", "`gsk_` and 52 characters around `WGdyb3FY`", "Groq console"),
    ("XAI-KEY", "xAI key", "`xai-` and 80 characters", "xAI console"),
    ("PERPLEXITY-KEY", "Perplexity key", "`pplx-` and 48 characters", "Perplexity, API settings"),
    ("DEEPSEEK-KEY", "DeepSeek key", "`sk-` and 32 hex digits", "DeepSeek platform"),
    ("TAVILY-KEY", "Tavily key", "`tvly-` and what follows", "Tavily"),
    ("TOGETHER-KEY", "Together AI key", "`tgp_v1_` and 43 characters", "Together AI"),
    ("REPLICATE-TOKEN", "Replicate token", "`r8_` and 37 characters", "Replicate"),
    ("COHERE-KEY", "Cohere key", "40 characters under a name that says Cohere", "Cohere"),
    ("LLAMA-KEY", "LlamaIndex key", "`llx-` and 48 characters", "LlamaCloud"),
    ("LANGSMITH-KEY", "LangSmith key", "`lsv2_` and two groups", "LangSmith"),
    ("DATABRICKS-TOKEN", "Databricks token", "`dapi` and 32 hex digits", "Databricks, developer"),
)  # fmt: skip

_PAYMENT = (
    ("STRIPE-KEY", "Stripe key", CRITICAL,
     "`sk_live_`, `rk_live_` (test and sandbox keys are low), or `whsec_`", "Stripe dashboard"),
    ("SQUARE-TOKEN", "Square token", HIGH, "`sq0atp-`, `sq0csp-` or `EAAA…`", "Square developer"),
    ("PAYPAL-TOKEN", "PayPal Braintree token", HIGH, "`access_token$production$…`", "PayPal"),
    ("SHIPPO-TOKEN", "Shippo token", MEDIUM, "`shippo_live_` or `shippo_test_`", "Shippo"),
    ("SHOPIFY-TOKEN", "Shopify token", HIGH, "`shpat_`, `shpca_`, `shppa_`, `shpss_`", "Shopify"),
    ("EASYPOST-KEY", "EasyPost key", MEDIUM, "`EZAK` or `EZTK` and 54 characters", "EasyPost"),
    ("DUFFEL-TOKEN", "Duffel token", MEDIUM, "`duffel_live_` or `duffel_test_`", "Duffel"),
    ("FLUTTERWAVE-KEY", "Flutterwave key", HIGH, "`FLWSECK…` and 32 characters", "Flutterwave"),
    ("PLAID-KEY", "Plaid token or key", HIGH, "`access-…` and a UUID, or by name", "Plaid"),
    ("COINBASE-KEY", "Coinbase key", HIGH, "64 characters under a name that says Coinbase",
     "Coinbase"),
    ("GOCARDLESS-TOKEN", "GoCardless token", HIGH, "`live_` and 40 characters, by name",
     "GoCardless"),
    ("LOB-KEY", "Lob key", MEDIUM, "`live_` or `test_` and 35 hex digits, by name", "Lob"),
)  # fmt: skip

_MESSAGES = (
    ("SLACK-TOKEN", "Slack token", HIGH, "`xoxb-`, `xoxp-` and kin, or `xapp-`", "api.slack.com"),
    ("SLACK-WEBHOOK", "Slack webhook", MEDIUM, "`hooks.slack.com/…` with its secret path",
     "api.slack.com, the app's incoming webhooks"),
    ("DISCORD-TOKEN", "Discord bot token", HIGH,
     "Three parts, of which the first is the bot's number in base64", "Discord developer portal"),
    ("DISCORD-WEBHOOK", "Discord webhook", MEDIUM, "`discord.com/api/webhooks/…`",
     "the channel's integrations"),
    ("TEAMS-WEBHOOK", "Microsoft Teams webhook", MEDIUM, "`….webhook.office.com/webhookb2/…`",
     "the channel's connectors"),
    ("TELEGRAM-TOKEN", "Telegram bot token", HIGH, "The bot's number, a colon and 35 characters",
     "@BotFather"),
    ("TWILIO-KEY", "Twilio key", HIGH, "`SK` and 32 hex digits, or an auth token by name",
     "Twilio console, API keys"),
    ("SENDGRID-KEY", "SendGrid key", HIGH, "`SG.`, 22 and 43 characters", "SendGrid, API keys"),
    ("MAILGUN-KEY", "Mailgun key", HIGH, "`key-` and 32 hex digits, or a signing key by name",
     "Mailgun, API security"),
    ("MAILCHIMP-KEY", "Mailchimp key", MEDIUM, "32 hex digits, `-us` and the data centre",
     "Mailchimp, API keys"),
    ("BREVO-KEY", "Brevo key", HIGH, "`xkeysib-` or `xsmtpsib-`, 64 hex digits and 16 characters",
     "Brevo, SMTP & API"),
    ("MATTERMOST-TOKEN", "Mattermost token", MEDIUM, "26 characters under its name",
     "Mattermost, personal access tokens"),
    ("INTERCOM-TOKEN", "Intercom token", MEDIUM, "`dG9r…` that decodes to `tok:`, or by name",
     "Intercom developer hub"),
    ("SENDBIRD-TOKEN", "Sendbird token", MEDIUM, "40 hex digits under its name", "Sendbird"),
    ("MESSAGEBIRD-KEY", "MessageBird key", MEDIUM, "25 characters under its name", "MessageBird"),
)  # fmt: skip

_TOOLS = (
    ("NOTION-TOKEN", "Notion token", "`ntn_` or `secret_` and 43 characters or more", "Notion"),
    ("AIRTABLE-TOKEN", "Airtable token", "`pat`, 14 characters, a dot and 64 hex digits",
     "Airtable"),
    ("FIGMA-TOKEN", "Figma token", "`figd_` and 40 characters", "Figma"),
    ("DROPBOX-TOKEN", "Dropbox token", "`sl.` and 130 characters or more, or by name", "Dropbox"),
    ("PLANETSCALE-TOKEN", "PlanetScale credential", "`pscale_tkn_`, `pscale_pw_`, `pscale_oauth_`",
     "PlanetScale"),
    ("SUPABASE-KEY", "Supabase key", "`sbp_` and 40 hex digits, or `sb_secret_`", "Supabase"),
    ("CLICKHOUSE-KEY", "ClickHouse Cloud secret", "`4b1d` and 38 characters", "ClickHouse Cloud"),
    ("CONFLUENT-KEY", "Confluent Cloud secret", "64 characters by name, or `cflt` and 60",
     "Confluent Cloud"),
    ("ALGOLIA-KEY", "Algolia key", "32 hex digits under its name", "Algolia"),
    ("MAPBOX-TOKEN", "Mapbox token", "`pk.` or `sk.`, and two groups", "Mapbox"),
    ("MAXMIND-KEY", "MaxMind licence key", "6 and 29 characters and `_mmk`", "MaxMind"),
    ("OKTA-TOKEN", "Okta token", "`00` and 40 characters under its name", "Okta, API tokens"),
    ("ADOBE-SECRET", "Adobe client secret", "`p8e-` and 32 characters", "Adobe console"),
    ("DEFINED-KEY", "Defined Networking key", "`dnkey-`, 26 and 52 characters",
     "Defined Networking"),
    ("TAILSCALE-KEY", "Tailscale key", "`tskey-` and its kind", "Tailscale, keys"),
    ("NGROK-TOKEN", "ngrok token", "`ngrok_` or 27_21 characters under its name", "ngrok"),
    ("FRAMEIO-TOKEN", "Frame.io token", "`fio-u-` and 64 characters", "Frame.io"),
    ("TYPEFORM-TOKEN", "Typeform token", "`tfp_` and 59 characters", "Typeform"),
    ("SALESFORCE-TOKEN", "Salesforce token", "`00D…!` and 96 characters", "Salesforce"),
    ("WUNDERGRAPH-KEY", "WunderGraph key", "`cosmo_` and 32 hex digits", "WunderGraph"),
    ("SETTLEMINT-TOKEN", "SettleMint token", "`sm_pat_`, `sm_aat_` or `sm_sat_`", "SettleMint"),
    ("INTRA42-SECRET", "42 Intra secret", "`s-s4t2ud-` or `s-s4t2af-` and 64 hex digits",
     "42 Intra"),
    ("MERAKI-KEY", "Cisco Meraki key", "40 hex digits under its name", "Meraki dashboard"),
    ("LOOKER-SECRET", "Looker secret", "24 characters under its name", "Looker"),
    ("HUBSPOT-KEY", "HubSpot key", "`pat-na1-` and a UUID, or a UUID under its name", "HubSpot"),
    ("FACEBOOK-TOKEN", "Facebook token", "`EAA…`, `IGQ…`, or the app's number, `|` and 27",
     "Meta for Developers"),
    ("TWITTER-TOKEN", "X (Twitter) credential", "`AAAA…%…` or a key under its name",
     "developer.x.com"),
    ("ETSY-KEY", "Etsy key", "24 characters under its name", "Etsy"),
)  # fmt: skip


_NAMED = token(
    "SERVICE-KEY", "Key of a named service", MEDIUM,
    "A random key of the right length and alphabet under the name of a service that gives its keys "
    "no mark of their own; the finding names the service",
    "that service", "each service's documentation of its keys",
)  # fmt: skip


def _of(place: str, what: str, title: str, severity: Severity, shape: str) -> CredentialRule:
    return token(what, title, severity, shape, place, f"{place}: documentation of its keys")


SERVICE_RULES = (
    *_OBSERVABILITY,
    *(_of(place, what, title, HIGH, shape) for what, title, shape, place in _MODELS),
    *(_of(place, what, title, level, shape) for what, title, level, shape, place in _PAYMENT),
    *(_of(place, what, title, level, shape) for what, title, level, shape, place in _MESSAGES),
    *(_of(place, what, title, MEDIUM, shape) for what, title, shape, place in _TOOLS),
    _NAMED,
)
