import { claimsOf } from "../../../collector/changes/claim-ids.ts";
import { makeChange } from "../../helpers/change.ts";

/** Owners of each name that a change of these parts takes. */
function ownersOf(parts: Parameters<typeof makeChange>[0]): Record<string, string> {
  return Object.fromEntries(claimsOf(makeChange(parts)).map(({ key, owner }) => [key, owner]));
}

it.each(["deployment", "commit"] as const)("keeps the text of a %s out of its claims", (kind) => {
  const parts = { kind, service: "shop-hunter2", repository: "https://git.example/hunter2/shop" };
  const owners = ownersOf(parts);
  expect(Object.keys(owners)).toHaveLength(3);
  expect(JSON.stringify(owners)).not.toContain("hunter2");
});

it("claims nothing for what a statement leaves out", () => {
  const full = ownersOf({ service: "shop", repository: "https://git.example/acme/shop" });
  expect(full).toMatchObject(ownersOf({ service: "shop" }));
  expect(full).toMatchObject(ownersOf({ repository: "https://git.example/acme/shop.git" }));
  expect(full).not.toMatchObject(ownersOf({ service: "other" }));
});
