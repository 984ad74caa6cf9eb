"""Every port's real implementation; the only place where an SDK is imported.

Belongs here: where an answer comes from, what a call costs, and the translation of foreign errors at the edge. An
adapter decides nothing. Retrying, rate budgets and dry run are wrappers with the same port (`retry`, `dry`), put on where
the parts are joined.

    aws/       Elastic Load Balancing, EC2, Route 53, CloudWatch, STS
    kube/      the API server, raw JSON
    dns/       name servers, and probes that connect as a client would
    disk/      the journal, the lock, where state lives
    effector   sends each effect to its doer
    outside    all of it as one `Outside`
"""
