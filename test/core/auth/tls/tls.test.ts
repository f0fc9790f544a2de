import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { connect } from "node:tls";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { principalOf } from "../../../../core/auth/principal.ts";
import { alternativeNames, holderName } from "../../../../core/auth/tls/certificate-names.ts";
import { renewCertificates } from "../../../../core/auth/tls/renew-certificates.ts";
import { tlsOptions } from "../../../../core/auth/tls/tls-options.ts";
import { Config } from "../../../../core/config/config.ts";
import { createServer } from "../../../../core/http/create-server.ts";
import { createLogger } from "../../../../core/log.ts";
import { keySetting } from "../../../helpers/test-api.ts";
import {
  type CertificateFiles,
  createTestAuthority,
  hasOpenssl,
  type TestAuthority,
} from "../../../helpers/test-certificates.ts";
import { waitUntil } from "../../../helpers/wait-until.ts";

if (!hasOpenssl) {
  process.stderr.write("skipped: certificates are made with the openssl command, not found\n");
}

const withOpenssl = hasOpenssl ? describe : describe.skip;

let authority: TestAuthority;
let server: CertificateFiles;
let opened: FastifyInstance | null = null;

beforeAll(() => {
  if (hasOpenssl) {
    authority = createTestAuthority();
    server = authority.issue("localhost", "DNS:localhost,IP:127.0.0.1");
  }
});

afterEach(async () => {
  await opened?.close();
  opened = null;
});

afterAll(() => {
  if (hasOpenssl) {
    authority.remove();
  }
});

const shipper = "URI:spiffe://example.org/shipper";

interface Listening {
  readonly port: number;
}

/** A server with one route that says who is calling. */
async function listen(
  tls: Record<string, unknown>,
  clientCertificates: readonly object[],
  protocol: "http1" | "http2" = "http1",
): Promise<Listening> {
  const { certFile, keyFile } = server;
  const config = Config.parse({
    tls: { certFile, keyFile, ...tls },
    auth: { clientCertificates, apiKeys: [keySetting("k-read", "zeta", ["read"])] },
  });
  opened = createServer({ config, logger: createLogger("silent"), protocol });
  opened.get("/read", { config: { permission: "read" } }, async (incoming) => {
    const { name, tenant } = principalOf(incoming);
    return { name, tenant };
  });
  await opened.listen({ host: "127.0.0.1", port: 0 });
  return { port: (opened.server.address() as AddressInfo).port };
}

function ask(
  { port }: Listening,
  client: CertificateFiles | null,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, string> }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        path: "/read",
        headers,
        agent: false,
        ca: authority.cert,
        ...(client !== null && { cert: client.cert, key: client.key }),
      },
      (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            body: JSON.parse(text) as Record<string, string>,
          }),
        );
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}

function fingerprintOf({ cert }: CertificateFiles): string {
  return new X509Certificate(cert).fingerprint256;
}

