"""The data plane on real sockets: load balancers' listeners, backend pods, clients, scanners; one event loop.

Belongs here: what moves bytes or makes requests. Where a connection goes is decided by `world.network`; nothing in
here knows a routing rule.

    door            starts and stops the whole, and follows the world
    manners         how each listener behaves, read off the world
    listeners       one listening socket per load balancer address and port
    keys            the sandbox's own certificate authority, and what ends TLS
    forwarded       one client's connection on its way through a load balancer
    relay           the two sides of it
    idle            how long it may be silent
    request_heads   what a Classic Load Balancer's HTTP listener writes into requests
    proxy_header    the PROXY protocol's header, written and read
    backends        one listening socket per pod and port
    conversation    a pod's side of one connection, answering HTTP
    accepting       one listening socket
    crews           clients in numbers, and what they count
    asker           one client and its connection
    http            that connection, on a socket or through the model alone
    stub            asks a caching resolver over UDP, as a client's libc does
    scanners        strangers who knock on public load balancers
"""
