/** A limited number of answers at a time, each until its response is read or gone. */
import type { ServerResponse } from "node:http";
import { MapdError } from "../errors.js";
import { errorReply, type Reply } from "./reply.js";

export class Turns {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a turn that the response gives back, or gives the refusal. */
  take(response: ServerResponse): Reply | null {
    if (this.#taken >= this.#most) {
      const message = `mapd is giving ${this.#most} such answers already; ask again in a second`;
      const refusal = errorReply(503, new MapdError("refused", message));
      return { ...refusal, headers: { "Retry-After": "1" } };
    }
    this.#taken++;
    response.once("close", () => this.#taken--);
    return null;
  }
}
