import kafkajs, { type ICustomPartitioner, type Message } from "kafkajs";

/**
 * Chooses each message's partition once. kafkajs chooses again whenever it repeats a request, and
 * a message without a key then goes to another partition, where nothing tells that it was already
 * written to the first.
 *
 * Keys are hashed as the Java client does. Messages without a key go to one partition per
 * request, all partitions in turn: larger batches compress better.
 *
 * @param turn a number that rises with every request.
 */
export function steadyPartitioner(turn: () => number): ICustomPartitioner {
  return () => {
    const byKey = kafkajs.Partitioners.DefaultPartitioner();
    const chosen = new WeakMap<Message, number>();
    return (about) => {
      const { message, partitionMetadata } = about;
      const known = chosen.get(message);
      if (known !== undefined) {
        return known;
      }
      const led = partitionMetadata.filter(({ leader }) => leader >= 0);
      const candidates = led.length > 0 ? led : partitionMetadata;
      const inTurn = candidates[turn() % candidates.length]?.partitionId ?? 0;
      const partition = message.key === null || message.key === undefined ? inTurn : byKey(about);
      chosen.set(message, partition);
      return partition;
    };
  };
}
