/** Whom or what an erasure is about. */
export const subjectKinds = ["user", "session", "author"] as const;

export type SubjectKind = (typeof subjectKinds)[number];

/**
 * Attributes that name a person, in the conventions that are read: OpenTelemetry (`user.*`,
 * `enduser.*`), coding agents, OpenInference, OpenLLMetry, Vercel AI SDK, Langfuse, LangSmith.
 */
export const userAttributes: readonly string[] = [
  "user.id",
  "user.email",
  "user.name",
  "user.full_name",
  "user.hash",
  "user.account_id",
  "user.account_uuid",
  "enduser.id",
  "enduser.pseudo.id",
  "user_id",
  "user_email",
  "userId",
  "client.user.id",
  "gen_ai.user.id",
  "gen_ai.user",
  "gen_ai.request.user",
  "gen_ai.openai.request.user",
  "llm.user",
  "llm.user.id",
  "ai.telemetry.metadata.userId",
  "ai.telemetry.metadata.user_id",
  "traceloop.association.properties.user_id",
  "traceloop.association.properties.user_email",
  "langfuse.user.id",
  "langfuse.trace.metadata.user_id",
  "langsmith.metadata.user_id",
  "metadata.user_id",
];

/** Attributes that name a session or conversation. */
export const sessionAttributes: readonly string[] = [
  "session.id",
  "session_id",
  "sessionId",
  "gen_ai.conversation.id",
  "conversation.id",
  "conversation_id",
  "ai.telemetry.metadata.sessionId",
  "traceloop.association.properties.session_id",
  "langfuse.session.id",
  "langsmith.trace.session_id",
  "thread.id",
];