withOpenssl("a port with TLS", () => {
  it("serves API keys over it, and nothing in the clear", async () => {
    const at = await listen({}, []);
    expect(await ask(at, null, { authorization: "Bearer k-read" })).toEqual({
      status: 200,
      body: { name: "k-read", tenant: "zeta" },
    });
    expect((await ask(at, null)).status).toBe(401);
    await expect(fetch(`http://127.0.0.1:${at.port}/read`)).rejects.toThrow("fetch failed");
  });

  it("does not speak TLS 1.1", async () => {
    const { port } = await listen({}, []);
    const refused = new Promise((resolve) => {
      connect({ port, ca: authority.cert, maxVersion: "TLSv1.1", minVersion: "TLSv1" })
        .once("error", () => resolve("refused"))
        .once("secureConnect", () => resolve("connected"));
    });
    expect(await refused).toBe("refused");
  });

  it("names the file that cannot be read", () => {
    const config = Config.parse({ tls: { certFile: "/gone.pem", keyFile: server.keyFile } });
    expect(() => tlsOptions(config.tls)).toThrow(
      /tls\.certFile: cannot read \/gone\.pem \(.*ENOENT/,
    );
  });

  it.each([
    { certFile: "a.pem" },
    { clientCaFile: "ca.pem" },
    { certFile: "a.pem", keyFile: "a.key", requireClientCert: true },
  ])("is not configured by halves: %j", (tls) => {
    expect(() => Config.parse({ tls })).toThrow(/needs|expected both/);
  });
});

withOpenssl("the files of a port", () => {
  it("that do not fit together are refused in words", () => {
    const other = authority.issue("other", "DNS:other");
    const mixed = Config.parse({ tls: { certFile: server.certFile, keyFile: other.keyFile } });
    expect(() => tlsOptions(mixed.tls)).toThrow("certificate and key a pair");
    const noPem = Config.parse({ tls: { certFile: server.keyFile, keyFile: server.keyFile } });
    expect(() => tlsOptions(noPem.tls)).toThrow("must be PEM");
  });

  it("are followed: a renewed certificate is used, half a renewal is not", async () => {
    const first = authority.issue("localhost", "IP:127.0.0.1");
    const renewed = authority.issue("localhost", "IP:127.0.0.1");
    const { tls } = Config.parse({ tls: { certFile: first.certFile, keyFile: first.keyFile } });
    const logged: string[] = [];
    const logger = pino({}, { write: (line) => void logged.push(line) });
    opened = createServer({ config: Config.parse({ tls }), logger });
    renewCertificates(opened, tls, { logger, intervalMs: 10 });
    await opened.listen({ host: "127.0.0.1", port: 0 });
    const { port } = opened.server.address() as AddressInfo;
    expect(await servedAt(port)).toBe(fingerprintOf(first));
    writeFileSync(first.certFile, renewed.cert);
    await waitUntil("a refused half", async () => logged.join("").includes("could not be renewed"));
    expect(await servedAt(port)).toBe(fingerprintOf(first));
    writeFileSync(first.keyFile, renewed.key);
    await waitUntil("the renewal", async () => logged.join("").includes("were renewed"));
    expect(await servedAt(port)).toBe(fingerprintOf(renewed));
  });
});

function servedAt(port: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", ca: authority.cert }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256);
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

withOpenssl("a client certificate", () => {
  const scopes = ["read"];

  it("listed by name stands for its holder, its tenant and its scopes", async () => {
    const at = await listen({ clientCaFile: authority.certFile }, [
      { san: shipper, tenant: "acme", scopes },
      { san: "URI:spiffe://example.org/other", tenant: "zeta", scopes: ["ingest"] },
    ]);
    const client = authority.issue("shipper", `DNS:shipper.example,${shipper}`);
    expect(await ask(at, client)).toEqual({
      status: 200,
      body: { name: "mtls:spiffe://example.org/shipper", tenant: "acme" },
    });
    const other = authority.issue("other", "URI:spiffe://example.org/other");
    expect((await ask(at, other)).status).toBe(403);
  });

  it("listed by fingerprint comes first, also before a key, and nothing else moves it", async () => {
    const client = authority.issue("Ship Per", shipper);
    const at = await listen({ clientCaFile: authority.certFile }, [
      { san: shipper, tenant: "wrong", scopes },
      { fingerprint: fingerprintOf(client).toLowerCase(), tenant: "acme", scopes },
    ]);
    const headers = { authorization: "Bearer k-read", "x-tenant": "zeta" };
    expect((await ask(at, client, headers)).body["tenant"]).toBe("acme");
  });

  it("of an authority of ours that is not listed says nothing; a key still does", async () => {
    const at = await listen({ clientCaFile: authority.certFile }, [{ san: shipper, scopes }]);
    const stranger = authority.issue("stranger", "URI:spiffe://example.org/stranger");
    expect((await ask(at, stranger)).status).toBe(401);
    const byKey = await ask(at, stranger, { "x-api-key": "k-read" });
    expect(byKey.body["name"]).toBe("k-read");
  });

  it("of another authority counts for nothing, whatever name it bears", async () => {
    const foreign = createTestAuthority();
    const forged = foreign.issue("shipper", shipper);
    const listed = [
      { san: shipper, scopes },
      { fingerprint: fingerprintOf(forged), scopes },
    ];
    const at = await listen({ clientCaFile: authority.certFile }, listed);
    expect((await ask(at, forged)).status).toBe(401);
    foreign.remove();
  });

  it("that is required keeps out every connection without one", async () => {
    const tls = { clientCaFile: authority.certFile, requireClientCert: true };
    const at = await listen(tls, [{ san: shipper, tenant: "acme", scopes }]);
    await expect(ask(at, null, { "x-api-key": "k-read" })).rejects.toThrow(/certificate|ECONN/);
    expect((await ask(at, authority.issue("shipper", shipper))).status).toBe(200);
  });

  it("works over HTTP/2, the protocol of gRPC", async () => {
    const at = await listen(
      { clientCaFile: authority.certFile },
      [{ san: shipper, tenant: "acme", scopes }],
      "http2",
    );
    const { cert, key } = authority.issue("shipper", shipper);
    const session = connectHttp2(`https://127.0.0.1:${at.port}`, { ca: authority.cert, cert, key });
    const body = await new Promise<string>((resolve, reject) => {
      let text = "";
      session.on("error", reject);
      session
        .request({ ":path": "/read" })
        .on("data", (chunk: Buffer) => {
          text += chunk.toString();
        })
        .on("end", () => resolve(text));
    });
    session.close();
    expect(JSON.parse(body)).toMatchObject({ tenant: "acme" });
  });
});

withOpenssl("the names of a certificate", () => {
  it("cannot be faked by a comma or a quote in another name", () => {
    const tricky = authority.issue("x, CN=admin", `DNS:a.example,email:b@example.org`);
    const certificate = new X509Certificate(tricky.cert);
    expect(alternativeNames(certificate)).toEqual(["DNS:a.example", "email:b@example.org"]);
    const quoted = {
      subjectAltName: 'DNS:"a.example, URI:spiffe://example.org/admin", URI:spiffe://b',
    } as X509Certificate;
    expect(alternativeNames(quoted)).toEqual([
      "DNS:a.example, URI:spiffe://example.org/admin",
      "URI:spiffe://b",
    ]);
  });

  it("give the audit log the first URI, else the common name", () => {
    const byUri = new X509Certificate(authority.issue("shipper", shipper).cert);
    const byName = new X509Certificate(authority.issue("shipper", "DNS:a.example").cert);
    expect([holderName(byUri), holderName(byName)]).toEqual([
      "spiffe://example.org/shipper",
      "shipper",
    ]);
  });
});
