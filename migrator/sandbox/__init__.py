"""The other side of the wire: one world behind AWS, Kubernetes and DNS doors.

Belongs here: everything that stands in for a cluster, an AWS account and the clients, so that no part of the
tool needs either to run, be tested or be rehearsed. Knows nothing of the rest of the project, and only
`cli.wire` and `simulation` may know it.

    process   starts and stops a sandbox, its doors on sockets
    demo      the journey under traffic, driven through the command line
    doors     wire protocols and sockets: aws, kube, dns, traffic
    world     the one model of both sides; no sockets, threads, sleeps or clock of its own
"""
