import { isAllowedHost, isLoopback } from "../../../core/http/host-guard.ts";

describe("isAllowedHost", () => {
  it.each([
    ["localhost", true],
    ["LOCALHOST:4318", true],
    ["localhost.:4318", true],
    ["127.0.0.1", true],
    ["127.8.9.10:80", true],
    ["[::1]:7070", true],
    ["[::1]", true],
    ["[::ffff:127.0.0.1]:7070", true],
    ["telltale.example", true],
    ["Telltale.Example:9999", true],
    ["tt.internal:8443", true],
    ["tt.internal:8444", false],
    ["tt.internal", false],
    ["[fd00::5]:80", true],
    ["evil.example", false],
    ["localhost.evil.example", false],
    ["127.0.0.1.evil.example", false],
    ["evil.example:127.0.0.1", false],
    ["128.0.0.1", false],
    ["[::2]", false],
    ["[::1]evil", false],
    ["[localhost]", false],
    ["localhost@evil.example", false],
    ["localhost, evil.example", false],
    ["", false],
    [undefined, false],
  ])("%s: %s", (host, allowed) => {
    const configured = ["telltale.example", "tt.internal:8443", "fd00::5"];
    expect(isAllowedHost(host, configured)).toBe(allowed);
  });
});

describe("isLoopback", () => {
  it.each([
    ["127.0.0.1", true],
    ["localhost", true],
    ["::1", true],
    ["[::1]", true],
    ["0.0.0.0", false],
    ["::", false],
    ["10.0.0.1", false],
    ["telltale.example", false],
  ])("%s: %s", (name, loopback) => {
    expect(isLoopback(name)).toBe(loopback);
  });
});
