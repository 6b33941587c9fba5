/** The commands that take a configuration, and take the daemon out of service and back. */
import { z } from "zod";
import type { Readiness } from "../../runtime/readiness.js";
import type { ReloadDocument } from "../../runtime/reloader.js";
import { type ControlCommand, controlCommand } from "../command.js";
import type { ReadyDocument } from "./documents.js";

const NOTHING = z.strictObject({});
/** An hour is long enough for everything that a fleet may have to settle. */
const UNDRAIN = z.strictObject({ hold: z.number().min(0).max(3600).default(0) });

/** A daemon that can be taken out of service; Daemon has this shape. */
export interface OperatedDaemon {
  readonly readiness: Readiness;
  drain(): Promise<void>;
  undrain(holdMs: number): Promise<void>;
}

/** What takes the configuration file; Reloader has this shape. */
export interface Reloads {
  compare(): Promise<ReloadDocument>;
  reload(): Promise<ReloadDocument>;
}

export function operateCommands(
  daemon: OperatedDaemon,
  reloads: Reloads,
): readonly ControlCommand[] {
  const ready = (): ReadyDocument => ({ schema: "mapd.ready/1", ...daemon.readiness });
  return [
    controlCommand("ready", "Whether mapd should get packets: mapd.ready/1", NOTHING, ready),
    controlCommand(
      "reload-dry-run",
      "What the configuration file would change: mapd.reload/1",
      NOTHING,
      () => reloads.compare(),
    ),
    {
      ...controlCommand(
        "reload",
        "Read the configuration file again, all of it or nothing: mapd.reload/1",
        NOTHING,
        () => reloads.reload(),
      ),
      changes: true,
    },
    {
      ...controlCommand(
        "drain",
        "Withdraw the announcement, keep forwarding: mapd.ready/1",
        NOTHING,
        async () => {
          await daemon.drain();
          return ready();
        },
      ),
      changes: true,
    },
    {
      ...controlCommand(
        "undrain",
        "End the drain, in `hold` seconds: mapd.ready/1",
        UNDRAIN,
        async ({ hold }) => {
          await daemon.undrain(hold * 1000);
          return ready();
        },
      ),
      changes: true,
    },
  ];
}
