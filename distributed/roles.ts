/** What a process of a fleet may do; without a choice it does all of it. */
export const roles = ["collector", "analyzer", "feedback"] as const;

export type Role = (typeof roles)[number];
