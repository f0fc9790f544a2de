import * as fc from "fast-check";
import {
  createNameClaims,
  type NameClaim,
  toClaimsValue,
} from "../../../../core/queue/kafka/name-claims.ts";

describe("claims of names", () => {
  it("hold together or not at all, and the first owner stays", () => {
    const names = createNameClaims();
    const put = (...claims: NameClaim[]) => names.apply({ key: "k", value: toClaimsValue(claims) });
    put(["a", "x"], ["b", "x"]);
    put(["c", "y"], ["b", "y"]);
    expect(names.areKnown([["a", "x"]])).toBe(true);
    expect(names.areKnown([["c", "y"]])).toBe(false);
    expect(
      names.refuted([
        ["c", "z"],
        ["b", "z"],
      ]),
    ).toEqual([["b", "z"]]);
  });

  it("end alike in every process, which the log's order alone decides", () => {
    const claim = fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("x", "y", "z"));
    fc.assert(
      fc.property(fc.array(fc.array(claim, { maxLength: 3 }), { maxLength: 12 }), (requests) => {
        const owners = new Map<string, string>();
        const names = createNameClaims();
        for (const [index, claims] of requests.entries()) {
          const key = `${index}`;
          const refuted = claims.filter(([name, owner]) => (owners.get(name) ?? owner) !== owner);
          if (refuted.length === 0) {
            claims.forEach(([name, owner]) => owners.set(name, owners.get(name) ?? owner));
          }
          names.expect(key);
          names.apply({ key, value: toClaimsValue(claims) });
          expect(names.takeRefuted(key)).toEqual(refuted);
        }
        expect(names.areKnown([...owners])).toBe(true);
      }),
    );
  });
});
