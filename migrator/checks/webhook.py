"""The controller's webhooks can be reached: where they cannot, the API server refuses what passes through them.

With pods down or a stale certificate that can be every new Service of the cluster (aws-load-balancer-controller issue 4140).
"""

from __future__ import annotations

from migrator.checks.place import Where
from migrator.checks.result import Result, Weight, failed, ok, warned
from migrator.model.installation import Webhook
from migrator.ports.outside import Outside

NAME = "webhook"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"
CODE = "controller-webhook"

OWN = ".elbv2.k8s.aws"  # how its webhooks' names end, whatever Helm called the rest
BINDINGS = "targetgroupbindings"


def check(where: Where, outside: Outside) -> Result:
    """Two lists of configurations, and one of endpoints for the Service behind them."""
    own = [each for each in outside.installation.webhooks() if each.name.endswith(OWN)]
    if not any(each.concerns(BINDINGS) for each in own):
        do = "`helm upgrade` the controller's chart, which brings its webhook configurations"
        return warned(NAME, CODE, "no webhook configuration of the controller looks at TargetGroupBindings", do)
    fatal = [each for each in own if each.fatal]
    if unsigned := [each for each in fatal if not each.signed]:
        do = "renew the certificate (`helm upgrade`, or cert-manager's injection), so that caBundle is filled again"
        return failed(NAME, CODE, f"caBundle is empty: the API server will not trust {named(unsigned)}", do)
    for service in sorted({each.service for each in fatal if each.service}):
        if not outside.installation.endpoints(*service.split("/")):
            refused = named([each for each in fatal if each.service == service])
            do = "see why the controller's pods are not ready; until then the API server refuses what passes there"
            return failed(NAME, CODE, f"service {service} has 0 ready endpoints, which {refused} needs", do)
    return ok(NAME, f"{len(own)} webhooks, each with a caBundle and ready endpoints")


def named(hooks: list[Webhook]) -> str:
    """Webhooks by name, each once."""
    return ", ".join(dict.fromkeys(each.name for each in hooks))
