import { get, post } from "./api.js";
import { diff, el, table, time } from "./dom.js";

export async function proposalsPage() {
  const { items } = await get("/api/v1/proposals?limit=100");
  if (items.length === 0) {
    return [el("h1", {}, "Proposals"), el("p", { class: "quiet" }, "No proposals.")];
  }
  const rows = items.map((proposal) => [
    el("span", { class: "tag" }, proposal.state),
    el("a", { href: `#/proposals/${proposal.id}` }, proposal.title),
    proposal.surface,
    proposal.target.path,
  ]);
  return [el("h1", {}, "Proposals"), table(["State", "Proposal", "Surface", "File"], rows)];
}

export async function proposalPage(id, reload) {
  const path = `/api/v1/proposals/${encodeURIComponent(id)}`;
  const proposal = await get(path);
  return [
    el("h1", {}, proposal.title),
    el("p", {}, el("span", { class: "tag" }, proposal.state), ` ${proposal.enforcement}`),
    facts(proposal),
    el("h2", {}, "Change"),
    diff(proposal.patch),
    el("h2", {}, "Verification"),
    verification(proposal.verification),
    el("h2", {}, "Reasoning"),
    el("pre", {}, proposal.body),
    ...(["drafted", "filed"].includes(proposal.state) ? decision(path, reload) : []),
  ];
}

function facts({ surface, target, backtest, forge, findings }) {
  const rows = [
    ["Surface", surface],
    ["File", target.path],
    ["Repository", target.repository || "none configured"],
    ["Filed as", forge === null ? "not filed" : `${forge.kind} ${forge.number}`],
    ["Back-test", backtestText(backtest)],
  ];
  const links = findings.map((id) => el("a", { href: `#/findings/${id}` }, `${id} `));
  return el(
    "dl",
    {},
    ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
    el("dt", {}, "Findings"),
    el("dd", {}, ...links),
  );
}

function backtestText(backtest) {
  if (backtest === null) {
    return "not applicable";
  }
  const { flaggedCaught, flaggedTotal, benignBlocked, benignTotal } = backtest;
  return `would have stopped ${flaggedCaught} of ${flaggedTotal} flagged and ${benignBlocked} of ${benignTotal} other calls`;
}

function verification(result) {
  if (result === null) {
    return el("p", { class: "quiet" }, "Starts once a deployment contains the merged change.");
  }
  const { before, after } = result;
  return el(
    "div",
    {},
    table(
      ["", "From", "To", "Sessions with finding", "Sessions"],
      [
        ["Before", time(before.from), time(before.to), before.findings, before.exposure],
        ["After", time(after.from), time(after.to), after.findings, after.exposure],
      ],
    ),
    el("p", {}, `Verdict: ${result.state}, e-value ${result.evalue.toPrecision(3)}.`),
    el("ul", {}, ...(result.notes ?? []).map((note) => el("li", {}, note))),
  );
}

function decision(path, reload) {
  const reason = el("input", { name: "reason", required: true, placeholder: "Reason (kept)" });
  const problem = el("span", { class: "error", role: "alert" });
  const decide = (verb) => async (event) => {
    event.preventDefault();
    try {
      await post(`${path}/${verb}`, { reason: reason.value });
      await reload();
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  return [
    el("h2", {}, "Decide"),
    el("p", { class: "quiet" }, "Approval is recorded; the merge stays with you, in git."),
    el(
      "form",
      { onsubmit: decide("approve") },
      reason,
      el("button", { class: "primary" }, "Approve"),
      el("button", { type: "button", onclick: decide("reject") }, "Reject"),
      problem,
    ),
  ];
}
