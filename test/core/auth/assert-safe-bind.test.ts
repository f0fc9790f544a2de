import { assertSafeBind } from "../../../core/auth/assert-safe-bind.ts";
import { Config } from "../../../core/config/config.ts";

const apiKeys = [{ name: "k", sha256: "0".repeat(64), scopes: ["ingest"] }];

describe("assertSafeBind", () => {
  it.each(["0.0.0.0", "::", "192.168.1.5", "telltale.example"])(
    "refuses %s without keys and names the setting",
    (host) => {
      const config = Config.parse({ host });
      expect(() => assertSafeBind(config)).toThrow("auth.apiKeys");
      expect(() => assertSafeBind(config)).toThrow("TELLTALE_AUTH_API_KEYS");
    },
  );

  it.each([
    { host: "127.0.0.1" },
    { host: "::1" },
    { host: "localhost" },
    { host: "0.0.0.0", auth: { apiKeys } },
  ])("accepts %j", (settings) => {
    expect(() => assertSafeBind(Config.parse(settings))).not.toThrow();
  });
});
