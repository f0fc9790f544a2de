/** Texts remembered: the messages of a record, of which several detectors read each. */
const slots = 64;

/**
 * A function that remembers its answers to recent texts: one for each of 64 slots, which texts
 * are spread over by a few of their letters. Texts are compared, so no answer is another's.
 */
export function remember<Answer>(answer: (text: string) => Answer): (text: string) => Answer {
  const texts: (string | undefined)[] = Array.from({ length: slots });
  const answers: (Answer | undefined)[] = Array.from({ length: slots });
  return (text) => {
    const slot = slotOf(text, slots);
    if (texts[slot] === text) {
      return answers[slot] as Answer;
    }
    const fresh = answer(text);
    texts[slot] = text;
    answers[slot] = fresh;
    return fresh;
  };
}

/** A place for a text among `count`, a power of two. */
export function slotOf(text: string, count: number): number {
  const { length } = text;
  const middle = length >> 1;
  const mixed =
    length +
    text.charCodeAt(middle) * 31 +
    text.charCodeAt(middle + (middle >> 1)) * 131 +
    text.charCodeAt(length - 1) * 17;
  return mixed & (count - 1);
}
