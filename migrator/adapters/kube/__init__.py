"""The API server through the Kubernetes client's configuration, authentication and transport; raw JSON throughout.

The client's models are left alone: they drop fields that they do not know and refuse whole lists for one odd item.
"""
