/**
 * `agent_events` of a tenant as a subquery with `SessionId`: spans that name no session belong
 * to the session that another span of the same agent in their trace names: an agent may start
 * another one.
 *
 * @param condition On columns of `agent_events`, beside the tenant.
 */
export function sessionEvents(condition: string): string {
  return `(
    SELECT e.*, if(e.Session = e.TraceId AND o.Owner != '', o.Owner, e.Session) AS SessionId
    FROM (
      SELECT * FROM agent_events FINAL WHERE Tenant = {tenant:String} AND (${condition})
    ) AS e
    LEFT JOIN (
      SELECT Agent, TraceId, min(Session) AS Owner FROM agent_events
      WHERE Tenant = {tenant:String} AND TraceId != '' AND Session != TraceId
      GROUP BY Agent, TraceId
    ) AS o ON o.TraceId = e.TraceId AND o.Agent = e.Agent
  )`;
}

/** The events of the sessions `{sessions}` and of the traces that belong to them. */
export const ofSessions = `
  Session IN {sessions:Array(String)} OR (Session = TraceId AND TraceId IN (
    SELECT TraceId FROM agent_events
    WHERE Tenant = {tenant:String} AND Session IN {sessions:Array(String)}
  ))`;
