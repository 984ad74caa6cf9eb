"""Who scrapes a Service by its labels: the monitors of the Prometheus operator and of VictoriaMetrics.

They follow labels, not names. The clone carries the Service's own labels, but not those of deployment tools, and what they
scrape is named after the Service: so each that selects the legacy Service is worth a look before that is deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrator.model.cluster import Reader, Service

# Kind, path and plural.
MONITORS: tuple[tuple[str, str, str], ...] = (
    ("ServiceMonitor", "/apis/monitoring.coreos.com/v1", "servicemonitors"),
    ("VMServiceScrape", "/apis/operator.victoriametrics.com/v1beta1", "vmservicescrapes"),
)


def scraping(kind: str, namespace: str, name: str, spec: Any, service: Service) -> Iterator[Reader]:
    """One reader where a monitor of this spec selects the Service; a spec that cannot be understood selects."""
    if not isinstance(spec, dict) or not _looks_there(spec.get("namespaceSelector"), namespace, service.namespace):
        return
    selector = spec.get("selector") or {}
    if selects(selector, service.labels):
        wanted = ", ".join(f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items()))
        yield Reader(f"{kind}/{namespace}/{name} spec.selector", f"selects it by its labels ({wanted or 'any'})")


def _looks_there(selector: Any, own: str, wanted: str) -> bool:
    """Whether a namespaceSelector takes in a namespace; without one it is the monitor's own."""
    if not selector:
        return own == wanted
    return bool(selector.get("any")) or wanted in (selector.get("matchNames") or ([own] if not selector.get("any") else []))


def selects(selector: Any, labels: dict[str, str]) -> bool:
    """Whether a label selector takes in these labels; an empty one takes in everything."""
    same = all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items())
    return same and all(_holds(each, labels) for each in selector.get("matchExpressions") or ())


def _holds(expression: dict[str, Any], labels: dict[str, str]) -> bool:
    key, values = expression.get("key", ""), expression.get("values") or ()
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return True
