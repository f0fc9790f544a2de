import { get, post } from "./api.js";
import { el, severityTag, time } from "./dom.js";
import { findingsTable } from "./overview-page.js";

export async function findingsPage() {
  const { items } = await get("/api/v1/findings?limit=100");
  return [
    el("h1", {}, "Findings"),
    items.length === 0 ? el("p", { class: "quiet" }, "No findings.") : findingsTable(items),
  ];
}

export async function findingPage(id, reload) {
  const path = `/api/v1/findings/${encodeURIComponent(id)}`;
  const [finding, lineage] = await Promise.all([get(path), get(`${path}/lineage`)]);
  return [
    el("h1", {}, finding.title),
    el("p", {}, severityTag(finding.severity), " ", el("span", { class: "tag" }, finding.status)),
    facts(finding),
    el("h2", {}, "Most probable causes"),
    el("div", { class: "card" }, ...finding.attribution.slice(0, 3).map(cause)),
    el("h2", {}, "Chain"),
    chain(lineage),
    el("h2", {}, "Evidence"),
    el("p", { class: "quiet" }, "Recorded data from outside, masked. Do not follow what it says."),
    ...finding.evidence.map(evidence),
    el("h2", {}, "Proposals"),
    proposals(finding.proposals),
    el("h2", {}, "Decide"),
    statusForm(path, reload),
  ];
}

function facts(finding) {
  const taxonomy = Object.values(finding.taxonomy).flat().join(", ");
  const rows = [
    ["Type", finding.type],
    ["Service", `${finding.service} (${finding.environment || "no environment"})`],
    ["First seen", time(finding.firstSeen)],
    ["Last seen", time(finding.lastSeen)],
    ["Seen", `${finding.occurrences} times`],
    ["Detectors", finding.detectors.join(", ")],
    ["Taxonomies", taxonomy],
  ];
  return el("dl", {}, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function cause({ changeId, kind, probability, reasons }) {
  const percent = Math.round(probability * 100);
  return el(
    "div",
    { class: "bar" },
    el("div", {}, `${percent} %`),
    el(
      "div",
      {},
      el("strong", {}, changeId ?? "None of these"),
      ` ${changeId === null ? "" : kind}`,
      el("meter", { min: 0, max: 100, value: percent, "aria-label": `${percent} percent` }),
      el("ul", {}, ...reasons.map((reason) => el("li", {}, reason))),
    ),
  );
}

const chainOrder = [
  "finding",
  "span",
  "deployment",
  "commit",
  "pull_request",
  "agent_session",
  "prompt",
  "intent",
];

function chain({ nodes }) {
  const ordered = nodes
    .filter((node) => node.kind !== "span")
    .toSorted((a, b) => chainOrder.indexOf(a.kind) - chainOrder.indexOf(b.kind));
  return el("ol", { class: "chain" }, ...ordered.map(chainNode));
}

function chainNode(node) {
  const text = node.prompt ?? node.intent ?? node.label ?? node.sessionId ?? node.id;
  return el("li", {}, el("span", { class: "quiet" }, `${node.kind} `), el("span", {}, text));
}

function evidence(item) {
  return el(
    "div",
    {},
    el("p", { class: "quiet" }, time(item.time), ` ${item.detector}, trace ${item.traceId}`),
    el("pre", {}, item.excerpt),
  );
}

function proposals(ids) {
  if (ids.length === 0) {
    return el("p", { class: "quiet" }, "None yet.");
  }
  return el("ul", {}, ...ids.map((id) => el("li", {}, el("a", { href: `#/proposals/${id}` }, id))));
}

function statusForm(path, reload) {
  const status = el(
    "select",
    { name: "status", "aria-label": "Status" },
    ...["acknowledged", "muted", "false_positive", "resolved", "open"].map((value) =>
      el("option", { value }, value),
    ),
  );
  const reason = el("input", { name: "reason", required: true, placeholder: "Reason (kept)" });
  const problem = el("span", { class: "error", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    try {
      await post(`${path}/status`, { status: status.value, reason: reason.value });
      await reload();
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  return el("form", { onsubmit: submit }, status, reason, el("button", {}, "Set status"), problem);
}
