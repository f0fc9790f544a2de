/** Rows of the chosen services and environments; an empty choice is all of them. */
function chosen(service: string, environment = "Environment"): string {
  return `$__conditionalAll(${service} IN (\${service:sqlstring}), $service)
    AND $__conditionalAll(${environment} IN (\${environment:sqlstring}), $environment)`;
}

const attackTypes = [
  "prompt_injection.direct",
  "prompt_injection.indirect",
  "jailbreak",
  "secret_leak",
  "pii_leak",
  "system_prompt_leak",
  "data_exfiltration",
  "model_extraction",
  "data_poisoning",
  "tool_misuse",
  "tool_poisoning",
  "privilege_escalation",
]
  .map((type) => `'${type}'`)
  .join(", ");

export const loopQueries = {
  services: `
    SELECT DISTINCT ServiceName FROM windows_1m
    WHERE $__timeFilter(Window) ORDER BY ServiceName LIMIT 500`,

  environments: `
    SELECT DISTINCT Environment FROM windows_1m
    WHERE $__timeFilter(Window) ORDER BY Environment LIMIT 100`,

  deployments: `
    SELECT Time AS time, concat('Deployed ', Service, ' ', Version) AS text,
      concat(Kind, ',', Environment) AS tags
    FROM changes
    WHERE $__timeFilter(Time) AND Kind = 'deployment' AND ${chosen("Service")}
    ORDER BY time LIMIT 200`,

  openFindings: `
    SELECT countIf(Status = 'open') AS open
    FROM findings
    WHERE $__timeFilter(LastSeen) AND ${chosen("Service")}`,

  attackSuccesses: `
    SELECT countIf(Outcome = 'success') AS successes
    FROM detections
    WHERE $__timeFilter(Time) AND Type IN (${attackTypes}) AND ${chosen("Service")}`,

  verifiedEffective: `
    SELECT countIf(State = 'effective') AS effective
    FROM proposals
    WHERE $__timeFilter(UpdatedAt)`,

  timeToResolve: `
    SELECT median(dateDiff('second', FirstSeen, assumeNotNull(StatusChangedAt))) AS seconds
    FROM findings
    WHERE $__timeFilter(LastSeen) AND Status = 'resolved' AND ${chosen("Service")}`,

  cost: `
    SELECT toFloat64(sum(CostUsd)) AS cost
    FROM windows_1m
    WHERE $__timeFilter(Window) AND ${chosen("ServiceName")}`,

  tokens: `
    SELECT sum(InputTokens + OutputTokens) AS tokens
    FROM windows_1m
    WHERE $__timeFilter(Window) AND ${chosen("ServiceName")}`,

  detectionsBySeverity: `
    SELECT $__timeInterval(Time) AS time, Severity AS severity, count() AS detections
    FROM detections
    WHERE $__timeFilter(Time) AND ${chosen("Service")}
    GROUP BY time, severity ORDER BY time`,

  openBySeverity: `
    SELECT Severity AS severity, count() AS findings, sum(Occurrences) AS occurrences
    FROM findings
    WHERE $__timeFilter(LastSeen) AND Status = 'open' AND ${chosen("Service")}
    GROUP BY severity
    ORDER BY indexOf(['critical', 'high', 'medium', 'low', 'informational'], severity)`,

  newestFindings: `
    SELECT LastSeen AS last_seen, Severity AS severity, Status AS status, Type AS type,
      Service AS service, Occurrences AS occurrences, Sessions AS sessions,
      JSONExtractString(Attribution, 1, 'changeId') AS likely_change,
      JSONExtractFloat(Attribution, 1, 'probability') AS probability
    FROM findings
    WHERE $__timeFilter(LastSeen) AND ${chosen("Service")}
    ORDER BY last_seen DESC LIMIT 100`,

  attacks: `
    SELECT $__timeInterval(Time) AS time, countIf(Outcome = 'attempt') AS attempts,
      countIf(Outcome = 'success') AS successes
    FROM detections
    WHERE $__timeFilter(Time) AND Type IN (${attackTypes}) AND ${chosen("Service")}
    GROUP BY time ORDER BY time`,

  proposalsByState: `
    SELECT State AS state, Surface AS surface, count() AS proposals, max(UpdatedAt) AS newest
    FROM proposals
    WHERE $__timeFilter(UpdatedAt)
    GROUP BY state, surface ORDER BY proposals DESC, state, surface`,

  spansPerMinute: `
    SELECT $__timeInterval(Window) AS time, ServiceName AS service,
      sum(Spans) * 60 / $__interval_s AS spans
    FROM windows_1m
    WHERE $__timeFilter(Window) AND ${chosen("ServiceName")}
    GROUP BY time, service ORDER BY time`,

  errorRate: `
    SELECT $__timeInterval(Window) AS time, ServiceName AS service,
      sum(Errors) / sum(Spans) AS errors
    FROM windows_1m
    WHERE $__timeFilter(Window) AND ${chosen("ServiceName")}
    GROUP BY time, service ORDER BY time`,

  costByModel: `
    SELECT $__timeInterval(Window) AS time, GenAiRequestModel AS model,
      toFloat64(sum(CostUsd)) AS cost
    FROM windows_1m
    WHERE $__timeFilter(Window) AND GenAiRequestModel != '' AND ${chosen("ServiceName")}
    GROUP BY time, model ORDER BY time`,

  tokensByDirection: `
    SELECT $__timeInterval(Window) AS time, sum(InputTokens) AS input, sum(OutputTokens) AS output
    FROM windows_1m
    WHERE $__timeFilter(Window) AND ${chosen("ServiceName")}
    GROUP BY time ORDER BY time`,
} as const;
