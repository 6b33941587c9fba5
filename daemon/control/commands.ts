/** The one table of what the control socket can be asked. */
import { countersDocument, type DaemonView, statusDocument } from "../runtime/status.js";

export interface ControlCommand {
  readonly name: string;
  readonly summary: string;
  run(): object | Promise<object>;
}

export function controlCommands(daemon: DaemonView, version: string): readonly ControlCommand[] {
  return [
    {
      name: "status",
      summary: "Domains, addresses, readiness: mapd.status/1",
      run: () => statusDocument(daemon, version),
    },
    {
      name: "counters",
      summary: "Every counter and drop reason by domain: mapd.counters/1",
      run: () => countersDocument(daemon.domains),
    },
  ];
}
