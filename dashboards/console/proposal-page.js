import { get, post } from "./api.js";
import { diff } from "./diff.js";
import { count, decisionForm, el, empty, facts, rowLink, table, tag, time, words } from "./dom.js";

/** One proposal: the diff, what it would have stopped, whether it helped, and the decision. */
export async function proposalPage(id, { reload }) {
  const path = `/api/v1/proposals/${encodeURIComponent(id)}`;
  const proposal = await get(path);
  return [
    el("h1", {}, proposal.title),
    el("p", {}, tag(proposal.state, proposal.state), " ", tag(proposal.enforcement)),
    progress(proposal.state),
    about(proposal),
    el("h2", {}, "Change"),
    proposal.patch === "" ? empty("No text to change.") : diff(proposal.patch),
    el("h2", {}, "Back-test"),
    el("p", {}, backtestSentence(proposal.backtest)),
    el("h2", {}, "Verification"),
    verification(proposal.verification),
    ...decision(proposal, path, reload),
    ...merging(proposal),
    el("h2", {}, "Page for reviewers"),
    el(
      "details",
      {},
      el("summary", {}, "Reasoning, evidence and how to decline"),
      el("pre", {}, proposal.body),
    ),
  ];
}

const way = ["drafted", "filed", "approved", "merged", "deployed", "verifying"];

function progress(state) {
  const steps = way.includes(state) ? [...way, "verdict"] : [...way, state];
  const reached = steps.indexOf(state);
  return el(
    "ol",
    { class: "progress", "aria-label": "State" },
    ...steps.map((step, index) =>
      el(
        "li",
        { class: index < reached ? "done" : "", "aria-current": index === reached ? "step" : null },
        words(step),
      ),
    ),
  );
}

function about({ surface, target, forge, findings, changes }) {
  return facts([
    ["Surface", words(surface)],
    ["File", target.path],
    ["Repository", target.repository || "none configured: take the patch by hand"],
    ["Filed as", forge === null ? "not filed" : `${forge.kind} ${forge.url} at ${forge.number}`],
    ["Findings", links(findings, "findings")],
    ["Changes", changes.length === 0 ? "" : links(changes, "changes")],
  ]);
}

function links(ids, page) {
  const each = ids.map((id) => rowLink(`#/${page}/${encodeURIComponent(id)}`, id.slice(0, 40)));
  return el("span", { class: "links" }, ...each);
}

function backtestSentence(backtest) {
  if (backtest === null) {
    return "None: this file does not stop anything by itself.";
  }
  const { window, flaggedCaught, flaggedTotal, benignBlocked, benignTotal } = backtest;
  return (
    `On traffic stored from ${window.from.slice(0, 10)} to ${window.to.slice(0, 10)} it would have stopped ` +
    `${count(flaggedCaught)} of ${count(flaggedTotal)} flagged calls, and ${count(benignBlocked)} of ${count(benignTotal)} others.`
  );
}

function verification(result) {
  if (result === null) {
    return empty(
      "Starts once a deployment contains the merged change: the same hours of the week, before and after.",
    );
  }
  const { before, after } = result;
  const head = ["", "From (UTC)", "To (UTC)", "Sessions with the finding", "Sessions", "Share"];
  return el(
    "div",
    {},
    el(
      "p",
      {},
      "Verdict: ",
      tag(result.state, result.state),
      ` with e-value ${result.evalue.toPrecision(3)}.`,
    ),
    table(head, [period("Before", before), period("After", after)], "Verification"),
    el("ul", {}, ...result.notes.map((note) => el("li", {}, note))),
  );
}

function period(name, { from, to, findings, exposure }) {
  const share = exposure === 0 ? "" : `${((100 * findings) / exposure).toFixed(2)} %`;
  return [name, time(from), time(to), findings, exposure, share];
}

const afterwards = {
  drafted: "A draft can be rejected; it can be approved once it is filed.",
  filed: "Approval is recorded. The merge stays with you.",
  approved: "It is approved; until it is merged it can still be rejected.",
};

function decision({ state }, path, reload) {
  if (!(state in afterwards)) {
    return [];
  }
  const mayApprove = state === "filed";
  const approve = el("button", { class: "primary", value: "approve" }, "Approve");
  const reject = el("button", { value: "reject" }, "Reject");
  return [
    el("h2", {}, "Decide"),
    decisionForm({
      buttons: mayApprove ? [approve, reject] : [reject],
      reload,
      act: (verb, { reason }) => post(`${path}/${verb}`, { reason }),
    }),
    el("p", { class: "quiet" }, afterwards[state]),
  ];
}

function merging({ forge, state }) {
  if (forge === null || !["filed", "approved"].includes(state)) {
    return [];
  }
  // A local reference reads git:<repository>/<branch>.
  const branch = forge.kind === "local-git" ? forge.url.slice(forge.url.indexOf("/") + 1) : "";
  const how =
    branch === ""
      ? `Merge ${forge.url} at your forge.`
      : `git diff HEAD...${branch}\ngit merge --no-ff ${branch}`;
  return [
    el("h2", {}, "Merge"),
    el(
      "p",
      { class: "quiet" },
      "Telltale has no code that merges. In the repository, when you agree:",
    ),
    el("pre", {}, how),
  ];
}
