"""The file that tells a client where the door is and who it is."""

from __future__ import annotations

import base64
import json

from migrator.sandbox.doors.kube.access import TOKEN


def kubeconfig(host: str, port: int, token: str = TOKEN, *, name: str = "sandbox", authority: bytes | None = None) -> str:
    """A kubeconfig with one cluster, one user and one context, all called `name`. Text, YAML.

    `authority` is the certificate, PEM, that vouches for a door that is served with TLS; without it the door is plain.
    """
    trusted = f"\n    certificate-authority-data: {base64.b64encode(authority).decode()}" if authority else ""
    return f"""\
apiVersion: v1
kind: Config
current-context: {name}
clusters:
- name: {name}
  cluster:
    server: http{"s" if authority else ""}://{host}:{port}{trusted}
contexts:
- name: {name}
  context:
    cluster: {name}
    user: {name}
users:
- name: {name}
  user:
    token: {json.dumps(token)}
"""
