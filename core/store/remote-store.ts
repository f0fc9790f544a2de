import type { MessagePort } from "node:worker_threads";
import type { Spool, SpooledBlock } from "./native/spool.ts";
import type { InsertOptions, QueryParams, Store } from "./store.ts";
import { StoreError, toStoreError } from "./store-error.ts";

/** The connections a remote caller can reach. */
export interface StorePair {
  readonly writes: Store;
  readonly reads: Store;
}

type Call =
  | { readonly method: "query" | "command"; readonly sql: string; readonly params?: QueryParams }
  | {
      readonly method: "insert";
      readonly table: string;
      readonly rows: readonly object[] | SpooledBlock;
      readonly options?: InsertOptions;
    };

interface Request {
  readonly id: number;
  readonly connection: keyof StorePair;
  readonly call: Call;
}

type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { message: string; code: string; type: string } };

/** Answers the calls that come through `port`; the store stays in this thread. */
export function serveStore(port: MessagePort, stores: StorePair): void {
  port.on("message", (request: Request) => {
    perform(stores[request.connection], request.call).then(
      (result) => reply({ id: request.id, result }),
      (cause: unknown) => {
        const { message, code, type } = toStoreError(cause);
        reply({ id: request.id, error: { message, code, type } });
      },
    );
  });

  function reply(message: Reply): void {
    port.postMessage(message);
  }
}

function perform(store: Store, call: Call): Promise<unknown> {
  if (call.method === "insert") {
    return store.insert(call.table, call.rows, call.options);
  }
  return store[call.method](call.sql, call.params);
}

/**
 * The other side of {@link serveStore}. Blocks go through files of `spool`, not through the port.
 * A closed port fails what is open.
 */
export function connectStore(port: MessagePort, spool: Spool): StorePair {
  const pending = new Map<number, Pending>();
  let nextId = 0;
  let closed = false;
  port.on("message", (reply: Reply) => {
    const waiting = pending.get(reply.id);
    pending.delete(reply.id);
    if ("error" in reply) {
      waiting?.reject(new StoreError(reply.error.message, reply.error));
    } else {
      waiting?.resolve(reply.result);
    }
  });
  port.on("close", () => {
    closed = true;
    for (const waiting of pending.values()) {
      waiting.reject(portClosed());
    }
    pending.clear();
  });
  return { writes: storeOn("writes"), reads: storeOn("reads") };

  function storeOn(connection: keyof StorePair): Store {
    return {
      query: <Row>(sql: string, params?: QueryParams) =>
        send(connection, { method: "query", sql, ...(params && { params }) }) as Promise<Row[]>,
      async command(sql, params) {
        await send(connection, { method: "command", sql, ...(params && { params }) });
      },
      async insert(table, rows, options) {
        function insert(ready: readonly object[] | SpooledBlock): Promise<unknown> {
          const about = { table, rows: ready, ...(options && { options }) };
          return send(connection, { method: "insert", ...about });
        }
        await ("chunks" in rows ? spool.with(rows, insert) : insert(rows));
      },
    };
  }

  function send(connection: keyof StorePair, call: Call): Promise<unknown> {
    if (closed) {
      return Promise.reject(portClosed());
    }
    nextId += 1;
    const id = nextId;
    return new Promise((resolve, reject) => {
      pending.set(id, { resolve, reject });
      try {
        port.postMessage({ id, connection, call } satisfies Request);
      } catch (error) {
        pending.delete(id);
        reject(toStoreError(error));
      }
    });
  }
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

function portClosed(): StoreError {
  return new StoreError("expected an open port to the store, got a closed one", {
    code: "",
    type: "PORT_CLOSED",
  });
}
