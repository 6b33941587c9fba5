/** mapctl sessions against a made-up NAT44: filters, orders, limits, pages. */
import { test } from "tap";
import type { SessionRow } from "../../../../src/nat44/records.js";
import { type Live, live } from "./nat44-daemon.js";
import { documentIn } from "./run.js";

const HOST = 0xc0a8010a;
const SERVER = 0xcb007109;

const TCP: SessionRow = {
  protocol: 6,
  insideAddress: HOST,
  insidePort: 50000,
  externalPort: 1232,
  remoteAddress: SERVER,
  remotePort: 443,
  tcpState: "established",
  shared: false,
  remainingMs: 7_439_001,
};

const ROWS: readonly SessionRow[] = [
  { ...TCP, insidePort: 50001, externalPort: 64723, tcpState: "closing", remainingMs: 1 },
  { ...TCP, insideAddress: HOST - 1, remoteAddress: SERVER + 1, shared: true },
  {
    ...TCP,
    protocol: 17,
    insidePort: 5060,
    remoteAddress: SERVER,
    remotePort: 0,
    tcpState: null,
    remainingMs: 300_000,
  },
  {
    ...TCP,
    protocol: 17,
    insidePort: 3074,
    externalPort: 2256,
    remoteAddress: 0,
    remotePort: 0,
    tcpState: null,
    remainingMs: 120_000,
  },
  {
    ...TCP,
    protocol: 1,
    insidePort: 77,
    externalPort: 1233,
    remotePort: 0,
    tcpState: null,
    remainingMs: 60_000,
  },
  TCP,
];

function fill({ nat44 }: Live): void {
  nat44.sessions = ROWS;
}

test("a table in the order of the hosts", async (t) => {
  const setup = await live(t);
  fill(setup);
  t.same(await setup.mapctl("sessions"), {
    status: 0,
    stdout: `protocol  inside                 external  remote            state        remaining
tcp       192.168.1.9:50000   shared 1232  203.0.113.10:443  established      2h 4m
icmp      192.168.1.10:77            1233  203.0.113.9       -                   1m
udp       192.168.1.10:3074          2256  *                 -                   2m
udp       192.168.1.10:5060          1232  203.0.113.9:*     -                   5m
tcp       192.168.1.10:50000         1232  203.0.113.9:443   established      2h 4m
tcp       192.168.1.10:50001        64723  203.0.113.9:443   closing             1s
`,
    stderr: "",
  });
});

test("--json: one document, with what stands for any end as null", async (t) => {
  const setup = await live(t);
  fill(setup);
  const words = ["--protocol", "udp", "--sort", "remaining", "--json"];
  t.same(documentIn(await setup.mapctl("sessions", ...words)), {
    schema: "mapd.sessions/1",
    domain: "ce-t",
    externalAddress: "192.0.2.18",
    total: 6,
    matched: 2,
    sessions: [
      {
        protocol: "udp",
        insideAddress: "192.168.1.10",
        insidePort: 3074,
        externalPort: 2256,
        remoteAddress: null,
        remotePort: null,
        state: null,
        shared: false,
        remainingSeconds: 120,
      },
      {
        protocol: "udp",
        insideAddress: "192.168.1.10",
        insidePort: 5060,
        externalPort: 1232,
        remoteAddress: "203.0.113.9",
        remotePort: null,
        state: null,
        shared: false,
        remainingSeconds: 300,
      },
    ],
  });
});

