"""What is known of charts and operators: where each lets a person say what its Service shall be.

Sources: the values of the charts named here; the custom resources' reference pages of the operators named here.
"""

from __future__ import annotations

# Chart name as in the label helm.sh/chart -> the values that make, keep and annotate its load balancer Service.
CHARTS: dict[str, str] = {
    "ingress-nginx": "controller.service.enabled, controller.service.type, controller.service.annotations",
    "kong": "proxy.enabled, proxy.type, proxy.annotations",
    "ingress": "gateway.proxy.type, gateway.proxy.annotations",  # Kong's newer chart
    "traefik": "service.enabled, service.type, service.annotations",
    "gateway": "service.type, service.annotations",  # istio/gateway
    "istio-ingress": "gateways.istio-ingressgateway.type, gateways.istio-ingressgateway.serviceAnnotations",
    "contour": "envoy.service.type, envoy.service.annotations",
    "emissary-ingress": "service.type, service.annotations",
    "haproxy-ingress": "controller.service.type, controller.service.annotations",
    "kubernetes-ingress": "controller.service.type, controller.service.annotations",
    "nginx-ingress": "controller.service.create, controller.service.type, controller.service.annotations",
    "argo-cd": "server.service.type, server.service.annotations",
}
ANY_CHART = "the chart's service.type and service.annotations, or how it calls them"

# Kind in small letters with its group -> the field of the custom resource that decides about the Service.
OWNERS: dict[str, str] = {
    "kafka.kafka.strimzi.io": "spec.kafka.listeners[].configuration.class and .bootstrap.annotations, .brokers[].annotations",
    "strimzipodset.core.strimzi.io": "spec.kafka.listeners[].configuration of the Kafka",
    "istiooperator.install.istio.io": "spec.components.ingressGateways[].k8s.service and .serviceAnnotations",
    "gateway.gateway.networking.k8s.io": "spec.infrastructure.annotations of the Gateway, and what its class makes of them",
    "envoyproxy.gateway.envoyproxy.io": "spec.provider.kubernetes.envoyService.loadBalancerClass and .annotations",
    "elasticsearch.elasticsearch.k8s.elastic.co": "spec.http.service.spec and .metadata.annotations",
    "kibana.kibana.k8s.elastic.co": "spec.http.service.spec and .metadata.annotations",
    "rabbitmqcluster.rabbitmq.com": "spec.service.annotations and spec.override.service",
    "clickhouseinstallation.clickhouse.altinity.com": "spec.templates.serviceTemplates[].spec and .metadata.annotations",
    "postgresql.acid.zalan.do": "spec.enableMasterLoadBalancer and spec.serviceAnnotations",
    "cluster.postgresql.cnpg.io": "spec.managed.services.additional[].serviceTemplate",
    "ingresscontroller.operator.openshift.io": "spec.endpointPublishingStrategy.loadBalancer",
    "dataplane.gateway-operator.konghq.com": "spec.network.services.ingress.annotations",
    "service.serving.knative.dev": "the ingress gateway behind it, not this object",
}
ANY_OWNER = "the field of its spec that describes the Service (`kubectl explain`)"

# Field managers that are operators, whether or not they leave an ownerReference -> what they are called.
OPERATORS: dict[str, str] = {
    "strimzi-cluster-operator": "the Strimzi cluster operator",
    "PrometheusOperator": "the Prometheus operator",
    "istio-operator": "the Istio operator",
    "pilot-discovery": "istiod",
    "envoy-gateway": "Envoy Gateway",
    "contour-gateway-provisioner": "Contour's gateway provisioner",
    "elastic-operator": "the Elastic operator",
    "rabbitmq-cluster-operator": "the RabbitMQ cluster operator",
    "clickhouse-operator": "the ClickHouse operator",
    "postgres-operator": "the Postgres operator",
    "gateway-operator": "the Kong gateway operator",
    "redpanda-operator": "the Redpanda operator",
}

# Field managers that are people and their tools, or controllers that every load balancer Service meets.
PASSING = (
    "aws-cloud-controller-manager",
    "before-first-apply",
    "cloud-controller-manager",
    "cloud-provider-aws",
    "k9s",
    "kube-controller-manager",
    "kubectl",
    "lens",
    "migrate",
    "Mozilla",
    "node-fetch",
    "service-controller",
)
