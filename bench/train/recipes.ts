import type { LinearModel } from "../../analyzer/classify/linear-model.ts";
import { opening, surestWindow } from "../../analyzer/classify/linear-model.ts";
import { surestRequest } from "../../analyzer/classify/surest-request.ts";
import { openingWords, windowLengths } from "../../analyzer/classify/text-models.ts";
import { createTokens, tokenize } from "../../analyzer/classify/tokenize.ts";
import {
  type DataFolder,
  phraseList,
  phraseSources,
  type Row,
  type Selection,
  type Source,
} from "./sources.ts";
import { sentenceBuckets, windowBuckets } from "./windows-of.ts";

/** How one of the shipped models is made and how it is used. */
export interface Recipe {
  readonly name: string;
  readonly positives: (data: DataFolder) => Source[];
  readonly negatives: (data: DataFolder) => Source[];
  /** Texts that nothing is learnt from; they only help to find the threshold. */
  readonly unseen: (data: DataFolder) => Source[];
  /** The stretches of a text that the model is asked about. */
  readonly stretches: (text: string) => Uint16Array[];
  readonly score: (model: LinearModel, text: string) => number;
  /** The share of benign texts that may lie above the threshold. */
  readonly falsePositives: number;
}

function positive(row: Row): boolean {
  return row.label === "positive";
}

function negative(row: Row): boolean {
  return row.label === "negative";
}

function ofClass(name: string, label: (row: Row) => boolean): Selection {
  return { wanted: (row) => row.class === name && label(row) };
}

const tokens = createTokens();

/** Two lengths of windows, the longer one for texts that have more than one of the shorter. */
function windows(text: string): Uint16Array[] {
  return windowLengths.flatMap((length) => windowBuckets(text, length));
}

function windowScore(model: LinearModel, text: string): number {
  tokenize(text, tokens);
  return surestWindow(model, tokens, windowLengths).nats;
}

function documents(data: DataFolder, everyCode: number): Source[] {
  return [
    data.source("benign_docs"),
    data.source("agent_instructions"),
    data.source("benign_code", { every: everyCode }),
    data.source("bipia_indirect", { wanted: negative }),
    data.source("mcp_tools", ofClass("tool_poisoning", negative)),
    data.source("presidio_recognizers"),
  ];
}

/** Users who try to talk a model out of its instructions. */
const directInjection: Recipe = {
  name: "direct-injection",
  positives: (data) => [
    ...phraseSources("attack", 80),
    data.source("cyberseceval_pi", {
      wanted: (row) => row.extra?.["language"] === "English",
      groupBy: "variant",
    }),
    data.source("llmguard_tests", ofClass("prompt_injection", positive)),
  ],
  negatives: (data) => [
    phraseList("benign", 120),
    ...phraseSources("request", 60).filter(({ name }) => /task|codeRequest/.test(name)),
    data.source("xstest_prompts"),
    data.source("mitre_frr"),
    data.source("xstest_refusals", { every: 2 }),
    ...documents(data, 4),
  ],
  unseen: (data) => [
    data.source("wildguard_benign"),
    data.source("notinject"),
    data.source("alpaca_seed_tasks", ofClass("prompt_injection", negative)),
  ],
  stretches: windows,
  score: windowScore,
  falsePositives: 0.004,
};

/** A request to an assistant that stands in a document or in a tool's answer. */
const strayRequest: Recipe = {
  name: "stray-request",
  positives: (data) => [
    ...phraseSources("request", 60),
    ...phraseSources("attack", 20),
    data.source("bipia_payloads", { groupBy: "attack" }),
    data.source("xstest_prompts", { every: 2 }),
    data.source("mitre_frr", { every: 2 }),
  ],
  negatives: (data) => [data.source("xstest_refusals"), ...documents(data, 2)],
  unseen: (data) => [data.source("agentdojo_tool_results", { wanted: negative })],
  // The first sentence of a request says that it is one.
  stretches: sentenceBuckets,
  score: (model, text) => {
    tokenize(text, tokens);
    return surestRequest(model, text, tokens).nats;
  },
  falsePositives: 0.008,
};

/** Answers in which a model declines to do what it was asked. */
const refusal: Recipe = {
  name: "refusal",
  positives: (data) => [
    data.source("xstest_refusals", { wanted: positive, groupBy: "prompt" }),
    data.source("llmguard_tests", ofClass("refusal", positive)),
    phraseList("refusal", 40),
  ],
  negatives: (data) => [
    data.source("xstest_refusals", { wanted: negative, groupBy: "prompt" }),
    data.source("benign_docs", { every: 4 }),
    data.source("llmguard_tests", ofClass("refusal", negative)),
    data.source("presidio_recognizers"),
    phraseList("answer", 60),
  ],
  unseen: (data) => [data.source("alpaca_seed_tasks", ofClass("output", negative))],
  // A model says so at once.
  stretches: (text) => windowBuckets(text, openingWords).slice(0, 1),
  score: (model, text) => {
    tokenize(text, tokens);
    return opening(model, tokens, openingWords).nats;
  },
  falsePositives: 0.014,
};

export const recipes: readonly Recipe[] = [directInjection, strayRequest, refusal];
