import * as fc from "fast-check";
import { canonicalRepository } from "../../../collector/changes/canonical-repository.ts";

it.each([
  "https://git.example/acme/shop",
  "https://git.example/acme/shop.git",
  "https://git.example/Acme/Shop/",
  "https://user:t0ken@git.example/acme/shop.git",
  "ssh://git@git.example:2222/acme/shop.git",
  "git@git.example:acme/shop.git",
])("takes %s for git.example/acme/shop", (url) => {
  expect(canonicalRepository(url)).toBe("git.example/acme/shop");
});

it.each([
  ["https://git.example:8443/shop", "git.example:8443/shop"],
  ["/srv/repos/shop", "/srv/repos/shop"],
  ["", ""],
])("keeps %s apart", (url, name) => {
  expect(canonicalRepository(url)).toBe(name);
});

it("never throws, and gives the same for what it gave", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const name = canonicalRepository(text);
      expect(typeof name).toBe("string");
    }),
  );
});
