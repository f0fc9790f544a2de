import { assertSafeBind } from "../../../core/auth/assert-safe-bind.ts";
import { Config } from "../../../core/config/config.ts";

const apiKeys = [{ name: "k", sha256: "0".repeat(64), scopes: ["ingest"] }];
const oidc = [{ issuer: "https://login.example", audience: "telltale" }];
const clientCertificates = [{ san: "URI:spiffe://example.org/shipper", scopes: ["ingest"] }];
const tls = { certFile: "server.pem", keyFile: "server.key", clientCaFile: "ca.pem" };

describe("assertSafeBind", () => {
  it.each(["0.0.0.0", "::", "192.168.1.5", "telltale.example"])(
    "refuses %s without auth and names the setting",
    (host) => {
      const config = Config.parse({ host });
      expect(() => assertSafeBind(config, false)).toThrow("auth.apiKeys");
      expect(() => assertSafeBind(config, false)).toThrow("TELLTALE_AUTH_API_KEYS");
    },
  );

  it("does not take TLS alone for auth", () => {
    const config = Config.parse({ host: "0.0.0.0", tls: { ...tls, requireClientCert: true } });
    expect(() => assertSafeBind(config, false)).toThrow("auth.clientCertificates");
  });

  it("refuses client certificates that nothing could verify", () => {
    const config = Config.parse({ auth: { clientCertificates } });
    expect(() => assertSafeBind(config, false)).toThrow("tls.clientCaFile");
  });

  it.each([
    { host: "127.0.0.1" },
    { host: "::1" },
    { host: "localhost" },
    { host: "0.0.0.0", auth: { apiKeys } },
    { host: "0.0.0.0", auth: { oidc } },
    { host: "0.0.0.0", auth: { clientCertificates }, tls },
  ])("accepts %j", (settings) => {
    expect(() => assertSafeBind(Config.parse(settings), false)).not.toThrow();
  });

  it("accepts any host once a key was made by the service itself", () => {
    expect(() => assertSafeBind(Config.parse({ host: "0.0.0.0" }), true)).not.toThrow();
  });
});
