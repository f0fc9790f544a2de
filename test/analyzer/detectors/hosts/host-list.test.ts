import { createHostList } from "../../../../analyzer/detectors/hosts/host-list.ts";

describe("createHostList", () => {
  const hosts = createHostList(["api.example.com", "*.Shop.example"]);

  it.each([
    "api.example.com",
    "API.example.com",
    "a.shop.example",
    "a.b.shop.example",
    "localhost",
    "127.0.0.1",
    "db",
    "x.svc",
    "x.internal",
  ])("allows %s", (host) => {
    expect(hosts.allows(host)).toBe(true);
  });

  it.each([
    "example.com",
    "shop.example",
    "evilshop.example",
    "api.example.com.evil.net",
    "10.0.0.1",
  ])("does not allow %s", (host) => {
    expect(hosts.allows(host)).toBe(false);
  });
});
