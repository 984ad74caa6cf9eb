"""The world's doors: wire protocols and sockets, one package or module for each side.

aws      every AWS service over its own protocol
kube     the Kubernetes API
dns      an authority and caching resolvers
traffic  load balancers, backends and clients on real connections
"""
