/* What the tests of reloading share. */
import type { Test } from "tap";
import { askDaemon } from "../../daemon/control/client.js";
import type { StatusDocument } from "../../daemon/runtime/status.js";
import { ConfigFile, type DaemonProcess, ipLines, startDaemon } from "./daemon-under-test.js";

const PORT = 9464;

export const METRICS = `http://127.0.0.1:${PORT}/metrics`;

export interface Started {
  readonly file: ConfigFile;
  readonly daemon: DaemonProcess;
}

export async function started(t: Test, ...domains: readonly string[]): Promise<Started> {
  const file = new ConfigFile(t);
  file.write(domains, PORT);
  return { file, daemon: await startDaemon(t, file) };
}

/** Writes the file, sends SIGHUP and waits for a new line of the log that holds `answer`. */
async function hangUp({ file, daemon }: Started, domains: readonly string[], answer: string) {
  const before = daemon.count(answer);
  file.write(domains, PORT);
  daemon.kill("SIGHUP");
  await daemon.logged(answer, before + 1);
}

export const reload = (setup: Started, ...domains: readonly string[]) =>
  hangUp(setup, domains, '"configuration taken"');

export const reloadInVain = (setup: Started, ...domains: readonly string[]) =>
  hangUp(setup, domains, "the old one stays in force");

export async function status(file: ConfigFile): Promise<StatusDocument> {
  return (await askDaemon(file.socket, "status")) as StatusDocument;
}

export function routes(): string {
  return [...ipLines("-4 route show proto 200"), ...ipLines("-6 route show proto 200")].join("\n");
}
