import { get } from "./api.js";
import { el, empty, filterForm, rowLink, select, table, tag, time } from "./dom.js";

const statuses = ["", "open", "acknowledged", "muted", "false_positive", "resolved"];

/** The list; its filters are the address, so that a view can be shared. */
export async function findingsPage(_id, { query, navigate }) {
  const { items, nextCursor } = await get(`/api/v1/findings?${withLimit(query)}`);
  return [
    el("h1", {}, "Findings"),
    filters(query, navigate),
    items.length === 0 ? nothingFound(query) : findingsTable(items),
    ...(nextCursor === null ? [] : [older(query, nextCursor)]),
  ];
}

function withLimit(query) {
  const asked = new URLSearchParams(query);
  asked.set("limit", "50");
  return asked;
}

function filters(query, navigate) {
  return filterForm(
    (chosen) => navigate("/findings", chosen),
    select("status", "Status", statuses, query.get("status") ?? ""),
    textFilter(query, "type", "Type", "secret_leak"),
    textFilter(query, "service", "Service", "service.name"),
  );
}

function textFilter(query, name, label, placeholder) {
  const input = el("input", { name, placeholder, value: query.get(name) });
  return el("label", {}, `${label} `, input);
}

function nothingFound(query) {
  return query.size > 0
    ? empty("Nothing matches.", el("a", { href: "#/findings" }, "Show every finding"))
    : empty("No findings. They appear here about ten seconds after the telemetry that shows them.");
}

function older(query, cursor) {
  const next = new URLSearchParams(query);
  next.set("cursor", cursor);
  return el("p", {}, el("a", { href: `#/findings?${next}`, "data-row": true }, "Older findings"));
}

export function findingsTable(items) {
  const rows = items.map((finding) => [
    tag(finding.severity, finding.severity),
    el(
      "div",
      {},
      rowLink(`#/findings/${encodeURIComponent(finding.id)}`, finding.title),
      el("div", { class: "quiet small" }, cause(finding.attribution)),
    ),
    finding.service,
    finding.occurrences,
    finding.sessions,
    time(finding.lastSeen),
    tag(finding.status),
  ]);
  const head = ["Severity", "Finding", "Service", "Seen", "Sessions", "Last seen (UTC)", "Status"];
  return table(head, rows, "Findings");
}

/** The most probable change, if any is more probable than none. */
function cause(attribution) {
  const [first] = attribution.toSorted((a, b) => b.probability - a.probability);
  if (first === undefined || first.changeId === null) {
    return "no change stands out yet";
  }
  return `${Math.round(first.probability * 100)} % ${first.kind} ${first.changeId.slice(0, 12)}`;
}
