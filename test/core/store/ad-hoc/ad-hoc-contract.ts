import { AdHocRefusedError } from "../../../../core/store/ad-hoc/ad-hoc-error.ts";
import type { OpenedStore } from "../../../../core/store/open-store.ts";
import { seedStore } from "../../../helpers/seed-store.ts";

export type AdHocUnderTest = Pick<OpenedStore, "adHoc" | "reads" | "writes"> & {
  close(): Promise<void>;
};

/** What ad-hoc queries promise, wherever they run. */
export function describeAdHoc(open: () => Promise<AdHocUnderTest>): void {
  let store: AdHocUnderTest;

  beforeAll(async () => {
    store = await open();
    await seedStore(store.writes, "shop-team");
    await seedStore(store.writes, "rivals");
  });

  afterAll(() => store.close());

  async function rows(sql: string, params: Record<string, string> = {}): Promise<object[]> {
    const defaultFormat = "JSONEachRow";
    const result = await store.adHoc.query({ tenant: "shop-team", sql, defaultFormat, params });
    const lines = Buffer.from(result.bytes).toString().split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as object);
  }

  async function refusal(sql: string): Promise<AdHocRefusedError> {
    const error: unknown = await rows(sql).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (!(error instanceof AdHocRefusedError)) {
      throw new Error(`expected a refusal of ${sql}, got ${String(error)}`);
    }
    return error;
  }

  const tick = "`";

  describe("an attack is refused", () => {
    it.each([
      // Several statements
      "SELECT 1; DROP TABLE otel_traces",
      "SELECT 1;;SELECT 2",
      "SELECT 1 -- harmless\n; DROP TABLE otel_traces",
      "SELECT 1 /* ; */ ; SELECT 2",
      "SELECT 'a\\'; SELECT 2 --'; SELECT 3",
      "SELECT 'it''s'; SELECT 2",
      "SELECT $$quiet$$; SELECT 2",
      "SELECT $tag$ ' $tag$ ; SELECT 2 -- '",
      "SELECT \u2018a\u2019; SELECT 2",
      "SELECT \u2018 ' \u2019; DROP TABLE otel_traces -- '",
      "SELECT 1 # comment\n; SELECT 2",
      "SELECT 1 PARALLEL WITH DROP TABLE otel_traces",
      "SELECT 1 /* never closed",
      "SELECT 'never closed",
      // Other statements
      "INSERT INTO otel_traces (Tenant) VALUES ('x')",
      "INSERT INTO FUNCTION file('/tmp/out.csv') SELECT * FROM otel_traces",
      "WITH x AS (SELECT 1) INSERT INTO otel_traces SELECT 1",
      "DROP DATABASE telltale",
      "SET readonly = 0",
      "USE system",
      "SHOW TABLES FROM system",
      "DESCRIBE TABLE telltale.otel_traces",
      "EXPLAIN SELECT 1",
      "EXPLAIN AST SELECT 1",
      "AST SELECT 1",
      "SYSTEM FLUSH LOGS",
      "KILL QUERY WHERE 1",
      "BACKUP DATABASE telltale TO File('/tmp/x')",
      "ALTER TABLE otel_traces DELETE WHERE 1",
      "",
      ";",
      // Settings
      "SELECT 1 SETTINGS readonly = 0",
      "SELECT * FROM (SELECT 1 SETTINGS max_execution_time = 0)",
      "SELECT * FROM (SELECT * FROM file('/etc/passwd', 'LineAsString') SETTINGS readonly = 0)",
      "WITH a AS (SELECT 1 SETTINGS readonly = 0) SELECT * FROM a",
      "SELECT 1 UNION ALL SELECT 2 SETTINGS max_threads = 64",
      "SELECT 1 FORMAT JSON SETTINGS readonly = 0",
      // Table functions
      "SELECT * FROM file('/etc/passwd', 'LineAsString')",
      "SELECT * FROM FILE('/etc/passwd', LineAsString)",
      `SELECT * FROM ${tick}file${tick}('/etc/passwd', 'LineAsString')`,
      "SELECT * FROM url('http://169.254.169.254/latest', 'LineAsString')",
      "SELECT * FROM s3('https://bucket.example/x', 'CSV')",
      "SELECT * FROM executable('id', 'TSV', 'a String')",
      "SELECT * FROM remote('127.0.0.1', telltale.otel_traces)",
      "SELECT * FROM cluster('default', telltale.otel_traces)",
      "SELECT * FROM merge('telltale', '.*')",
      "SELECT * FROM merge('.*', '.*')",
      "SELECT * FROM view(SELECT 1)",
      "SELECT * FROM input('a String')",
      "SELECT * FROM mysql('127.0.0.1', 'a', 'b', 'c', 'd')",
      "SELECT * FROM sqlite('/etc/passwd', 'x')",
      "SELECT * FROM mergeTreeIndex('telltale', 'otel_traces')",
      "SELECT * FROM dictionary('x')",
      "SELECT * FROM loop(otel_traces)",
      "SELECT * FROM (EXPLAIN SELECT * FROM telltale.otel_traces)",
      "SELECT 1 IN (SELECT * FROM file('/etc/passwd', 'LineAsString'))",
      "SELECT (SELECT count() FROM url('http://127.0.0.1/', 'LineAsString'))",
      "SELECT * FROM otel_traces AS t JOIN file('/etc/passwd', 'LineAsString') AS f ON 1 = 1",
      "SELECT * FROM otel_traces WHERE exists(SELECT 1 FROM remote('h', 'a.b'))",
      "SELECT * FROM numbers((SELECT count() FROM file('/etc/passwd', 'LineAsString')))",
      "SELECT 1 ORDER BY (SELECT * FROM file('/etc/passwd', 'LineAsString'))",
      "SELECT 1 LIMIT (SELECT 1 FROM telltale.otel_traces)",
      // Tables of others
      "SELECT * FROM system.tables",
      "SELECT * FROM system.one",
      "SELECT * FROM information_schema.tables",
      "SELECT * FROM telltale.otel_traces",
      `SELECT * FROM ${tick}telltale${tick}.${tick}otel_traces${tick}`,
      'SELECT * FROM "telltale"."otel_traces"',
      "SELECT * FROM telltale . otel_traces",
      "SELECT * FROM telltale/* */./* */otel_traces",
      `SELECT * FROM ${tick}tenant_rivals${tick}.otel_traces`,
      "SELECT 1 WHERE 1 IN telltale.otel_traces",
      "SELECT 1 WHERE ('a', 1) NOT IN (telltale.otel_traces)",
      "SELECT globalIn(1, telltale.otel_traces)",
      "SELECT * FROM otel_traces, system.users",
      "SELECT * FROM otel_traces WHERE TraceId IN (SELECT TraceId FROM telltale.otel_traces)",
      `SELECT * FROM ${tick}x\n      Identifier y${tick}.otel_traces`,
      `SELECT 1 AS ${tick}a\\nb${tick}`,
      "SELECT * FROM span_identity",
      "SELECT * FROM schema_migrations",
      "SELECT * FROM otel_traces_trace_id_ts_mv",
      // Functions
      "SELECT file('/etc/passwd')",
      "SELECT * REPLACE (file('/etc/passwd') AS Tenant) FROM otel_traces",
      "SELECT Tenant FROM otel_traces ORDER BY Tenant WITH FILL FROM file('/etc/passwd')",
      "SELECT TraceId APPLY(file) FROM otel_traces",
      "SELECT * APPLY(x -> sleep(1)) FROM otel_traces",
      "SELECT COLUMNS('Trace') APPLY(file) FROM otel_traces",
      "SELECT arrayMap(x -> file(x), ['/etc/passwd'])",
      "SELECT dictGet('a', 'b', 1)",
      "SELECT joinGet('telltale.x', 'y', 1)",
      "SELECT hostName()",
      "SELECT FQDN()",
      "SELECT currentUser()",
      "SELECT getSetting('max_threads')",
      "SELECT getServerSetting('path')",
      "SELECT sleep(3)",
      "SELECT sleepEachRow(3) FROM numbers(10)",
      "SELECT hasColumnInTable('telltale', 'otel_traces', 'Tenant')",
      "SELECT filesystemAvailable()",
      "SELECT catboostEvaluate('/etc/passwd', 1)",
      "SELECT count() OVER (ORDER BY file('/etc/passwd')) FROM otel_traces",
      "SELECT throwIf(1)",
      // Output
      "SELECT 1 INTO OUTFILE '/tmp/out.csv'",
      "SELECT 1 INTO OUTFILE '/tmp/out.csv' FORMAT CSV",
      "SELECT 1 FORMAT Template",
      "SELECT 1 FORMAT CapnProto",
      "SELECT 1 FORMAT SQLInsert",
      "SELECT 1 FORMAT NoSuchFormat",
    ])("%s", async (sql) => {
      const { status } = await refusal(sql);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    });

    it("and leaves the store as it was", async () => {
      expect(await rows("SELECT count() AS spans FROM otel_traces")).toEqual([{ spans: 240 }]);
    });

    it("without naming what the caller may not see", async () => {
      const { message } = await refusal("SELECT * FROM otel_trace");
      expect(message).not.toMatch(/telltale|rivals|Maybe/);
    });
  });

  describe("a query like Grafana's works", () => {
    it.each([
      "SELECT displayName(), version(), revision(), timezone()",
      "SELECT 1",
      "select 1;",
      "-- a comment\nSELECT 1 /* another; one */ ; -- the end",
      "SELECT 'a;b', 'it''s', 'back\\'slash', \"quoted\" FROM (SELECT 1 AS quoted)",
      "SELECT toStartOfInterval(toDateTime(Timestamp), INTERVAL 60 second) AS time, count() AS spans FROM otel_traces GROUP BY time ORDER BY time",
      "SELECT ServiceName, quantile(0.95)(Duration) / 1e6 AS p95 FROM otel_traces GROUP BY ServiceName",
      "SELECT quantiles(0.5, 0.9, 0.99)(Duration) FROM otel_traces",
      "SELECT quantileIf(0.5)(Duration, StatusCode = 'Ok') FROM otel_traces",
      "SELECT uniqExact(Session), countIf(StatusCode = 'Error'), sumIf(InputTokens, GenAiOperation = 'chat') FROM otel_traces",
      "SELECT SpanAttributes['http.route'] AS route, count() FROM otel_traces GROUP BY route",
      "SELECT DISTINCT arrayJoin(mapKeys(SpanAttributes)) AS key FROM otel_traces LIMIT 1000",
      "SELECT event, attributes['index'] FROM otel_traces ARRAY JOIN Events.Name AS event, Events.Attributes AS attributes LIMIT 5",
      "WITH errors AS (SELECT ServiceName, count() AS n FROM otel_traces WHERE StatusCode = 'Error' GROUP BY ServiceName) SELECT * FROM errors ORDER BY n DESC",
      "WITH 'shop' AS service SELECT count() FROM otel_traces WHERE ServiceName = service",
      "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT sum(n) FROM r",
      "SELECT p.SpanName, c.SpanName FROM otel_traces AS p JOIN otel_traces AS c ON c.ParentSpanId = p.SpanId LIMIT 3",
      "SELECT f.Title, c.Version FROM findings AS f LEFT JOIN changes AS c ON c.Service = f.Service",
      "SELECT Timestamp, row_number() OVER (PARTITION BY ServiceName ORDER BY Timestamp) FROM otel_traces LIMIT 5",
      "SELECT Window, sum(Spans) OVER w AS s FROM windows_1m WINDOW w AS (ORDER BY Window ROWS BETWEEN 4 PRECEDING AND CURRENT ROW) LIMIT 3",
      "SELECT lagInFrame(Duration) OVER (ORDER BY Timestamp) FROM otel_traces LIMIT 3",
      "SELECT 'traces' AS signal, count() FROM otel_traces UNION ALL SELECT 'logs', count() FROM otel_logs",
      "SELECT ServiceName FROM otel_traces INTERSECT SELECT ServiceName FROM otel_logs",
      "SELECT Timestamp AS timestamp, Body AS body, SeverityText AS level FROM otel_logs WHERE Body ILIKE '%order%' ORDER BY timestamp DESC LIMIT 10",
      "SELECT TraceId AS traceID, SpanId AS spanID, ParentSpanId AS parentSpanID, SpanName AS operationName, multiply(toFloat64(Duration), 0.000001) AS duration, arrayMap(key -> map('key', key, 'value', SpanAttributes[key]), mapKeys(SpanAttributes)) AS tags FROM otel_traces WHERE TraceId IN (SELECT TraceId FROM otel_traces_trace_id_ts LIMIT 1)",
      "SELECT Severity, count() FROM findings WHERE Status = 'open' GROUP BY Severity",
      "SELECT State, count() FROM proposals GROUP BY State",
      "SELECT CASE WHEN Duration > 6e7 THEN 'slow' ELSE 'fast' END AS speed, count() FROM otel_traces GROUP BY speed",
      "SELECT if(StatusCode = 'Error', 1, 0) AS e, Duration BETWEEN 1 AND 2, Session IS NULL, NOT e FROM otel_traces LIMIT 1",
      "SELECT number FROM numbers(10) WHERE number IN (1, 2, 3)",
      "SELECT toDateTime(fromUnixTimestamp64Milli(1795000000000)), now() - INTERVAL 1 HOUR, formatDateTime(now(), '%F')",
      "SELECT JSONExtractString(Attribution, 1, 'changeId') FROM findings LIMIT 1",
      "SELECT topK(3)(SpanName), groupArray(5)(TraceId), argMax(SpanName, Duration), max(Timestamp) FROM otel_traces",
      "SELECT ServiceName, count() FROM otel_traces GROUP BY ServiceName WITH TOTALS",
      "SELECT toStartOfMinute(Timestamp) AS t, count() FROM otel_traces GROUP BY t ORDER BY t WITH FILL STEP 60",
      "SELECT * EXCEPT (SpanAttributes, ResourceAttributes) FROM otel_traces LIMIT 1 BY ServiceName",
      "SELECT Type, count() FROM detections WHERE Outcome = 'success' GROUP BY ALL",
      "FROM otel_traces SELECT count()",
    ])("%s", async (sql) => {
      const answer = await rows(sql);
      expect(answer.length).toBeGreaterThan(0);
    });

    it("in the tenant of the caller only", async () => {
      const tables = ["otel_traces", "otel_logs", "findings", "detections", "changes", "proposals"];
      for (const table of tables) {
        expect(await rows(`SELECT DISTINCT Tenant FROM ${table}`)).toEqual([
          { Tenant: "shop-team" },
        ]);
      }
    });

    it("with parameters", async () => {
      const sql = "SELECT {a:String} AS a, {b:UInt8} + 1 AS b FROM {t:Identifier} LIMIT 1";
      expect(await rows(sql, { a: "it's", b: "1", t: "otel_logs" })).toEqual([{ a: "it's", b: 2 }]);
      const foreign = rows("SELECT * FROM {t:Identifier}", { t: "telltale.otel_logs" });
      await expect(foreign).rejects.toBeInstanceOf(AdHocRefusedError);
    });

    it("and shows each finding once, with its status", async () => {
      const [finding] = findingRevision("again");
      await store.writes.insert("findings", [finding ?? {}]);
      const sql = "SELECT Title, Status FROM findings WHERE Id = 'shop-team-finding-2'";
      expect(await rows(sql)).toEqual([{ Title: "again", Status: "resolved" }]);
    });
  });

  function findingRevision(title: string): object[] {
    // Without a time of its own the row would fall to its time to live.
    const LastSeen = new Date().toISOString();
    return [
      { Tenant: "shop-team", Id: "shop-team-finding-2", Title: title, LastSeen, Revision: 2 },
    ];
  }

  describe("a query beyond its limits is stopped", () => {
    it("in memory", async () => {
      const { type } = await refusal("SELECT uniqExact(number) FROM numbers(1000000000)");
      expect(type).toBe("MEMORY_LIMIT_EXCEEDED");
    });

    it("in the size of its result, and leaves nothing of it to the next", async () => {
      const { type } = await refusal("SELECT number AS leaked FROM numbers(100000000)");
      expect(type).toBe("TOO_MANY_ROWS_OR_BYTES");
      expect(await rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
      expect(await rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    });
  });

  it("answers short queries beside a long one, and all of many", async () => {
    const long = rows("SELECT max(cityHash64(number)) FROM numbers(30000000)");
    const short = Array.from({ length: 10 }, (_, index) => rows(`SELECT ${index} AS i`));
    expect(await Promise.all(short)).toEqual(short.map((_, i) => [{ i }]));
    await long;
  });
}
