/** mapctl ports and ports suggest against a made-up NAT44. */
import { test } from "tap";
import {
  PORT_FORWARD,
  PORT_FREE,
  PORT_RESERVED,
  PORT_USED,
} from "../../../../src/nat44/records.js";
import { type Live, live, SECOND_CE } from "./nat44-daemon.js";
import { documentIn } from "./run.js";

/** Some ports of the 63 blocks of four: 1232-1235, 2256-2259, ... */
function fill({ nat44 }: Live): void {
  nat44.set(nat44.tcp, 1232, PORT_FORWARD);
  nat44.set(nat44.tcp, 1233, PORT_USED);
  nat44.set(nat44.tcp, 2256, PORT_USED);
  nat44.set(nat44.udp, 1234, PORT_RESERVED);
  nat44.set(nat44.tcp, 1234, PORT_RESERVED);
  nat44.set(nat44.icmp, 64723, PORT_USED);
}

const NONE = { used: 0, forward: 0, reserved: 0 };

test("ports --json: counts by protocol, and each block", async (t) => {
  const setup = await live(t);
  fill(setup);
  const outcome = await setup.mapctl("ports", "--json");
  t.equal(outcome.status, 0);
  const { blocks, ...rest } = documentIn(outcome);
  t.same(rest, {
    schema: "mapd.ports/1",
    domain: "ce-t",
    externalAddress: "192.0.2.18",
    count: 252,
    protocols: {
      tcp: { used: 2, forward: 1, reserved: 1, free: 248 },
      udp: { ...NONE, reserved: 1, free: 251 },
      icmp: { ...NONE, used: 1, free: 251 },
    },
  });
  const rows = blocks as readonly object[];
  t.equal(rows.length, 63);
  const empty = { ...NONE, free: 4 };
  t.same(rows[0], {
    first: 1232,
    last: 1235,
    tcp: { used: 1, forward: 1, reserved: 1, free: 1 },
    udp: { ...NONE, reserved: 1, free: 3 },
    icmp: empty,
  });
  t.same(rows[1], {
    first: 2256,
    last: 2259,
    tcp: { ...NONE, used: 1, free: 3 },
    udp: empty,
    icmp: empty,
  });
  for (const [index, row] of rows.slice(2, -1).entries()) {
    const first = 3280 + 1024 * index;
    t.same(row, { first, last: first + 3, tcp: empty, udp: empty, icmp: empty });
  }
  t.same(rows[62], {
    first: 64720,
    last: 64723,
    tcp: empty,
    udp: empty,
    icmp: { ...NONE, used: 1, free: 3 },
  });
});

test("ports: two tables", async (t) => {
  const setup = await live(t);
  fill(setup);
  const { status, stdout } = await setup.mapctl("ports");
  t.equal(status, 0);
  const lines = stdout.split("\n");
  t.equal(
    lines.slice(0, 9).join("\n"),
    `domain: ce-t, 192.0.2.18, 252 ports in 63 blocks
protocol  used  forward  reserved  free   of
tcp          2        1         1   248  252
udp          0        0         1   251  252
icmp         1        0         0   251  252

block        tcp used  forward  reserved  free  udp used  forward  reserved  free  icmp used  forward  reserved  free
1232-1235           1        1         1     1         0        0         1     3          0        0         0     4
2256-2259           1        0         0     3         0        0         0     4          0        0         0     4`,
  );
  t.equal(lines.length, 7 + 63 + 1);
});

test("ports of a whole address: one block", async (t) => {
  const { nat44, mapctl } = await live(t, SECOND_CE);
  nat44.tcp.fill(PORT_RESERVED, 0, 1024);
  t.equal(
    (await mapctl("ports")).stdout,
    `domain: ce-e, 198.51.100.18, 65536 ports in 1 block
protocol  used  forward  reserved   free     of
tcp          0        0      1024  64512  65536
udp          0        0         0  65536  65536
icmp         0        0         0  65536  65536

block    tcp used  forward  reserved   free  udp used  forward  reserved   free  icmp used  forward  reserved   free
0-65535         0        0      1024  64512         0        0         0  65536          0        0         0  65536
`,
  );
});

test("suggest spreads over the blocks, and passes by what is not free", async (t) => {
  const setup = await live(t);
  fill(setup);
  t.same(await setup.mapctl("ports", "suggest", "--count", "3"), {
    status: 0,
    stdout: `1235
22736
44240

under nat44 of domain ce-t:
  reserve: [1235, 22736, 44240]
`,
    stderr: "",
  });
  const words = ["--count", "3", "--protocol", "udp", "--json"];
  t.same(documentIn(await setup.mapctl("ports", "suggest", ...words)), {
    schema: "mapd.ports-suggest/1",
    domain: "ce-t",
    externalAddress: "192.0.2.18",
    protocol: "udp",
    ports: [1232, 22736, 44240],
    reserve: "reserve: [1232, 22736, 44240]",
  });
});

test("suggest --contiguous: the first run of free ports", async (t) => {
  const setup = await live(t);
  fill(setup);
  const words = ["--count", "3", "--contiguous", "--json"];
  t.match(documentIn(await setup.mapctl("ports", "suggest", ...words)), {
    ports: [2257, 2258, 2259],
    reserve: "reserve: [2257-2259]",
  });
});

test("suggest gives one port where no number is said", async (t) => {
  const { mapctl } = await live(t);
  t.same(documentIn(await mapctl("ports", "suggest", "--json")).ports, [1232]);
});

test("a run longer than any block is refused, with the longest there is", async (t) => {
  const { mapctl } = await live(t);
  t.same(await mapctl("ports", "suggest", "--count", "5", "--contiguous"), {
    status: 1,
    stdout: "",
    stderr:
      "error: domain ce-t has not 5 ports in a row free for both tcp and udp; the most is 4: 1232-1235\n",
  });
});

test("more ports than are free are refused, with those that are", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.tcp.fill(PORT_USED);
  nat44.set(nat44.tcp, 2257, PORT_FREE);
  t.same(await mapctl("ports", "suggest", "--count", "2", "--protocol", "tcp"), {
    status: 1,
    stdout: "",
    stderr: "error: domain ce-t has not 2 ports free for tcp; the most is 1: 2257\n",
  });
  nat44.tcp.fill(PORT_USED);
  t.match(await mapctl("ports", "suggest", "--protocol", "tcp"), {
    status: 1,
    stderr: "error: domain ce-t has not 1 ports free for tcp; none is\n",
  });
});

test("suggest with a count that is none ends with 2", async (t) => {
  const { mapctl } = await live(t);
  for (const count of ["0", "many", "65536"]) {
    const { status, stderr } = await mapctl("ports", "suggest", "--count", count);
    t.equal(status, 2);
    t.match(stderr, /^error: count/);
  }
});
