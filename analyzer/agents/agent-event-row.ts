import type { AgentEvent } from "../../core/model/agent-event.ts";

/** The event's columns in `agent_events`; times as ticks (milliseconds). */
export function agentEventRow(
  event: AgentEvent,
  batch: { readonly id: string; readonly receivedAtUnixMs: number },
): object {
  return {
    Tenant: event.tenant,
    Id: event.id,
    Time: Math.trunc(event.timeUnixMs),
    Agent: event.agent,
    Kind: event.kind,
    EventName: event.eventName,
    Signal: event.signal,
    ServiceName: event.service,
    Session: event.session,
    PromptId: event.promptId,
    TraceId: event.traceId,
    SpanId: event.spanId,
    Text: event.text,
    Tool: event.tool,
    ToolCallId: event.toolCallId,
    Command: event.command,
    Decision: event.decision,
    DecisionSource: event.decisionSource,
    Success: event.success,
    DurationMs: event.durationMs,
    Model: event.model,
    InputTokens: Math.trunc(event.inputTokens),
    OutputTokens: Math.trunc(event.outputTokens),
    CacheReadTokens: Math.trunc(event.cacheReadTokens),
    CacheWriteTokens: Math.trunc(event.cacheWriteTokens),
    CostUsd: event.costUsd,
    CommitRevision: event.revision,
    Repository: event.repository,
    Branch: event.branch,
    UserDigest: event.user,
    PermissionMode: event.permissionMode,
    BatchId: batch.id,
    ReceivedAt: Math.trunc(batch.receivedAtUnixMs),
  };
}
