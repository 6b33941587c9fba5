/** What the doctor asks the running daemon. */
import { stringify } from "yaml";
import { parseConfig } from "../config/load.js";
import type { Config } from "../config/types.js";
import { askDaemon } from "../control/client.js";
import type { ConfigDocumentAnswer } from "../control/show/documents.js";
import { MapdError } from "../errors.js";
import type { CountersDocument, StatusDocument } from "../runtime/status.js";
import type { LiveDaemon } from "./context.js";

/** null where nobody answers. */
export async function findDaemon(socketPath: string): Promise<LiveDaemon | null> {
  try {
    // The daemon made its documents from these very types; a newer one only adds keys.
    const status = (await askDaemon(socketPath, "status")) as StatusDocument;
    const counters = async (): Promise<CountersDocument> =>
      (await askDaemon(socketPath, "counters")) as CountersDocument;
    return { status, counters };
  } catch (error) {
    if (error instanceof MapdError && error.code === "daemon-unreachable") return null;
    throw error;
  }
}

/** The configuration in force, read as a file would be. Rejects where nobody answers. */
export async function runningConfig(socketPath: string): Promise<Config> {
  const answer = (await askDaemon(socketPath, "config")) as ConfigDocumentAnswer;
  const checked = parseConfig(stringify(answer.configuration));
  if (checked.ok) return checked.value;
  const message = "the running mapd has a configuration that this mapctl does not understand";
  throw new MapdError("control-protocol", message, { diagnostics: checked.diagnostics });
}
