import { realpathSync } from "node:fs";
import { BroadcastChannel } from "node:worker_threads";

/** Tells the other threads of this process that something changed in a folder. */
export interface WakeChannel {
  /** Many calls in one turn of the event loop send one message. */
  readonly notify: () => void;
  /** Calls back after each `notify` of any thread, this one included; returns unsubscribe. */
  subscribe(listener: () => void): () => void;
  close(): void;
}

export function openWakeChannel(dir: string): WakeChannel {
  const channel = new BroadcastChannel(`telltale:${realpathSync(dir)}`);
  const listeners = new Set<() => void>();
  let isQueued = false;
  let isClosed = false;
  // A channel must not keep a process alive that has nothing else to do.
  channel.unref();
  channel.addEventListener("message", callListeners);

  function callListeners(): void {
    for (const listener of listeners) {
      listener();
    }
  }

  return {
    notify() {
      if (isQueued) {
        return;
      }
      isQueued = true;
      setImmediate(() => {
        isQueued = false;
        if (!isClosed) {
          channel.postMessage(1);
          callListeners();
        }
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      isClosed = true;
      channel.close();
    },
  };
}
