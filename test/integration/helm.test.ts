import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";
import { Config } from "../../core/config/config.ts";

const chart = fileURLToPath(new URL("../../helm/telltale", import.meta.url));
const cache = join(
  process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
  "telltale-ci",
  "bin",
);
const env = { ...process.env, PATH: [process.env["PATH"], cache].join(delimiter) };
const hasHelm = spawnSync("helm", ["version"], { env }).status === 0;
if (!hasHelm) {
  process.stderr.write(
    `\nSKIPPED: no helm on the PATH or in ${cache}; the chart is not rendered.\n`,
  );
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data: Record<string, string>;
  // A manifest is whatever the templates made of it; tests look at single paths.
  readonly spec: Record<string, never>;
}

interface Container {
  readonly env: { readonly name: string; readonly value?: string }[];
  readonly ports: { readonly name: string; readonly containerPort: number }[];
  readonly image: string;
  readonly args: string[];
  readonly securityContext: object;
  readonly volumeMounts: { readonly mountPath: string }[];
}

const flags = ["--kube-version", "1.30.0", "--namespace", "monitoring"];

function render(file: string, ...more: string[]): Manifest[] {
  const args = ["template", "telltale", chart, "--values", join(chart, "ci", file), ...flags];
  const text = execFileSync("helm", [...args, ...more], { env, encoding: "utf8" });
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

function only(manifests: readonly Manifest[], kind: string): Manifest {
  const [found, ...others] = manifests.filter((manifest) => manifest.kind === kind);
  if (found === undefined || others.length > 0) {
    throw new Error(`expected one ${kind}, got ${others.length + (found === undefined ? 0 : 1)}`);
  }
  return found;
}

interface Pod {
  readonly securityContext: object;
  readonly automountServiceAccountToken: boolean;
  readonly containers: Container[];
}

interface RunningPod {
  readonly pod: Pod;
  readonly container: Container;
}

function podsOf(manifests: readonly Manifest[]): RunningPod[] {
  return manifests
    .filter(({ kind }) => kind === "StatefulSet" || kind === "Deployment")
    .map((manifest) => {
      const { template } = manifest.spec as unknown as { template: { spec: Pod } };
      const [container] = template.spec.containers;
      if (container === undefined) {
        throw new Error("expected a container, got none");
      }
      return { pod: template.spec, container };
    });
}

function podOf(manifests: readonly Manifest[]): RunningPod {
  const [found, ...others] = podsOf(manifests);
  if (found === undefined || others.length > 0) {
    throw new Error(`expected one pod, got ${others.length + (found === undefined ? 0 : 1)}`);
  }
  return found;
}

const examples = readdirSync(join(chart, "ci"));

(hasHelm ? describe : describe.skip)("the chart as helm renders it", () => {
  it.each(examples)("passes helm lint --strict with %s", (file) => {
    const args = ["lint", "--strict", chart, "--values", join(chart, "ci", file)];
    const { status, stdout } = spawnSync("helm", args, { env, encoding: "utf8" });
    expect([status, stdout]).toEqual([0, expect.stringContaining("0 chart(s) failed")]);
  });

  it.each(examples)("meets the restricted pod security standard with %s", (file) => {
    const pods = podsOf(render(file));
    expect(pods.length).toBe(file.startsWith("distributed") ? 3 : 1);
    for (const { pod, container } of pods) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      });
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    }
  });

  it.each(examples)("gives the service a configuration that it takes with %s", (file) => {
    const text = only(render(file), "ConfigMap").data["telltale.yaml"] ?? "";
    const config = Config.parse(parse(text));
    expect(config).toMatchObject({ host: "0.0.0.0", dataDir: "/data" });
    expect(config.auth.apiKeys).toHaveLength(1);
  });

  it("serves the ports that the service listens on, to the network policy's peers", () => {
    const manifests = render("full-values.yaml");
    const { otlp, api } = Config.parse({});
    const { container } = podOf(manifests);
    expect(container.ports).toEqual([
      { name: "otlp-http", containerPort: otlp.httpPort },
      { name: "otlp-grpc", containerPort: otlp.grpcPort },
      { name: "api", containerPort: api.port },
    ]);
    expect(only(manifests, "Service").spec["ports"]).toMatchObject([
      { port: otlp.httpPort, targetPort: "otlp-http" },
      { port: otlp.grpcPort, targetPort: "otlp-grpc", appProtocol: "grpc" },
      { port: api.port, targetPort: "api" },
    ]);
    expect(only(manifests, "NetworkPolicy").spec).toMatchObject({
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          ports: [{ port: "otlp-http" }, { port: "otlp-grpc" }, { port: "api" }],
          from: [{ namespaceSelector: { matchLabels: { team: "shop" } } }],
        },
      ],
      egress: [],
    });
  });

  it("probes health under a host name that the service answers", () => {
    const { container } = podOf(render("minimal-values.yaml"));
    const probe = (path: string) => ({
      httpGet: { path, port: "api", httpHeaders: [{ name: "Host", value: "localhost" }] },
    });
    expect(container).toMatchObject({
      startupProbe: probe("/healthz"),
      livenessProbe: probe("/healthz"),
      readinessProbe: probe("/readyz"),
    });
  });

  it("answers under the service's names, those given and the pod's address", () => {
    const { container } = podOf(render("full-values.yaml"));
    const hosts = container.env.find(({ name }) => name === "TELLTALE_ALLOWED_HOSTS")?.value ?? "";
    expect(JSON.parse(hosts)).toEqual([
      "telltale",
      "telltale.monitoring",
      "telltale.monitoring.svc",
      "telltale.monitoring.svc.cluster.local",
      "$(POD_IP)",
      "telltale.example",
    ]);
  });

  it("takes extra environment as templates, an image digest and a key from a secret", () => {
    const { container } = podOf(render("full-values.yaml"));
    expect(container.image).toMatch(/^telltale@sha256:[0-9a-f]{64}$/);
    expect(container.env).toEqual(
      expect.arrayContaining([
        { name: "TELLTALE_KEY_FILE", value: "/etc/telltale-key/queue.key" },
        { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://collector.monitoring:4318" },
      ]),
    );
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(
      expect.arrayContaining(["/data", "/tmp", "/etc/telltale-key", "/repositories"]),
    );
  });

  it("runs one replica and has no further container or hook", () => {
    const manifests = render("full-values.yaml");
    const set = only(manifests, "StatefulSet").spec as unknown as { replicas: number };
    expect(set.replicas).toBe(1);
    expect(podOf(manifests).pod.containers).toHaveLength(1);
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual([
      "ConfigMap",
      "NetworkPolicy",
      "Service",
      "ServiceAccount",
      "ServiceMonitor",
      "StatefulSet",
    ]);
  });

  it("runs a process of each role beside Kafka and ClickHouse, and keeps nothing in them", () => {
    const manifests = render("distributed-values.yaml");
    const roles = podsOf(manifests).map(({ container }) => container.args.slice(0, 3).join(" "));
    expect(roles.toSorted()).toEqual([
      "up --role analyzer",
      "up --role collector",
      "up --role feedback",
    ]);
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual([
      "ConfigMap",
      "Deployment",
      "Deployment",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "PodDisruptionBudget",
      "Service",
      "Service",
      "ServiceAccount",
      "StatefulSet",
    ]);
    for (const { container } of podsOf(manifests)) {
      const mounts = container.volumeMounts.map(({ mountPath }) => mountPath);
      expect(mounts.toSorted()).toEqual(["/etc/telltale", "/etc/telltale-key", "/secrets", "/tmp"]);
    }
    const ports = manifests
      .filter(({ kind }) => kind === "Service")
      .map(({ metadata, spec }) => [metadata.name, (spec["ports"] as unknown as object[]).length]);
    expect(ports).toEqual([
      ["telltale", 1],
      ["telltale-otlp", 2],
    ]);
    expect(only(manifests, "NetworkPolicy").spec["egress"]).toEqual([
      {
        ports: [
          { port: 53, protocol: "UDP" },
          { port: 53, protocol: "TCP" },
        ],
      },
      {
        ports: [
          { port: 8443, protocol: "TCP" },
          { port: 9092, protocol: "TCP" },
        ],
      },
    ]);
  });

  it.each([
    { file: "distributed-values.yaml", set: "queueKey.existingSecret=", words: "share one key" },
    {
      file: "distributed-values.yaml",
      set: "config.store.clickhouse.url=",
      words: "need a ClickHouse server beside Kafka",
    },
  ])("refuses $set with $file", ({ file, set, words }) => {
    const more = ["--values", join(chart, "ci", file), "--set", set];
    const args = ["template", "telltale", chart, ...flags, ...more];
    const { status, stderr } = spawnSync("helm", args, { env, encoding: "utf8" });
    expect(status).not.toBe(0);
    expect(stderr).toContain(words);
  });

  it.each([
    { flags: [], words: "config.auth.apiKeys: at least one key is needed" },
    { flags: ["--set", "config.nonsense=1"], words: "nonsense" },
    { flags: ["--set", "replicas=2"], words: "replicas" },
  ])("refuses $flags in words", (wrong) => {
    const args = ["template", "telltale", chart, ...flags, ...wrong.flags];
    const { status, stderr } = spawnSync("helm", args, { env, encoding: "utf8" });
    expect(status).not.toBe(0);
    expect(stderr).toContain(wrong.words);
  });
});
