import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { startTelltaleProcess, type TelltaleProcess } from "../../../bench/service-process.ts";
import type { AccountingRow } from "../../../core/queue/queue.ts";
import { describeWith } from "../../helpers/clients/client-tools.ts";
import { sendPythonShop } from "../../helpers/clients/python-shop.ts";
import { newShopRun, shopRecords } from "../../helpers/clients/shop.ts";
import { generateTelemetry } from "../../helpers/clients/telemetrygen.ts";
import {
  createTestAuthority,
  hasOpenssl,
  type TestAuthority,
} from "../../helpers/test-certificates.ts";
import { waitUntil } from "../../helpers/wait-until.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-secured-"));
const protocols = ["grpc", "http"] as const;

function apiKey(tenant: string) {
  const secret = `secret-of-${tenant}`;
  const sha256 = createHash("sha256").update(secret).digest("hex");
  return { tenant, secret, config: { name: tenant, tenant, sha256, scopes: ["ingest", "read"] } };
}

const keys = Object.fromEntries(
  ["grpc", "http", "cert-grpc", "cert-http", "py-grpc", "py-http", "wrong"].map((tenant) => [
    tenant,
    apiKey(tenant),
  ]),
);

if (!hasOpenssl) {
  process.stderr.write("\nSKIPPED: no openssl on the PATH; no client is tried over TLS.\n");
}

let authority: TestAuthority;
let service: TelltaleProcess;

function secretOf(tenant: string): string {
  return keys[tenant]?.secret ?? "";
}

/** Stored records of a tenant by signal, asked with the tenant's own key. */
async function storedBy(tenant: string): Promise<Record<string, number>> {
  const items = await waitUntil("nothing to be in flight", async () => {
    const headers = { authorization: `Bearer ${secretOf(tenant)}` };
    const response = await fetch(`${service.api}/api/v1/accounting`, { headers });
    const body = (await response.json()) as { items: AccountingRow[] };
    return body.items.every(({ inFlight }) => inFlight === 0) && body.items;
  });
  expect(items.filter((row) => row.tenant !== tenant)).toEqual([]);
  return Object.fromEntries(items.map(({ signal, stored }) => [signal, stored]));
}

(hasOpenssl ? describe : describe.skip)("a service with TLS and credentials", () => {
  beforeAll(async () => {
    authority = createTestAuthority();
    setDefaultCACertificates([...getCACertificates(), authority.cert.toString()]);
    const server = authority.issue("telltale", "DNS:localhost,IP:127.0.0.1");
    service = await startTelltaleProcess(join(dir, "data"), {
      TELLTALE_TLS_CERT_FILE: server.certFile,
      TELLTALE_TLS_KEY_FILE: server.keyFile,
      TELLTALE_TLS_CLIENT_CA_FILE: authority.certFile,
      TELLTALE_AUTH_API_KEYS: JSON.stringify(
        Object.values(keys)
          .filter(({ tenant }) => tenant !== "wrong")
          .map(({ config }) => config),
      ),
      TELLTALE_AUTH_CLIENT_CERTIFICATES: JSON.stringify(
        protocols.map((protocol) => ({
          san: `DNS:${protocol}.shipper`,
          tenant: `cert-${protocol}`,
          scopes: ["ingest"],
        })),
      ),
    });
  });
  afterAll(async () => {
    await service.stop();
    authority.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  describe.each(protocols)("over TLS and %s", (protocol) => {
    function generate(args: readonly string[]): Promise<string> {
      const to = protocol === "http" ? service.otlpHttp : service.otlpGrpc;
      const common = ["--traces=10", "--child-spans=1", `--ca-cert=${authority.certFile}`];
      return generateTelemetry({ signal: "traces", to, protocol, args: [...common, ...args] });
    }

    describeWith("telemetrygen")("telemetrygen", () => {
      it("sends with an API key", async () => {
        await generate([`--otlp-header=authorization="Bearer ${secretOf(protocol)}"`]);
        expect(await storedBy(protocol)).toEqual({ traces: 80 });
      });

      it("sends with a client certificate", async () => {
        const { certFile, keyFile } = authority.issue("shipper", `DNS:${protocol}.shipper`);
        await generate(["--mtls", `--client-cert=${certFile}`, `--client-key=${keyFile}`]);
        expect(await storedBy(`cert-${protocol}`)).toEqual({ traces: 80 });
      });

      it("is told that a key is wrong", async () => {
        const wrong = `--otlp-header=authorization="Bearer ${secretOf("wrong")}"`;
        expect(await generate([wrong])).toMatch(/401|Unauthenticated/);
      });
    });

    describeWith("python")("the OpenTelemetry Python SDK", () => {
      it("sends with the variables of the specification", async () => {
        const tenant = `py-${protocol}`;
        const headers = encodeURIComponent(`Bearer ${secretOf(tenant)}`);
        await sendPythonShop(
          newShopRun("python"),
          { ...service, protocol: protocol === "http" ? "http/protobuf" : "grpc", gzip: true },
          {
            OTEL_EXPORTER_OTLP_HEADERS: `authorization=${headers}`,
            OTEL_EXPORTER_OTLP_CERTIFICATE: authority.certFile,
          },
        );
        expect(await storedBy(tenant)).toEqual(shopRecords);
      });
    });
  });
});
