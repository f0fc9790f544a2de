import { get } from "./api.js";
import { el, empty, filterForm, rowLink, select, table, tag, time } from "./dom.js";

export const states = [
  "drafted",
  "filed",
  "approved",
  "merged",
  "deployed",
  "verifying",
  "effective",
  "ineffective",
  "harmful",
  "inconclusive",
  "rejected",
  "superseded",
  "withdrawn",
  "regressed",
];

export async function proposalsPage(_id, { query, navigate }) {
  const asked = new URLSearchParams(query);
  asked.set("limit", "100");
  const { items } = await get(`/api/v1/proposals?${asked}`);
  return [
    el("h1", {}, "Proposals"),
    filterForm(
      (chosen) => navigate("/proposals", chosen),
      select("state", "State", ["", ...states], query.get("state") ?? ""),
    ),
    items.length === 0 ? nothing(query) : proposalsTable(items),
  ];
}

function nothing(query) {
  return query.size > 0
    ? empty("None in this state.", el("a", { href: "#/proposals" }, "Show every proposal"))
    : empty(
        "None yet. A proposal is drafted when a finding has enough sessions and its cause stands out. " +
          "To have it filed as a branch, list the repository in telltale.yaml:",
        el(
          "pre",
          {},
          "feedback:\n  repositories:\n    - id: shop\n      path: /path/to/checkout\n      services: [shop-assistant]",
        ),
      );
}

export function proposalsTable(items) {
  const rows = items.map((proposal) => [
    tag(proposal.state, proposal.state),
    rowLink(`#/proposals/${encodeURIComponent(proposal.id)}`, proposal.title),
    proposal.surface.replace("_", " "),
    proposal.target.path,
    time(proposal.updatedAt),
  ]);
  return table(["State", "Proposal", "Surface", "File", "Changed (UTC)"], rows, "Proposals");
}
