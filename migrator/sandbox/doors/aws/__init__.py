"""The AWS door: what boto3 and the `aws` command see of the world.

Belongs here: wire protocols, paging, filters, and how AWS words things. Does not: what things do, which is `world`.

    codec       between bytes and plain values, led by botocore's service models
    door        one request in, one answer out: credentials, faults, the handler
    services    the table of all operations; one module of handlers per service, or two
    refusals    what a service says before it looks at a request
    http        the door on a socket
    in_process  the door without one: botocore's `before-send`
"""

from migrator.sandbox.doors.aws.door import AwsDoor, ReplyLost
from migrator.sandbox.doors.aws.http import Server, serve
from migrator.sandbox.doors.aws.in_process import attach, session_apart

__all__ = ["AwsDoor", "ReplyLost", "Server", "attach", "serve", "session_apart"]
