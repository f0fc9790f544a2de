import {
  type AlarmGroup,
  bySpecificity,
  type GroupedAlarm,
  joinGroup,
} from "../../../analyzer/alarm/group-alarms.ts";
import { makeDetection } from "../../helpers/detection.ts";

const start = Date.UTC(2026, 10, 20);
const minute = 60_000;

function alarm(subject: string, minutes: number, score = 0.95): GroupedAlarm {
  const onset = { fromUnixMs: start + minutes * minute, toUnixMs: start + (minutes + 2) * minute };
  const detection = {
    ...makeDetection({}),
    type: "error_regression",
    targetClass: `error_rate:${subject}`,
    timeUnixMs: onset.toUnixMs,
    score,
    onset,
  } as const;
  return { detection, series: `error_rate:${subject}`, subject };
}

describe("groups of alarms", () => {
  it("take the deepest operation of a window for the cause", () => {
    const alarms = ["server", "chat", "execute_tool", "invoke_agent"].map((name) => alarm(name, 0));
    expect(alarms.toSorted(bySpecificity).map(({ subject }) => subject)).toEqual([
      "execute_tool",
      "chat",
      "invoke_agent",
      "server",
    ]);
    expect([alarm("chat", 0), alarm("embeddings", 0, 0.99)].toSorted(bySpecificity)[0]).toEqual(
      alarm("embeddings", 0, 0.99),
    );
  });

  it("hold alarms of one type and onset, and what their series raise later", () => {
    const groups: AlarmGroup[] = [];
    const leads = [
      alarm("chat", 0),
      alarm("server", 9),
      alarm("root", 60),
      alarm("server", 300),
      alarm("embeddings", 301),
    ].map((each) => joinGroup(groups, each).leadClass);
    expect(leads).toEqual([
      "error_rate:chat",
      "error_rate:chat",
      "error_rate:root",
      "error_rate:chat",
      "error_rate:embeddings",
    ]);
    const slow = alarm("server", 0);
    const other = { ...slow, detection: { ...slow.detection, type: "cost_anomaly" as const } };
    expect(joinGroup(groups, other).leadClass).toBe("error_rate:server");
  });
});
