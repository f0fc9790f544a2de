import type { GuardAnswer } from "../../analyzer/guard/guard-request.ts";
import { askService, type ServiceAddress } from "./ask-service.ts";
import { eventOf, type Fields, hookAnswer, hookRequest, isHook } from "./hook-event.ts";

export interface GuardOptions {
  readonly onFailure: "open" | "closed";
  readonly timeoutMs: number;
  /** Of the rules that are used in this process when the service is away; empty: defaults. */
  readonly configFile: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface GuardOutcome {
  /** For standard output; empty: nothing. */
  readonly output: string;
  /** For standard error. */
  readonly message: string;
  /** 0, 1 failed, 2 wrong usage; to a hook 2 also says that the action must not happen. */
  readonly exitCode: 0 | 1 | 2;
}

/**
 * One judgement: a request of the API, or a hook of Claude Code, as text in, the answer out.
 * Nothing but this file and the two beside it is loaded while the service answers.
 */
export async function runGuard(text: string, options: GuardOptions): Promise<GuardOutcome> {
  const input = parsed(text);
  if (input === null) {
    const message = "expected one JSON object on standard input: a request or a hook's input";
    return { output: "", message, exitCode: options.onFailure === "closed" ? 2 : 1 };
  }
  if (!isHook(input)) {
    return judgeRequest(text, options);
  }
  const event = eventOf(input);
  if (event === null) {
    return { output: "", message: "", exitCode: 0 };
  }
  const judged = await judge(JSON.stringify(hookRequest(event, input)), options);
  if (judged.answer === null) {
    return judged.refusal;
  }
  const told = hookAnswer(event, judged.answer);
  return {
    output: told === null ? "" : `${JSON.stringify(told)}\n`,
    message: judged.note,
    exitCode: 0,
  };
}

async function judgeRequest(text: string, options: GuardOptions): Promise<GuardOutcome> {
  const judged = await judge(text, options);
  if (judged.answer === null) {
    return judged.refusal;
  }
  return { output: `${JSON.stringify(judged.answer)}\n`, message: judged.note, exitCode: 0 };
}

type Judged =
  | {
      readonly answer: GuardAnswer;
      /** For people, where the answer is not the service's. */
      readonly note: string;
    }
  | { readonly answer: null; readonly refusal: GuardOutcome };

/** The service's answer, else one made here by the same detectors. */
async function judge(body: string, options: GuardOptions): Promise<Judged> {
  const address = addressOf(options);
  let why: string;
  try {
    const { status, body: said } = await askService(address, body);
    if (status === 200) {
      return { answer: JSON.parse(said) as GuardAnswer, note: "" };
    }
    why = `answered ${status}`;
    if (status === 400) {
      return notJudged(`${address.baseUrl} ${why}: ${said.slice(0, 500)}`, 2);
    }
  } catch (error) {
    why = `did not answer (${error instanceof Error ? error.message : String(error)})`;
  }
  try {
    const { judgeHere } = await import("./judge-here.ts");
    const note = `Telltale at ${address.baseUrl} ${why}; judged here, without its guardrails`;
    return { answer: judgeHere(body, options), note };
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    return notJudged(failed, options.onFailure === "closed" ? 2 : 1);
  }
}

function notJudged(why: string, exitCode: 1 | 2): Judged {
  const message = `Telltale could not judge this: ${why}`;
  return { answer: null, refusal: { output: "", message, exitCode } };
}

function addressOf({ env, timeoutMs }: GuardOptions): ServiceAddress {
  const baseUrl = env["TELLTALE_API_URL"] ?? "http://127.0.0.1:7070";
  return { baseUrl, key: env["TELLTALE_API_KEY"], timeoutMs };
}

function parsed(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : null;
  } catch {
    return null;
  }
}
