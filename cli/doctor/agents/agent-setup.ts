import type { CodingAgentId } from "../../../core/model/agent-event.ts";

/** Where an agent is to send its telemetry. */
export interface Destination {
  /** Base address of OTLP over HTTP, without a slash at the end. */
  readonly otlpHttp: string;
  /** Whether senders need a key. */
  readonly needsKey: boolean;
}

/** Lines to put somewhere. */
export interface SetupStep {
  /** `environment`, a file, or a page of settings. */
  readonly where: string;
  readonly lines: readonly string[];
}

/** A setting that makes the agent send content. */
export interface ContentSwitch {
  readonly setting: string;
  readonly discloses: string;
  /** What works only with it. */
  readonly gives: string;
}

/** How one coding agent is made to send. */
export interface AgentSetup {
  readonly agent: CodingAgentId;
  readonly name: string;
  readonly steps: (destination: Destination) => readonly SetupStep[];
  readonly switches: readonly ContentSwitch[];
  readonly notes: readonly string[];
}

/** Stands for a key that only its owner knows. */
export const keyPlaceholder = "YOUR_INGEST_KEY";

/** The variable that OpenTelemetry SDKs read headers from; nothing if no key is needed. */
export function headerLines({ needsKey }: Destination): string[] {
  return needsKey
    ? [`export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer ${keyPlaceholder}"`]
    : [];
}
