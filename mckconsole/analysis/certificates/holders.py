"""Objects that hold a CA bundle, and the Services that the bundles are for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mckconsole.analysis.certificates.model import CertPlace
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.domain.certificates import (
    ApiService,
    CrdConversion,
    ValidatingWebhookConfiguration,
)
from mckconsole.domain.identity import BundleMeta, ClientConfig, MutatingWebhookConfiguration
from mckconsole.domain.objects import Key


class Holder(NamedTuple):
    """One object with a CA bundle, and the Service that it is for."""

    place: CertPlace
    topic: str
    key: Key
    meta: BundleMeta
    path: str
    bundle: str
    """Base64 of PEM."""
    service: Key | None
    words: str


def holders(reading: Reading) -> Iterator[Holder]:
    """Webhooks, then aggregated APIs, then conversions."""
    yield from _webhooks(reading)
    yield from _services(reading)
    yield from _conversions(reading)


def _webhooks(reading: Reading) -> Iterator[Holder]:
    held: list[tuple[str, Key, MutatingWebhookConfiguration | ValidatingWebhookConfiguration]] = [
        *(("mutatingwebhooks", *one)
          for one in reading.objects("mutatingwebhooks", MutatingWebhookConfiguration)),
        *(("validatingwebhooks", *one)
          for one in reading.objects("validatingwebhooks", ValidatingWebhookConfiguration)),
    ]  # fmt: skip
    for topic, key, one in held:
        for index, hook in enumerate(one.webhooks):
            path = f"webhooks[{index}].clientConfig"
            yield _holder(CertPlace.WEBHOOK, topic, key, one.metadata, path, hook.client_config)


def _holder(
    place: CertPlace, topic: str, key: Key, meta: BundleMeta, path: str, config: ClientConfig
) -> Holder:
    service = config.service
    where = (service.namespace, service.name) if service else None
    words = f"Service {service.namespace}/{service.name}" if service else "its URL"
    return Holder(place, topic, key, meta, f"{path}.caBundle", config.ca_bundle, where, words)


def _services(reading: Reading) -> Iterator[Holder]:
    for key, one in reading.objects("apiservices", ApiService):
        service = one.spec.service
        if service is not None:
            where = (service.namespace, service.name)
            yield Holder(
                CertPlace.API_SERVICE, "apiservices", key, one.metadata, "spec.caBundle",
                one.spec.ca_bundle, where, f"Service {service.namespace}/{service.name}",
            )  # fmt: skip


def _conversions(reading: Reading) -> Iterator[Holder]:
    for key, one in reading.objects("crd-conversions", CrdConversion):
        hook = one.spec.conversion.webhook
        if hook is not None and one.spec.conversion.strategy == "Webhook":
            path = "spec.conversion.webhook.clientConfig"
            place = CertPlace.CONVERSION
            yield _holder(place, "crd-conversions", key, one.metadata, path, hook.client_config)
