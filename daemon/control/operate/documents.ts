/** What the commands that operate the daemon answer. */
import type { Readiness } from "../../runtime/readiness.js";

export interface ReadyDocument extends Readiness {
  readonly schema: "mapd.ready/1";
}
