import { get } from "./api.js";
import { count, el, empty } from "./dom.js";
import { findingsTable } from "./findings-page.js";
import { proposalsTable } from "./proposals-page.js";

/** The loop at a glance: what came in, what was found, proposed and proven. */
export async function overviewPage() {
  const [status, findings, waiting] = await Promise.all([
    get("/api/v1/status"),
    get("/api/v1/findings?status=open&limit=100"),
    get("/api/v1/proposals?state=filed&limit=5"),
  ]);
  return [
    el("h1", {}, "The loop"),
    el(
      "p",
      { class: "quiet" },
      "What production says, where it comes from, and what was done about it.",
    ),
    el("ol", { class: "steps" }, ...steps(status)),
    ...waitingForYou(waiting.items),
    el("h2", {}, "Open findings"),
    findings.items.length === 0 ? nothingOpen(status) : findingsTable(worst(findings.items)),
  ];
}

const severities = ["critical", "high", "medium", "low", "informational"];

/** The ten to look at first: the most severe, and among these the newest. */
function worst(findings) {
  return findings.toSorted((a, b) => rank(a) - rank(b)).slice(0, 10);
}

function rank({ severity }) {
  return severities.indexOf(severity);
}

function steps({ ingest, findings, proposals }) {
  const { byState } = proposals;
  function of(...states) {
    return states.reduce((total, state) => total + (byState[state] ?? 0), 0);
  }
  return [
    step(
      "Received",
      ingest.received,
      `${count(ingest.stored)} stored, ${count(ingest.rejected)} rejected`,
    ),
    step("Open findings", findings.open, `of ${count(findings.total)}`, "#/findings?status=open"),
    step("Drafted", of("drafted"), "not filed", "#/proposals?state=drafted"),
    step("Filed", of("filed"), "wait for a person", "#/proposals?state=filed"),
    step(
      "Approved",
      of("approved", "merged", "deployed"),
      "on their way to production",
      "#/proposals?state=approved",
    ),
    step("Verifying", of("verifying"), "before against after", "#/proposals?state=verifying"),
    step(
      "Effective",
      of("effective"),
      `${count(of("ineffective", "harmful", "regressed"))} did not help`,
      "#/proposals?state=effective",
    ),
  ];
}

function step(name, value, note, href) {
  const content = [
    el("span", { class: "name" }, name),
    el("strong", {}, count(value)),
    el("span", { class: "quiet" }, note),
  ];
  return el(
    "li",
    {},
    href === undefined
      ? el("div", { class: "card" }, ...content)
      : el("a", { class: "card", href }, ...content),
  );
}

function waitingForYou(proposals) {
  return proposals.length === 0
    ? []
    : [el("h2", {}, "Waiting for a decision"), proposalsTable(proposals)];
}

function nothingOpen({ otlpHttp, ingest }) {
  if (ingest.received > 0) {
    return empty("Nothing is open. Telemetry arrives and the detectors are quiet.");
  }
  const lines = [
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${otlpHttp}`,
    "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
  ];
  return empty(
    "No telemetry yet: 0 records received. Point an OpenTelemetry SDK or a coding agent here:",
    el("pre", {}, lines.join("\n")),
    el("p", {}, "Then say what changed, so that findings can be traced to it:"),
    el("pre", {}, "npx telltale changes import --repo ."),
    el("p", {}, "Or see the whole loop on a made-up shop:"),
    el("pre", {}, "npx telltale demo"),
  );
}
