import { z } from "zod";
import { Config } from "../core/config/config.ts";

const name = z.string().max(253);
const strings = z.record(z.string(), z.string());
/** Parts of a pod that Kubernetes itself checks. */
const kubernetes = z.record(z.string(), z.unknown());
const kubernetesList = z.array(kubernetes);

/** What the chart decides, and so refuses to take. */
const chartOwned = { host: true, dataDir: true, keyFile: true, allowedHosts: true } as const;

const role = z.strictObject({ replicas: z.int().min(1), resources: kubernetes });

/** Everything `values.yaml` may hold; `config` is the service's own configuration. */
export const Values = z.strictObject({
  image: z.strictObject({
    repository: z.string().min(1),
    tag: z.string(),
    digest: z.string().regex(/^(sha256:[0-9a-f]{64})?$/),
    pullPolicy: z.enum(["Always", "IfNotPresent", "Never"]),
  }),
  imagePullSecrets: kubernetesList,
  config: Config.omit({ ...chartOwned, otlp: true, api: true }).extend({
    // The ports are those of the chart's service.
    otlp: Config.shape.otlp.unwrap().omit({ httpPort: true, grpcPort: true }).prefault({}),
  }),
  roles: z.strictObject({ collector: role, analyzer: role, feedback: role }),
  hostNames: z.array(z.string()),
  persistence: z.strictObject({
    size: z.string().regex(/^\d+(\.\d+)?([KMGTPE]i?)?$/),
    storageClass: z.string(),
    annotations: strings,
  }),
  queueKey: z.strictObject({ existingSecret: name, secretKey: z.string().min(1) }),
  resources: kubernetes,
  service: z.strictObject({
    type: z.enum(["ClusterIP", "NodePort", "LoadBalancer"]),
    annotations: strings,
  }),
  networkPolicy: z.strictObject({
    enabled: z.boolean(),
    ingressFrom: kubernetesList,
    egress: kubernetesList,
  }),
  serviceAccount: z.strictObject({ create: z.boolean(), name, annotations: strings }),
  podAnnotations: strings,
  podLabels: strings,
  nodeSelector: strings,
  affinity: kubernetes,
  tolerations: kubernetesList,
  priorityClassName: name,
  extraEnv: kubernetesList,
  extraEnvFrom: kubernetesList,
  extraVolumes: kubernetesList,
  extraVolumeMounts: kubernetesList,
  terminationGracePeriodSeconds: z.int().min(30),
  serviceMonitor: z.strictObject({
    enabled: z.boolean(),
    labels: strings,
    interval: z.string().regex(/^\d+(ms|s|m)$/),
  }),
  global: kubernetes.optional().describe("Values of a parent chart; not used"),
});

/** Text of `values.schema.json`, which Helm checks before it renders anything. */
export function valuesSchema(): string {
  const schema = z.toJSONSchema(Values, { target: "draft-7", io: "input" });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
