import type { RewritesEvents, StoredEvent } from "../commands/commands.ts";
import { looksInTexts, replaceMentions, type Subject } from "./subject.ts";

/** How many recorded decisions name the subject. */
export async function countEvents(commands: RewritesEvents, subject: Subject): Promise<number> {
  let count = 0;
  await commands.rewrite(subject.tenant, (event) => {
    count += withoutSubject(subject, event) === null ? 0 : 1;
    return null;
  });
  return count;
}

/** Keeps what was decided, with a pseudonym in place of who did. */
export function rewriteEvents(commands: RewritesEvents, subject: Subject): Promise<number> {
  return commands.rewrite(subject.tenant, (event) => withoutSubject(subject, event));
}

function withoutSubject(
  subject: Subject,
  { actor, data }: StoredEvent,
): Pick<StoredEvent, "actor" | "data"> | null {
  const isActor = actor === subject.id;
  const text = looksInTexts(subject) ? replaceMentions(subject, JSON.stringify(data)) : null;
  if (!isActor && text === null) {
    return null;
  }
  return {
    actor: isActor ? subject.pseudonym : actor,
    data: text === null ? data : (JSON.parse(text) as StoredEvent["data"]),
  };
}
