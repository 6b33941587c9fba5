/*
 * What `mapctl dhcp encode` prints for servers, served: Kea and ISC dhcpd answer a client with the octets that were
 * encoded.
 *
 *   server  vsrv ------ vcli  client (this process)
 */
import "./sandboxed.js";

import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import { run, stop } from "../../lab/process.js";
import { decode } from "../../src/dhcp/decode.js";
import { encode, type S46Request } from "../../src/dhcp/encode.js";
import { formatHex } from "../../src/dhcp/hex.js";
import { iscLines, keaOptionData } from "../../src/dhcp/snippets.js";
import { checkRule, type RuleInput } from "../../src/map/check.js";
import { parseIpv4Prefix, parseIpv6Prefix } from "../../src/map/prefix.js";
import type { Rule } from "../../src/map/types.js";
import { parseIpv6 } from "../../src/wire/address.js";

const LONGEST_MS = 30_000;
const RETRY_MS = 200;

function rule(ipv6: string, ipv4: string, eaLen: number, more: Partial<RuleInput> = {}): Rule {
  const prefixes = { ipv6: parseIpv6Prefix(ipv6)!, ipv4: parseIpv4Prefix(ipv4)! };
  const checked = checkRule({ name: "r", ...prefixes, eaLen, ...more }, "");
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return checked.value;
}

const BR = parseIpv6("2001:db8:1::1")!;
const METRO = rule("2001:db8::/40", "192.0.2.0/24", 16, { forwarding: true, psidOffset: 4 });
const OCN = rule("2001:db8:e000::/38", "203.0.96.0/20", 18);
const EDGE = rule("2001:db8:12:3400::/56", "192.0.2.18/32", 0, { psidLen: 8, psid: 0x34 });
const SUBSCRIBER = rule("2001:db8:77::1/128", "192.0.2.18/32", 0, {
  psidLen: 8,
  psid: 0x34,
  psidOffset: 0,
});

/** One in Kea's named fields with a PSID, one as octets, and a binding; a scope of Kea's has one space of port parameters. */
const REQUESTS: readonly S46Request[] = [
  { mode: "map-e", rules: [METRO, OCN], dmr: null, brAddresses: [BR, parseIpv6("2001:db8:1::2")!] },
  { mode: "map-t", rules: [EDGE], dmr: parseIpv6Prefix("64:ff9b::/96"), brAddresses: [] },
  { mode: "lw4o6", rules: [SUBSCRIBER], dmr: null, brAddresses: [BR] },
];

function octetsOf(request: S46Request): Uint8Array {
  const encoded = encode(request);
  if (!encoded.ok) throw new Error(JSON.stringify(encoded.diagnostics));
  return encoded.value;
}

const folder = mkdtempSync(join(tmpdir(), "mapd-dhcp-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function keaCommand(): readonly string[] {
  const file = fileOf(
    "kea.json",
    JSON.stringify({
      Dhcp6: {
        "interfaces-config": { interfaces: ["vsrv"] },
        "lease-database": { type: "memfile", persist: false },
        "data-directory": folder,
        loggers: [{ name: "kea-dhcp6", severity: "WARN", output_options: [{ output: "stderr" }] }],
        subnet6: [{ subnet: "2001:db8:ffff::/64", interface: "vsrv" }],
        "option-data": REQUESTS.flatMap((one) => keaOptionData(one, octetsOf(one))),
      },
    }),
  );
  return ["kea-dhcp6", "-c", file];
}

function iscCommand(): readonly string[] {
  const lines = REQUESTS.map((one) => iscLines(one, octetsOf(one))).join("");
  const file = fileOf("dhcpd6.conf", `${lines}subnet6 2001:db8:ffff::/64 { }\n`);
  const leases = fileOf("leases", "");
  return ["dhcpd", "-6", "-f", "-q", "-cf", file, "-lf", leases, "--no-pid", "vsrv"];
}

await run(["ip", "link", "add", "vsrv", "type", "veth", "peer", "name", "vcli"]);
for (const device of ["vsrv", "vcli"]) {
  // No duplicate address detection: a server that starts before it has ended finds no address.
  await run(["sysctl", "-qw", `net.ipv6.conf.${device}.accept_dad=0`]);
  await run(["ip", "link", "set", device, "up"]);
}
await run(["ip", "address", "add", "2001:db8:ffff::1/64", "dev", "vsrv", "nodad"]);

const INFORMATION_REQUEST = 11;
const ORO = [94, 95, 96];

/** The containers of the answer, with their headers; asks until somebody answers. */
async function ask(): Promise<ReadonlyMap<string, string>> {
  const socket = createSocket("udp6");
  socket.bind({ port: 546, address: "::" });
  await once(socket, "listening");
  socket.setMulticastInterface("::%vcli");
  const identifier = [0, 1, 0, 10, 0, 3, 0, 1, 2, 0, 0, 0, 0, 1];
  const wanted = [0, 6, 0, 2 * ORO.length, ...ORO.flatMap((code) => [0, code])];
  const elapsed = [0, 8, 0, 2, 0, 0];
  const message = Uint8Array.from([
    INFORMATION_REQUEST,
    1,
    2,
    3,
    ...identifier,
    ...elapsed,
    ...wanted,
  ]);
  const send = (): void => socket.send(message, 547, "ff02::1:2%vcli");
  const again = setInterval(send, RETRY_MS);
  const signal = AbortSignal.timeout(LONGEST_MS);
  const [reply]: Uint8Array[] = await once(socket, "message", { signal }).finally(() => {
    clearInterval(again);
    socket.close();
  });
  const { containers, bytes } = decode(Uint8Array.from(reply ?? []));
  return new Map(
    containers.map(({ mode, from, to }) => [mode, formatHex(bytes.subarray(from, to))]),
  );
}

async function serve(command: readonly string[]): Promise<ChildProcess> {
  const [program = "", ...words] = command;
  const env = { ...process.env, KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: folder };
  const server = spawn(program, words, { stdio: ["ignore", 2, 2], env });
  await once(server, "spawn");
  return server;
}

/** Options of a container in any order: servers keep ours or sort theirs. */
function sorted(hex: string): readonly string[] {
  const bytes = new Uint8Array(Buffer.from(hex, "hex"));
  const parts: string[] = [];
  for (let at = 4; at + 4 <= bytes.length; ) {
    const end = at + 4 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    parts.push(formatHex(bytes.subarray(at, end)));
    at = end;
  }
  return [hex.slice(0, 8), ...parts.sort()];
}

for (const [name, command] of [
  ["Kea", keaCommand()],
  ["ISC dhcpd", iscCommand()],
] as const) {
  await test(`${name} serves the octets that were encoded`, { timeout: 60_000 }, async (t) => {
    const server = await serve(command);
    try {
      const served = await ask();
      for (const request of REQUESTS) {
        const own = formatHex(octetsOf(request));
        t.strictSame(sorted(served.get(request.mode) ?? ""), sorted(own), request.mode);
      }
    } finally {
      await stop(server, "SIGTERM");
    }
  });
}
