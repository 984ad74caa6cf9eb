"""The Kubernetes door: what `kubectl` and the Python client meet when they talk to the world's cluster.

Belongs here: the wire protocol, discovery, tables, watches and sockets. What the API server decides about objects is
`world.kube`; nothing here changes an object but through it.

Faults strike by method and plural: `PATCH services`, `POST *`, `GET leases`. `WATCH services` refuses a new watch and
breaks an open one.

Missing, and answered with a clear `Status` where a client asks for it:

- server-side apply (415), `managedFields`, WatchList (`sendInitialEvents`, 422)
- schemas: no OpenAPI v2, no `kubectl explain`; unknown members are noticed in metadata and Services only, wrong types
  there and in what controllers read of Pods and workloads
- `pods/log`, `exec`, `attach`, `port-forward`, `proxy` (404); kinds that `world.kube_kinds` does not list (404)
- bodies in protobuf, which kubectl sends for its typed creates, beyond those in `protobuf` (415)
- two served versions of one kind, two groups with a kind of one name, conversion
- role-based access control: the token `sandbox`, or none, may do all, `readonly` may look, any other is refused (401)
- a list in pages is not a snapshot: later pages show later states, under the first page's resourceVersion
"""

from migrator.sandbox.doors.kube.door import KubeDoor
from migrator.sandbox.doors.kube.inprocess import pool_manager
from migrator.sandbox.doors.kube.kubeconfig import kubeconfig
from migrator.sandbox.doors.kube.server import serve

__all__ = ["KubeDoor", "kubeconfig", "pool_manager", "serve"]
