import { type DestinationStream, pino } from "pino";
import { test } from "tap";
import { Intake } from "../../../../daemon/pcp/intake.js";
import { parseIpv4Prefix } from "../../../../src/map/prefix.js";
import { addressOf } from "../../../support/pcp-responder.js";

const LAN = [parseIpv4Prefix("192.168.1.0/24")!];
const HOST = addressOf("192.168.1.10");
const FOREIGN = addressOf("203.0.113.7");

interface Line {
  readonly msg: string;
  readonly count: number;
  readonly last: string;
}

function intake(): { intake: Intake; lines: Line[] } {
  const lines: Line[] = [];
  const stream: DestinationStream = { write: (text) => void lines.push(JSON.parse(text)) };
  return { intake: new Intake(pino({}, stream)), lines };
}

/** How many of `tries` requests of a source are taken in, each answered before the next comes. */
function taken(to: Intake, source: number, tries: number, nowMs: number): number {
  let count = 0;
  for (let i = 0; i < tries; i++) {
    if (!to.admit(source, LAN, nowMs)) continue;
    count++;
    to.done();
  }
  return count;
}

test("only the LAN is heard, and the others are told of once a minute", async (t) => {
  const { intake: door, lines } = intake();
  t.equal(taken(door, HOST, 1, 0), 1);
  t.equal(taken(door, FOREIGN, 10, 0), 0);
  t.equal(taken(door, FOREIGN, 10, 59_999), 0);
  t.equal(taken(door, FOREIGN, 1, 60_000), 0);
  const msg = "PCP requests from outside local-ipv4-prefixes ignored";
  t.match(lines, [
    { msg, count: 1, last: "203.0.113.7" },
    { msg, count: 20, last: "203.0.113.7" },
  ]);
});

test("a host may ask twenty times a second, all of them five hundred times", async (t) => {
  const { intake: door, lines } = intake();
  t.equal(taken(door, HOST, 100, 0), 20);
  t.equal(taken(door, HOST, 100, 1000), 20);
  let all = 0;
  for (let host = 11; host < 111; host++) all += taken(door, HOST + host, 20, 2000);
  t.equal(all, 500);
  t.match(lines, [{ msg: "PCP requests ignored: too many", count: 1, last: "192.168.1.10" }]);
});

test("no more wait for their answer than sixty-four", async (t) => {
  const { intake: door } = intake();
  const admitted = [];
  for (let host = 0; host < 100; host++) admitted.push(door.admit(HOST + host, LAN, 0));
  t.equal(admitted.filter((one) => one).length, 64);
  door.done();
  t.equal(door.admit(HOST + 100, LAN, 0), true);
  t.equal(door.admit(HOST + 101, LAN, 0), false);
});

test("more hosts than are remembered are heard all the same", async (t) => {
  const { intake: door } = intake();
  let heard = 0;
  const wide = [parseIpv4Prefix("192.168.0.0/16")!];
  for (let host = 0; host < 3000; host++) {
    if (!door.admit(HOST + host, wide, host * 10)) continue;
    heard++;
    door.done();
  }
  t.equal(heard, 3000);
});
