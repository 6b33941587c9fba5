/** What nothing has caught: a fault of mapd's own. It is told once, and mapd ends in order as far as that goes. */
import { EXIT } from "../errors.js";
import type { Log } from "../log.js";

/** What was broken may keep the end waiting, and subscribers wait for the next start. Milliseconds. */
const END_MS = 5_000;

export class FaultWatch {
  /** Resolves with the first. */
  readonly first: Promise<"fault">;
  #seen = false;

  /** From now on, until the process ends. Node hands rejections that nobody has handled to the same listener. */
  constructor(log: Log) {
    this.first = new Promise((resolve) => {
      process.on("uncaughtException", (error: unknown) => {
        log.fatal({ err: error }, "a fault of mapd itself that nothing has caught: mapd ends");
        // The end itself is broken, too.
        if (this.#seen) process.exit(EXIT.failure);
        this.#seen = true;
        setTimeout(() => process.exit(EXIT.failure), END_MS);
        resolve("fault");
      });
    });
  }

  get seen(): boolean {
    return this.#seen;
  }
}
