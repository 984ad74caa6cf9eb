"""Between bytes and plain values: requests and answers of every protocol, led by botocore's own service models.

    models   which services and operations there are, with their input and output shapes
    shapes   one shape: its members, their names on the wire, their limits
    limits   what is wrong with a request: members missing, too long, not in the enumeration
    query    form-encoded requests (protocols query and ec2)
    xml      XML bodies both ways (query, ec2, rest-xml)
    documents  JSON and CBOR bodies both ways (json, rest-json, smithy-rpc-v2-cbor)
    cbor     the part of RFC 8949 that the last one needs
    rest     which operation a method and path mean, and which values they carry
    errors   a refusal in each protocol's own form

A request becomes a dict of the members as botocore names them; a handler answers with such a dict. Timestamps are
seconds since the epoch on both sides, blobs are bytes.
"""
