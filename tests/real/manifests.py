"""Objects of many kinds as people write them: as little as possible, and a lot of it."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from mckconsole.demo.objects import KubeObject

_TEXT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: small, namespace: shop}
spec:
  selector: {matchLabels: {app: small}}
  template:
    metadata: {labels: {app: small}}
    spec: {containers: [{name: app, image: "registry.example.com/app:1.2"}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: large, namespace: shop, labels: {team: web}, annotations: {example.com/owner: web}}
spec:
  replicas: 4
  selector: {matchLabels: {app: large}}
  strategy: {type: Recreate}
  template:
    metadata: {labels: {app: large}, annotations: {prometheus.io/scrape: "true"}}
    spec:
      serviceAccountName: shop
      automountServiceAccountToken: false
      nodeSelector: {disk: ssd}
      tolerations: [{key: dedicated, operator: Equal, value: web, effect: NoSchedule}]
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway,
           labelSelector: {matchLabels: {app: large}}}
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 1
              podAffinityTerm: {topologyKey: host, labelSelector: {matchLabels: {app: large}}}
      initContainers:
        - {name: migrate, image: registry.example.com/migrate, args: [up]}
        - {name: warm, image: "registry.example.com/warm:3"}
      containers:
        - name: app
          image: registry.example.com/app:latest
          command: [/bin/app]
          args: [--listen, ":8080"]
          ports: [{name: http, containerPort: 8080}, {containerPort: 9090, protocol: UDP}]
          env:
            - {name: LEVEL, value: info}
            - {name: EMPTY}
            - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
            - {name: LIMIT, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
            - {name: PASS, valueFrom: {secretKeyRef: {name: login, key: password}}}
          envFrom: [{configMapRef: {name: settings}}]
          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: "1", memory: 1Gi}}
          livenessProbe: {httpGet: {path: /live, port: http}}
          readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 5}
          startupProbe: {grpc: {port: 8080}}
          lifecycle: {preStop: {httpGet: {path: /stop, port: 8080}}}
          securityContext: {runAsNonRoot: true, capabilities: {drop: [NET_RAW, ALL]}}
          volumeMounts:
            - {name: settings, mountPath: /etc/app, readOnly: true}
            - {name: tmp, mountPath: /tmp}
        - {name: proxy, image: "registry.example.com/proxy@sha256:%(digest)s"}
      volumes:
        - {name: settings, configMap: {name: settings}}
        - {name: login, secret: {secretName: login}}
        - {name: tmp, emptyDir: {}}
        - {name: host, hostPath: {path: /var/log}}
        - name: info
          downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
        - name: token
          projected:
            sources: [{serviceAccountToken: {path: token, audience: example}},
                      {configMap: {name: settings}}]
        - name: scratch
          ephemeral:
            volumeClaimTemplate:
              spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        - {name: data, csi: {driver: csi.example.com}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - {name: db, image: "registry.example.com/db:16", ports: [{containerPort: 5432}]}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {hostNetwork: true, containers: [{name: agent, image: "registry.example.com/agent:1",
           ports: [{containerPort: 9100}]}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: shop}
spec: {template: {spec: {restartPolicy: Never,
       containers: [{name: app, image: "registry.example.com/once:1"}]}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, namespace: shop}
spec:
  schedule: "0 3 * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure,
    containers: [{name: app, image: "registry.example.com/once:1"}]}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: large}
  ports: [{name: http, port: 80, targetPort: http}, {name: tls, port: 443}]
---
apiVersion: v1
kind: Service
metadata: {name: headless, namespace: shop}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: v1
kind: Service
metadata: {name: open, namespace: shop}
spec: {type: LoadBalancer, sessionAffinity: ClientIP, selector: {app: large}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: outside, namespace: shop}
spec: {type: ExternalName, externalName: db.example.com}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {level: info, empty: "", file: "one\\ntwo\\n"}
---
apiVersion: v1
kind: Secret
metadata: {name: login, namespace: shop, labels: {team: web}}
stringData: {password: hunter2hunter2}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: shop, namespace: shop}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: files, namespace: shop}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: files}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteMany], hostPath: {path: /files}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: most, namespace: shop}
spec: {hard: {pods: "20"}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: usual, namespace: shop}
spec: {limits: [{type: Container, max: {memory: 4Gi}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: large, namespace: shop}
spec: {maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: large}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: large, namespace: shop}
spec: {minAvailable: 1, selector: {matchLabels: {app: large}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix,
    backend: {service: {name: web, port: {name: http}}}}]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{apiGroups: [""], resources: [pods, services], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {kind: Role, name: reader, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: shop, namespace: shop}, {kind: Group, name: web}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: everything}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {aggregate: "true"}}]}
rules: []
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: first}
value: 1000
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: csi.example.com
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: plain}
spec: {controller: example.com/plain}
---
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: csi.example.com}
spec: {}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: guard}
webhooks:
  - name: guard.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Ignore
    clientConfig: {service: {name: guard, namespace: shop}}
    rules: [{apiGroups: [example.com], apiVersions: [v1], operations: [CREATE, UPDATE],
             resources: [guards]}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: change}
webhooks:
  - name: change.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    clientConfig: {url: "https://change.example.com"}
    rules: [{apiGroups: [example.com], apiVersions: [v1], operations: ["*"], resources: [guards]}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.shop.example}
spec:
  group: shop.example
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  versions:
    - {name: v1, served: true, storage: true,
       schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
---
apiVersion: shop.example/v1
kind: Widget
metadata: {name: one, namespace: shop}
spec: {size: 3, colours: [red, blue], options: {}, parts: [{id: a}, {id: b}]}
"""


def manifests() -> Iterator[KubeObject]:
    """All of them, in an order in which they can be made."""
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    yield from yaml.safe_load_all(_TEXT.replace("%(digest)s", "0" * 64))


def paths(manifest: KubeObject) -> tuple[str, str]:
    """Of the list of its kind, and of the object itself."""
    group, _, version = manifest["apiVersion"].rpartition("/")
    kind = manifest["kind"].lower()
    plural = {"ingress": "ingresses", "networkpolicy": "networkpolicies",
              "ingressclass": "ingressclasses", "priorityclass": "priorityclasses",
              "storageclass": "storageclasses"}.get(kind, f"{kind}s")  # fmt: skip
    root = f"/apis/{group}/{version}" if group else f"/api/{version}"
    space = manifest["metadata"].get("namespace")
    place = f"{root}/namespaces/{space}/{plural}" if space else f"{root}/{plural}"
    return place, f"{place}/{manifest['metadata']['name']}"
