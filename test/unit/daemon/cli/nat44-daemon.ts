/** A control server over made-up NAT44s, and mapctl that asks it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { Test } from "tap";
import { controlCommands } from "../../../../daemon/control/commands.js";
import { ControlServer } from "../../../../daemon/control/server.js";
import { controlled, controlledDaemon, type FakeNat44 } from "../fake-nat44.js";
import { CE_E, CE_T, configOf, daemonOf, viewOf } from "../samples.js";
import { type Outcome, runMapctl } from "./run.js";

export interface Live {
  /** NAT44 of the first domain. */
  readonly nat44: FakeNat44;
  readonly path: string;
  mapctl(...words: readonly string[]): Promise<Outcome>;
}

/** By default one CE: 192.0.2.18 with PSID 0x34, ports 1232-1235, 2256-2259, ... */
export async function live(t: Test, ...texts: readonly string[]): Promise<Live> {
  const folder = mkdtempSync(join(tmpdir(), "mapd-nat44-"));
  const configs = configOf(...(texts.length === 0 ? [CE_T] : texts)).domains;
  const domains = configs.map((config) => controlled(viewOf(config)));
  const commands = controlCommands(controlledDaemon(daemonOf([]), domains), "1.2.3");
  const server = new ControlServer(join(folder, "s"), commands, pino({ level: "silent" }));
  await server.listen();
  t.teardown(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const { path } = server;
  const mapctl = (...words: readonly string[]) => runMapctl("--socket", path, ...words);
  return { nat44: domains[0]!.nat44, path, mapctl };
}

/** CE_E on a LAN and with a rule of its own, so that both may run in one mapd. */
export const SECOND_CE = CE_E.replace("rules: [metro]", "rules: [whole]")
  .replace("2001:db8:12:3400::/56", "2001:db8:4012::/48")
  .replace("192.168.1.0/24", "192.168.2.0/24");
