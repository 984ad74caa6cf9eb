"""The Kubernetes door: what `kubectl` and the Python client meet when they talk to the world's cluster.

Belongs here: the wire protocol, discovery, tables, watches and sockets. What the API server decides about objects is
`world.kube`; nothing here changes an object but through it.

Missing, and answered with a clear `Status` where a client asks for it:

- server-side apply (415), `managedFields`, WatchList (`sendInitialEvents`, 422)
- schemas: no OpenAPI v2, no `kubectl explain`; unknown members are noticed in metadata and Services only
- `pods/log`, `exec`, `attach`, `port-forward`, `proxy` (404)
- two served versions of one kind, conversion, status of CustomResourceDefinitions beyond `Established`
- role-based access control: the token `sandbox` may do all, `readonly` may look
- a list in pages is not a snapshot: later pages show later states, under the first page's resourceVersion
"""

from migrator.sandbox.doors.kube.door import KubeDoor
from migrator.sandbox.doors.kube.inprocess import pool_manager
from migrator.sandbox.doors.kube.kubeconfig import kubeconfig
from migrator.sandbox.doors.kube.server import serve

__all__ = ["KubeDoor", "kubeconfig", "pool_manager", "serve"]
