/**
 * The ruleset of `calc --nat nft` in the kernel, in a namespace of its own. One address, both ends on lo:
 *
 *   client 10.9.9.9:any --- postrouting: source NAT ---> server 10.9.9.9:5000
 */
import "./sandboxed.js";
import { execFileSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { test } from "tap";
import { type Ce, ceFromIndex } from "../../src/map/ce.js";
import { checkRule } from "../../src/map/check.js";
import { nftSourceNat } from "../../src/map/nft.js";
import { portSetOf } from "../../src/map/rule.js";
import { readRuleText } from "../../src/map/rule-text.js";
import type { Rule } from "../../src/map/types.js";

const HOST = "10.9.9.9";
const FLOWS = 80;

execFileSync("ip", ["link", "set", "lo", "up"]);
execFileSync("ip", ["address", "add", `${HOST}/32`, "dev", "lo"]);

function ceOf(text: string, index: number): { readonly rule: Rule; readonly ce: Ce } {
  const read = readRuleText(text);
  const rule = read.ok ? checkRule(read.value, "") : read;
  const ce = rule.ok ? ceFromIndex(rule.value, index) : rule;
  if (!rule.ok || !ce.ok) throw new Error(`no CE ${index} of ${text}`);
  return { rule: rule.value, ce: ce.value };
}

async function bound(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(port, HOST);
  await once(socket, "listening");
  return socket;
}

/** What the server sees of one datagram from each of many sockets. */
async function sourcesSeen(): Promise<readonly { address: string; port: number }[]> {
  const server = await bound(0);
  const { port } = server.address();
  const seen: { address: string; port: number }[] = [];
  for (let i = 0; i < FLOWS; i++) {
    const client = await bound(0);
    const arrival = once(server, "message");
    client.send("x", port, HOST);
    const [, from] = await arrival;
    seen.push({ address: from.address, port: from.port });
    client.close();
  }
  server.close();
  return seen;
}

const RULES = [
  { name: "63 ranges", text: "2001:db8::/40 192.0.2.0/24 16 6", index: 0x1234, ranges: 63 },
  { name: "one range", text: "2001:db8:ce::/51 192.0.2.0/24 13 0", index: 0x40, ranges: 1 },
];

for (const { name, text, index, ranges } of RULES) {
  test(`connections take ports of the set, and of every range: ${name}`, async (t) => {
    const { rule, ce } = ceOf(text, index);
    const ruleset = nftSourceNat(rule, ce).replace('"map0"', '"lo"');
    execFileSync("nft", ["-f", "-"], { input: `flush ruleset\n${ruleset}` });
    const set = portSetOf(rule, ce.psid);
    const seen = await sourcesSeen();
    t.same(
      seen.filter(({ address, port }) => !address.startsWith("192.0.2.") || !set.contains(port)),
      [],
    );
    const starts = set.ranges().map(([first]) => first);
    const used = new Set(seen.map(({ port }) => starts.findLast((first) => first <= port)));
    t.equal(used.size, ranges);
  });
}
