import { get } from "./api.js";
import { el, severityTag, table, time } from "./dom.js";

/** The loop at a glance: what came in, what was found, proposed and proven. */
export async function overviewPage() {
  const [status, findings] = await Promise.all([
    get("/api/v1/status"),
    get("/api/v1/findings?status=open&limit=10"),
  ]);
  return [
    el("h1", {}, "The loop"),
    el("p", { class: "quiet" }, "What production says, and what was done about it."),
    el("ol", { class: "steps" }, ...steps(status)),
    el("h2", {}, "Open findings"),
    findings.items.length === 0 ? nothingYet(status) : findingsTable(findings.items),
  ];
}

function steps({ ingest, findings, proposals }) {
  const effective = proposals.byState.effective ?? 0;
  return [
    step("Received", ingest.received, `${ingest.rejected} rejected`),
    step("Stored", ingest.stored, `${ingest.inFlight} in flight`),
    step("Open findings", findings.open, `${findings.total} in all`),
    step("Proposals", proposals.total, `${proposals.byState.drafted ?? 0} drafted`),
    step("Filed or approved", sum(proposals.byState, ["filed", "approved"]), "wait for people"),
    step("Verified effective", effective, `${proposals.byState.verifying ?? 0} being verified`),
  ];
}

function sum(byState, states) {
  return states.reduce((total, state) => total + (byState[state] ?? 0), 0);
}

function step(name, value, note) {
  return el(
    "li",
    { class: "card" },
    el("span", { class: "name" }, name),
    el("strong", {}, value.toLocaleString("en-US")),
    el("span", { class: "quiet" }, note),
  );
}

export function findingsTable(items) {
  return table(
    ["Severity", "Finding", "Service", "Seen", "Last seen (UTC)", "Status"],
    items.map((finding) => [
      severityTag(finding.severity),
      el("a", { href: `#/findings/${finding.id}` }, finding.title),
      finding.service,
      finding.occurrences,
      time(finding.lastSeen),
      finding.status,
    ]),
  );
}

function nothingYet({ otlpHttp, ingest }) {
  return el(
    "div",
    { class: "card" },
    el(
      "p",
      {},
      ingest.received === 0
        ? "No telemetry yet. Point an OpenTelemetry SDK or coding agent here:"
        : "Nothing open. Telemetry arrives; detectors are quiet.",
    ),
    el(
      "pre",
      {},
      `export OTEL_EXPORTER_OTLP_ENDPOINT=${otlpHttp}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\nnpx telltale changes import --repo .`,
    ),
  );
}
