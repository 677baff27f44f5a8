//! Manifests that every cluster has: the DNS Service and the shared Gateway.

use super::ZONE;
use super::network::{CLUSTER_DNS, NODE_ADDRESS};

/// The Service at the cluster's DNS address; its endpoint is the CoreDNS of the machine.
pub(super) fn dns_service(port: u16) -> String {
    format!(
        r#"apiVersion: v1
kind: Service
metadata: {{name: kube-dns, namespace: kube-system, labels: {{k8s-app: kube-dns}}}}
spec:
  clusterIP: {CLUSTER_DNS}
  ports:
  - {{name: dns, port: 53, protocol: UDP, targetPort: {port}}}
  - {{name: dns-tcp, port: 53, protocol: TCP, targetPort: {port}}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: kube-dns-machine, namespace: kube-system, labels: {{kubernetes.io/service-name: kube-dns}}}}
addressType: IPv4
ports:
- {{name: dns, port: {port}, protocol: UDP}}
- {{name: dns-tcp, port: {port}, protocol: TCP}}
endpoints:
- {{addresses: ["{NODE_ADDRESS}"], conditions: {{ready: true}}}}
"#
    )
}

/// Gateway `infra/shared` with one HTTP listener for every host of the zone and routes from every namespace.
pub(super) fn shared_gateway(port: u16) -> String {
    format!(
        r#"apiVersion: v1
kind: Namespace
metadata: {{name: infra}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {{name: traefik}}
spec: {{controllerName: traefik.io/gateway-controller}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: shared, namespace: infra}}
spec:
  gatewayClassName: traefik
  listeners:
  - {{name: web, protocol: HTTP, port: {port}, hostname: "*.{ZONE}", allowedRoutes: {{namespaces: {{from: All}}}}}}
"#
    )
}
