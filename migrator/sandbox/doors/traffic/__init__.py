"""The data plane on real sockets: load balancers' listeners, backend pods, clients, scanners; one event loop.

Belongs here: what moves bytes or makes requests. Where a connection goes is decided by `world.network`; nothing in
here knows a routing rule.

    door       starts and stops the whole, and follows the world
    listeners  one listening socket per load balancer address and port
    relay      the two sides of one forwarded connection
    backends   one listening socket per pod and port, answering HTTP
    crews      clients in numbers, and what they count
    asker      one client and its connection
    stub       asks a caching resolver over UDP, as a client's libc does
    scanners   strangers who knock on public load balancers
"""