/** The inside ports that are left, in the order of the document. */
const CHOICES = [
  { words: ["--protocol", "tcp"], inside: [50000, 50000, 50001] },
  { words: ["--protocol", "icmp"], inside: [77] },
  { words: ["--host", "192.168.1.9"], inside: [50000] },
  { words: ["--host", "192.168.1.77"], inside: [] },
  { words: ["--remote", "203.0.113.10"], inside: [50000, 3074] },
  { words: ["--remote", "203.0.113.9:443"], inside: [77, 3074, 5060, 50000, 50001] },
  { words: ["--remote", "203.0.113.9:80"], inside: [77, 3074, 5060] },
  { words: ["--port", "1232"], inside: [50000, 5060, 50000] },
  { words: ["--state", "closing"], inside: [50001] },
  { words: ["--port", "1232", "--protocol", "udp"], inside: [5060] },
  { words: ["--sort", "port"], inside: [50000, 50000, 5060, 77, 3074, 50001] },
  { words: ["--sort", "remaining"], inside: [50001, 77, 3074, 5060, 50000, 50000] },
  { words: ["--sort", "remote"], inside: [3074, 5060, 77, 50000, 50001, 50000] },
  { words: ["--sort", "remaining", "--limit", "2"], inside: [50001, 77] },
] as const;

for (const { words, inside } of CHOICES) {
  for (const more of [[], ["--limit", "0"]]) {
    if (more.length > 0 && words.includes("--limit" as never)) continue;
    test(`sessions ${[...words, ...more].join(" ")}`, async (t) => {
      const setup = await live(t);
      fill(setup);
      const outcome = await setup.mapctl("sessions", ...words, ...more, "--json");
      const { sessions } = documentIn(outcome);
      t.same(
        (sessions as readonly { insidePort: number }[]).map((row) => row.insidePort),
        inside,
      );
    });
  }
}

test("what the limit leaves out is told on standard error", async (t) => {
  const setup = await live(t);
  fill(setup);
  const outcome = await setup.mapctl("sessions", "--limit", "5", "--protocol", "tcp");
  t.equal(outcome.stderr, "");
  const cut = await setup.mapctl("sessions", "--limit", "2", "--protocol", "tcp");
  t.equal(cut.stdout.trimEnd().split("\n").length, 3);
  t.equal(cut.stderr, "2 of 3 sessions; --limit 0 shows all\n");
});

test("many sessions are read page by page, and every one is seen once", async (t) => {
  const { nat44, mapctl } = await live(t);
  // Backwards, so that the last page holds what comes first.
  nat44.sessions = Array.from({ length: 10_000 }, (_, i) => {
    return { ...TCP, insideAddress: HOST + 10_000 - i };
  });
  const cut = documentIn(await mapctl("sessions", "--limit", "2", "--json"));
  t.match(cut, {
    total: 10_000,
    matched: 10_000,
    sessions: [{ insideAddress: "192.168.1.11" }, { insideAddress: "192.168.1.12" }],
  });
  t.equal((cut.sessions as readonly object[]).length, 2);
  t.same(
    nat44.asked,
    Array.from({ length: 10 }, (_, i) => {
      return { kind: "sessions", cursor: 1024 * i, limit: 1024 };
    }),
  );
  const all = documentIn(await mapctl("sessions", "--limit", "0", "--json"));
  t.match(all, { schema: "mapd.sessions/1", total: 10_000, matched: 10_000 });
  const hosts = (all.sessions as readonly { insideAddress: string }[]).map(
    (row) => row.insideAddress,
  );
  t.equal(new Set(hosts).size, 10_000);
  t.same(hosts.slice(0, 2), ["192.168.1.11", "192.168.1.12"]);
});

const USAGE = [
  { words: ["--host", "lan"], says: /error: host: "lan" is not an IPv4 address/ },
  { words: ["--remote", "203.0.113.9:x"], says: /port "x" is not a whole number/ },
  { words: ["--port", "65536"], says: /port 65536 is above 65535/ },
  { words: ["--state", "open"], says: /syn-sent, half-open, established/ },
  { words: ["--protocol", "sctp"], says: /tcp, udp, icmp/ },
  { words: ["--limit", "-1"], says: /limit "-1" is not a whole number/ },
  { words: ["x"], says: /too many arguments/ },
] as const;

for (const { words, says } of USAGE) {
  test(`sessions ${words.join(" ")} ends with 2`, async (t) => {
    const { mapctl } = await live(t);
    const { status, stdout, stderr } = await mapctl("sessions", ...words);
    t.same({ status, stdout }, { status: 2, stdout: "" });
    t.match(stderr, says);
  });
}
