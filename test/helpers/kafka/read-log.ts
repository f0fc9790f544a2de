import type { KafkaClient } from "../../../core/queue/kafka/client.ts";
import { openJournals } from "../../../core/queue/kafka/journal.ts";

/** Key and value of every record that a topic holds now, in order. */
export async function readLog(kafka: KafkaClient, topic: string): Promise<string[]> {
  const texts: string[] = [];
  const apply = ({ key, value }: { key: string; value: Buffer | null }) =>
    void texts.push(`${key} ${value?.toString() ?? ""}`);
  const opened = await openJournals(kafka, [{ topic, from: "start", apply }]);
  await opened.close();
  return texts;
}
