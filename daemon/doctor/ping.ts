/** Echo requests by the program ping. */
import type { DoctorSystem } from "./system.js";

export interface Pinged {
  readonly answered: boolean;
  /** The line of ping that tells most. */
  readonly line: string;
}

/** Seconds that an answer may take; two requests, since one may be lost on any network. */
const PATIENCE = ["-c", "2", "-i", "0.3", "-W", "1"];

/** Out of a device whatever the routes prefer. Don't Fragment is set: the whole packet passes, or nothing. */
export function pingThrough(
  system: DoctorSystem,
  device: string,
  target: string,
  dataLen: number,
): Promise<Pinged> {
  const words = [
    "ping",
    "-n",
    ...PATIENCE,
    "-M",
    "do",
    "-s",
    String(dataLen),
    "-I",
    device,
    target,
  ];
  return ping(system, words);
}

export function pingIpv6(system: DoctorSystem, target: string): Promise<Pinged> {
  return ping(system, ["ping", "-6", "-n", ...PATIENCE, target]);
}

async function ping(system: DoctorSystem, words: readonly string[]): Promise<Pinged> {
  const output = await system.run(words);
  if (output === null) return { answered: false, line: "the program ping is not in PATH" };
  const lines = `${output.stdout}\n${output.stderr}`.split("\n").map((text) => text.trim());
  const statistics = lines.find((text) => text.includes(" received")) ?? words.join(" ");
  const said = lines.find((text) => /mtu ?= ?\d+/.test(text));
  const error = lines.find((text) => /^From .*icmp_seq|^ping: /.test(text));
  return {
    answered: /, [1-9]\d* received/.test(statistics),
    line: said ?? error ?? statistics,
  };
}
