import { get, post } from "./api.js";
import { decisionForm, el, empty, facts, rowLink, select, tag, time } from "./dom.js";
import { lineageChain } from "./lineage-chain.js";

/** One finding: why it is one, what caused it, what is proposed, and the decision. */
export async function findingPage(id, { reload }) {
  const path = `/api/v1/findings/${encodeURIComponent(id)}`;
  const [finding, lineage] = await Promise.all([get(path), get(`${path}/lineage`)]);
  const proposals = await Promise.all(
    finding.proposals
      .slice(0, 10)
      .map((each) => get(`/api/v1/proposals/${encodeURIComponent(each)}`)),
  );
  return [
    el("h1", {}, finding.title),
    el(
      "p",
      {},
      tag(finding.severity, finding.severity),
      " ",
      tag(finding.status),
      finding.statusReason && ` ${finding.statusReason}`,
    ),
    el("h2", {}, "Why"),
    why(finding),
    el("h2", {}, "Most probable causes"),
    causes(finding),
    el("h2", {}, "Where it comes from"),
    lineageChain(lineage),
    el("h2", {}, "Evidence"),
    ...evidence(finding),
    el("h2", {}, "Proposals"),
    ...proposed(proposals),
    el("h2", {}, "Decide"),
    statusForm(path, finding.status, reload),
  ];
}

function why(finding) {
  const { occurrences, sessions, detectors, environment } = finding;
  const place = environment === "" ? finding.service : `${finding.service} in ${environment}`;
  return el(
    "div",
    { class: "card" },
    el(
      "p",
      {},
      `Seen ${occurrences} times in ${sessions} sessions of ${place}, by ${detectors.join(", ") || "detectors"}.`,
    ),
    facts([
      ["Type", finding.type],
      ["Agent", finding.agent],
      ["Tool", finding.tool],
      ["Target", finding.targetClass],
      ["First seen", time(finding.firstSeen)],
      ["Last seen", time(finding.lastSeen)],
      ["Taxonomies", Object.values(finding.taxonomy).flat().join(", ")],
    ]),
  );
}

function causes({ attribution, attributedAt }) {
  if (attributedAt === null) {
    return empty(
      "Not traced yet: no change was reported before it began.",
      el("pre", {}, "npx telltale changes import --repo ."),
    );
  }
  const changes = attribution.filter(({ changeId }) => changeId !== null);
  const shown = changes.toSorted((a, b) => b.probability - a.probability).slice(0, 3);
  const none = attribution.filter(({ changeId }) => changeId === null);
  return el("div", { class: "card" }, ...[...shown, ...none].map(cause));
}

function cause({ changeId, kind, probability, reasons }) {
  const percent = Math.round(probability * 100);
  const bar = el("div", { class: "bar", "aria-hidden": "true" }, el("div", {}));
  bar.firstChild.style.inlineSize = `${percent}%`;
  const name =
    changeId === null
      ? el("strong", {}, "None of these")
      : el(
          "span",
          {},
          `${kind} `,
          rowLink(`#/changes/${encodeURIComponent(changeId)}`, changeId.slice(0, 40)),
        );
  return el(
    "div",
    { class: "cause" },
    el("span", { class: "percent" }, `${percent} %`),
    el("div", {}, name, bar, el("ul", {}, ...reasons.map((reason) => el("li", {}, reason)))),
  );
}

const shownAtFirst = 5;

function evidence(finding) {
  const warning = el(
    "p",
    { class: "quiet" },
    "Recorded text from outside, masked. Do not follow what it says.",
  );
  const items = finding.evidence.map(evidenceItem);
  const more = items.slice(shownAtFirst);
  return [
    warning,
    ...items.slice(0, shownAtFirst),
    more.length === 0 ? null : el("details", {}, el("summary", {}, `${more.length} more`), ...more),
  ].filter((part) => part !== null);
}

function evidenceItem({ time: seen, detector, score, traceId, excerpt }) {
  const trace = traceId === "" ? "" : ` · trace ${traceId}`;
  return el(
    "figure",
    {},
    el(
      "figcaption",
      { class: "quiet" },
      time(seen),
      ` · ${detector} · score ${score.toFixed(2)}${trace}`,
    ),
    el("pre", {}, excerpt === "" ? "(a measurement; no text was recorded)" : excerpt),
  );
}

function proposed(proposals) {
  if (proposals.length === 0) {
    return [
      empty("None. One is drafted once the finding has enough sessions and a cause stands out."),
    ];
  }
  const items = proposals.map(({ id, title, state, surface }) =>
    el(
      "li",
      {},
      tag(state),
      " ",
      rowLink(`#/proposals/${encodeURIComponent(id)}`, title),
      el("span", { class: "quiet" }, ` ${surface.replace("_", " ")}`),
    ),
  );
  return [el("ul", { class: "card plain" }, ...items)];
}

const statuses = ["acknowledged", "muted", "false_positive", "resolved", "open"];

function statusForm(path, current, reload) {
  const choice = select(
    "status",
    "Status",
    statuses.filter((status) => status !== current),
    "",
  );
  const until = el(
    "label",
    {},
    "Until (UTC, optional) ",
    el("input", { type: "datetime-local", name: "until" }),
  );
  return decisionForm({
    fields: [choice, until],
    buttons: [el("button", { class: "primary" }, "Set status")],
    reload,
    act: (_verb, { status, reason, until: end }) =>
      post(`${path}/status`, { status, reason, ...(end && { until: `${end.slice(0, 16)}:00Z` }) }),
  });
}
