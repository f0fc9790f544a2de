import type { AttributeMap } from "../model/telemetry.ts";

/** Shared by everything without attributes. */
export const noAttributes: AttributeMap = new Map();
