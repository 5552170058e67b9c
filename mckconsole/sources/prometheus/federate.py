"""Read the text exposition that `/federate` answers.

Federated samples carry external labels and their own time stamps (milliseconds); functions are not
available there. This module must not know about HTTP.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace

from mckconsole.domain.text import clean
from mckconsole.sources.prometheus.trouble import Answer, PrometheusTrouble, Series


def parse_exposition(
    text: str, metrics: Collection[str], asked_at: float
) -> dict[str, tuple[Series, ...]]:
    """Series by metric name, for the wanted `metrics` only.

    A sample without a time stamp (an exporter or a proxy instead of a Prometheus) is as of
    `asked_at`, Unix seconds.

    Raises:
        PrometheusTrouble: the text is no exposition, or ends within a line.
    """
    from prometheus_client.parser import text_string_to_metric_families

    if text and not text.endswith("\n"):
        raise PrometheusTrouble("the federation answer ends within a line: it was cut off")
    found: dict[str, list[Series]] = {metric: [] for metric in metrics}
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name in found:
                    at = asked_at if sample.timestamp is None else float(sample.timestamp)
                    labels = {clean(name): clean(value) for name, value in sample.labels.items()}
                    found[sample.name].append(Series(labels, sample.value, at))
    except (ValueError, KeyError, IndexError, TypeError):
        raise PrometheusTrouble(
            "the federation answer is no text exposition", hint="check `url` and `api`"
        ) from None
    return {metric: tuple(series) for metric, series in found.items()}


def aggregated(answer: Answer, labels: Collection[str]) -> Answer:
    """What `max by (labels)` makes of an answer: of each group the greatest value, which a number
    is before NaN, and the newest time."""
    groups: dict[frozenset[tuple[str, str]], list[Series]] = {}
    for one in answer.series:
        kept = frozenset((name, value) for name, value in one.labels.items() if name in labels)
        groups.setdefault(kept, []).append(one)
    series = [
        Series(
            dict(kept),
            max((one.value for one in ones), key=lambda value: (not math.isnan(value), value)),
            max((one.at for one in ones), key=lambda at: (not math.isnan(at), at)),
        )
        for kept, ones in groups.items()
    ]
    return replace(answer, series=tuple(series))
