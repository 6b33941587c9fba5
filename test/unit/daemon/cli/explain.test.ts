/** mapctl explain as a user meets it: text, documents, exit statuses. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { REMEDIES } from "../../../../src/explain/remedies.js";
import type { SessionRow } from "../../../../src/nat44/records.js";
import { PORT_FREE, PORT_USED } from "../../../../src/nat44/records.js";
import { DROPS } from "../../../../src/verdict.js";
import { goldenFolder } from "../../../golden/golden-folder.js";
import { brT, ceT } from "../../../golden/source/domains.js";
import { CE_T, domainOf } from "../samples.js";
import { folderWith } from "./config-folder.js";
import { live } from "./nat44-daemon.js";
import { documentIn, runMapctl } from "./run.js";

const DROPPED = `golden (map-t, br): from a CE
  assumed  port 443 of 198.51.100.1
  in       48 bytes
           IPv6 2001:db8:12:3400:0:c000:212:34 > 2001:db8:ffff:0:c6:3364:100:0, hop limit 64, traffic class 0, next header 17, payload 8
           UDP 1236 > 443, length 8, checksum 0x725a
  source   2001:db8:12:3400:0:c000:212:34 port 1236: mapping rule shared (2001:db8::/40 192.0.2.0/24 16 6 8, rfc7597)
           EA bits 0001001000110100: 192.0.2.18, PSID 52 (0x34)
           end-user prefix 2001:db8:12:3400::/56, MAP address 2001:db8:12:3400:0:c000:212:34
           252 ports
           ! port 1236 belongs to PSID 53, not to 52 (RFC 7597 §8.1)
  error    96 bytes
           IPv6 2001:db8:ffff:0:c0:0:800:0 > 2001:db8:12:3400:0:c000:212:34, hop limit 64, traffic class 0, next header 58, payload 56
           ICMPv6, destination unreachable, type 1 code 5, checksum 0x32ce
           quoted: IPv6 2001:db8:12:3400:0:c000:212:34 > 2001:db8:ffff:0:c6:3364:100:0, hop limit 64, traffic class 0, next header 17, payload 8
           quoted: UDP 1236 > 443, length 8, checksum 0x725a
  MTU      IPv4 up to 1500; headers -20 bytes; up to 1520 pass in one piece
  verdict  dropped: source_psid_mismatch
           Source port belongs to another PSID than the IPv6 source embeds (RFC 7597 §8.1)
  do       Compare psid-offset and psid-len at both ends: a client that ignores the offset uses another CE's ports. If they agree, the port is forged.
`;

test("explain says what drops a packet, by which rule, and what to do", async (t) => {
  const file = join(folderWith(t, brT()), "0.yaml");
  const words = ["[2001:db8:12:3400:0:c000:212:34]:1236", "198.51.100.1"];
  const outcome = await runMapctl("explain", ...words, "--protocol", "udp", "--config", file);
  t.equal(outcome.stdout, DROPPED);
  t.same([outcome.status, outcome.stderr], [0, ""]);
});

interface Explained {
  readonly domain: string;
  readonly direction: string;
  readonly verdict: string;
  readonly refusal: { readonly reason: string } | null;
  readonly nat44: { readonly inside: string; readonly external: string } | null;
  readonly live: { readonly ports: object; readonly sessions: readonly object[] } | null;
  readonly input: { readonly length: number };
  readonly output: readonly { readonly kind: string }[];
  readonly frame: number | null;
  readonly assumptions: readonly string[];
  readonly unseen: readonly { readonly reason: string }[];
  readonly later: { readonly reason: string; readonly afterMs: number } | null;
}

async function explained(...words: readonly string[]): Promise<readonly Explained[]> {
  const document = documentIn(await runMapctl("explain", ...words, "--json"));
  if (document.schema !== "mapd.explain/1") throw new Error(JSON.stringify(document));
  return document.explanations as readonly Explained[];
}

test("explain takes one end, lengths, TTLs and packets without DF", async (t) => {
  const file = join(folderWith(t, brT()), "0.yaml");
  const [one] = await explained("192.0.2.18:1232", "--config", file);
  t.match(one, { direction: "to-ce", verdict: "forwarded", frame: null });
  t.same(one?.assumptions, ["port 443 of 198.51.100.1"]);
  const [two] = await explained("2001:db8:12:3400:0:c000:212:34", "--config", file);
  t.match(two, { direction: "from-ce", verdict: "forwarded" });
  const ends = ["198.51.100.1:1", "192.0.2.18:1232", "--config", file];
  const [long] = await explained(...ends, "--length", "1500");
  t.match(long, { refusal: { reason: "too_big" }, input: { length: 1500 } });
  const [cut] = await explained(...ends, "--length", "1500", "--may-fragment");
  t.match(cut, { verdict: "forwarded", refusal: null });
  const [expired] = await explained(...ends, "--ttl", "1");
  t.match(expired, { refusal: { reason: "ttl_expired" } });
  const [portless] = await explained(
    "198.51.100.1",
    "192.0.2.18",
    "--protocol",
    "gre",
    "--config",
    file,
  );
  t.match(portless, { refusal: { reason: "no_port_for_shared_address" } });
});

test("explain finds the domains that know the addresses", async (t) => {
  const setup = await live(t);
  const domains = async (...words: readonly string[]): Promise<readonly string[]> => {
    const document = documentIn(await setup.mapctl("explain", ...words, "--json"));
    return (document.explanations as readonly Explained[]).map(({ domain }) => domain);
  };
  t.same(await domains("192.168.1.10", "203.0.113.9"), ["ce-t"]);
  t.same(await domains("192.0.2.19:1232", "203.0.113.9"), ["br-t"]);
  t.same(await domains("203.0.113.9", "192.0.2.18:1232"), ["br-t", "ce-t"]);
  t.same(await domains("203.0.113.9", "192.0.2.18:1232", "--domain", "ce-t"), ["ce-t"]);
  const unknown = await setup.mapctl("explain", "203.0.113.1:1", "203.0.113.9:2");
  t.equal(unknown.status, 6);
  t.match(unknown.stderr, /no domain knows 203\.0\.113\.1:1 and 203\.0\.113\.9:2/);
});

const SESSION: SessionRow = {
  protocol: 6,
  insideAddress: 0xc0a8010a,
  insidePort: 50000,
  externalPort: 2257,
  remoteAddress: 0xcb007109,
  remotePort: 443,
  tcpState: "established",
  shared: false,
  remainingMs: 7_439_001,
};

test("explain asks the running NAT44 which mappings there are, and whether ports are free", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.sessions = [SESSION];
  nat44.set(nat44.tcp, 2257, PORT_USED);
  const ask = async (...words: readonly string[]): Promise<Explained | undefined> => {
    const document = documentIn(await mapctl("explain", ...words, "--domain", "ce-t", "--json"));
    return (document.explanations as readonly Explained[])[0];
  };
  const out = await ask("192.168.1.10:50000", "203.0.113.9:443");
  t.match(out?.nat44, { inside: "192.168.1.10:50000", external: "192.0.2.18:2257" });
  t.equal(out?.live?.sessions.length, 1);
  t.match(out?.live?.ports, { used: 1, free: 251 });
  const back = await ask("203.0.113.9:443", "192.0.2.18:2257");
  t.match(back, { verdict: "forwarded", direction: "to-lan" });
  t.match(back?.nat44, { inside: "192.168.1.10:50000" });
  const stranger = await ask("203.0.113.77:443", "192.0.2.18:2257");
  t.match(stranger, { refusal: { reason: "nat44_filtered" } });
  const nobody = await ask("203.0.113.9:443", "192.0.2.18:2256");
  t.match(nobody, { refusal: { reason: "nat44_no_mapping" } });
  nat44.tcp.fill(PORT_USED);
  const full = await ask("192.168.1.11:50000", "203.0.113.9:443");
  t.match(full, { live: { ports: { free: 0 } } });
  // TCP may use a port again that leads elsewhere, but not towards one server for each of them.
  nat44.udp.fill(PORT_USED);
  const udp = await ask("192.168.1.11:50000", "203.0.113.9:443", "--protocol", "udp");
  t.match(udp, { refusal: { reason: "nat44_no_free_port" } });
  nat44.udp.fill(PORT_FREE);
  const text = await mapctl("explain", "192.168.1.10:50000", "203.0.113.9:443");
  t.match(
    text.stdout,
    /\n {2}now {2}0 free ports of this protocol, 1 session of this end\n {2}unseen {2}bad_offload_header, /,
  );
});

test("explain sees that the running NAT44 has no room for another session", async (t) => {
  const { nat44, mapctl } = await live(t);
  const { settings } = domainOf(CE_T);
  const most = settings.role === "ce" ? (settings.nat44?.maxSessions ?? 0) : 0;
  const other = { ...SESSION, insideAddress: SESSION.insideAddress + 1 };
  nat44.sessions = [SESSION, ...Array.from({ length: most - 1 }, () => other)];
  const words = ["explain", "192.168.1.10:50000"];
  const none = await mapctl(...words, "203.0.113.77:443");
  t.match(none.stdout, /verdict {2}dropped: nat44_table_full/);
  t.match(none.stdout, `  now  no room beside ${most} sessions, 252 free ports`);
  const own = await mapctl(...words, "203.0.113.9:443");
  t.match(own.stdout, /verdict {3}forwarded as IPv6/);
});

test("explain with a configuration asks no daemon", async (t) => {
  const file = join(folderWith(t, ceT()), "0.yaml");
  const [one] = await explained("192.168.1.10", "203.0.113.9", "--config", file);
  t.match(one, { verdict: "forwarded", live: null });
  t.same(
    one?.assumptions.at(-1),
    "NAT44 without sessions, and with no forwards but the configuration's",
  );
  t.same(
    one?.unseen.map(({ reason }) => reason),
    ["bad_offload_header", "nat44_address_changed", "tun_write_failed"],
  );
});

test("explain goes through a capture packet by packet", async (t) => {
  const folder = join(goldenFolder(), "map-t-br-checks-both-ends-of-a-packet-that-it-turns-around");
  const config = JSON.parse(readFileSync(join(folder, "case.json"), "utf8")).config;
  const file = join(folderWith(t, config), "0.yaml");
  const packets = await explained("--pcap", join(folder, "in.pcap"), "--config", file);
  t.same(
    packets.map(({ frame }) => frame),
    packets.map((_, i) => i + 1),
  );
  const counters = JSON.parse(readFileSync(join(folder, "counters.json"), "utf8"));
  const reasons = packets.flatMap(({ refusal }) => (refusal === null ? [] : [refusal.reason]));
  t.same([...new Set(reasons)].sort(), Object.keys(counters.dropped.ipv6).sort());
  const text = await runMapctl("explain", "--pcap", join(folder, "in.pcap"), "--config", file);
  t.match(text.stdout, /^golden \(map-t, br\): frame 1\n/);
});

test("explain tells a packet from those that waited for it", async (t) => {
  const name = "map-t-fragments-that-come-before-their-first-one-wait-for-it";
  const folder = join(goldenFolder(), name);
  const config = JSON.parse(readFileSync(join(folder, "case.json"), "utf8")).config;
  const file = join(folderWith(t, config), "0.yaml");
  const words = ["--pcap", join(folder, "in.pcap"), "--config", file];
  const packets = await explained(...words);
  const first = packets.find(({ output }) => output.length > 1);
  t.same([...new Set(first?.output.map(({ kind }) => kind))], ["forwarded", "released"]);
  t.equal(first?.output.filter(({ kind }) => kind === "forwarded").length, 1);
  const { stdout } = await runMapctl("explain", ...words);
  t.notMatch(stdout, /forwarded as IPv. in \d packets/);
});

test("explain says what became of a fragment that waited, and what nobody can see", async (t) => {
  const folder = join(goldenFolder(), "map-t-br-tells-the-sender-of-an-echo-that-stays-incomplete");
  const config = JSON.parse(readFileSync(join(folder, "case.json"), "utf8")).config;
  const file = join(folderWith(t, config), "0.yaml");
  const words = ["--pcap", join(folder, "in.pcap"), "--config", file];
  const packets = await explained(...words);
  t.match(packets, [
    { verdict: "held", unseen: [], later: { reason: "fragment_timeout", afterMs: 30_000 } },
    { verdict: "held", unseen: [], later: { reason: "fragment_timeout", afterMs: 60_000 } },
    { verdict: "held", unseen: [], later: { reason: "fragment_timeout", afterMs: 30_000 } },
  ]);
  const { stdout } = await runMapctl("explain", ...words);
  t.match(
    stdout,
    [
      "  later  dropped: fragment_timeout, 30 s after it came",
      "         Held fragment whose datagram's others did not come in time (RFC 8200 §4.5)",
      "  do     A fragment was lost: see that all take one way, through one BR, and keep packets below the MTU.",
    ].join("\n"),
  );
});

test("explain gives cause and remedy of every reason, and says of which it can show no packet", async (t) => {
  const unseen: string[] = [];
  for (const { name, help, rfc } of DROPS) {
    const { status, stdout } = await runMapctl("explain", name);
    t.equal(status, 0);
    const cause = rfc === "none" ? help : `${help} (${rfc})`;
    const [heading, first, second, third, ...rest] = stdout.split("\n");
    t.same([heading, first], [name, `  cause${rest.length > 1 ? " " : ""}  ${cause}`]);
    t.match(second, REMEDIES[name]);
    t.match(third, `mapctl trace reason ${name}`);
    if (rest.length > 1) unseen.push(`${name} ${rest[0]}`);
  }
  t.same(unseen, [
    "bad_offload_header   unseen  mapctl explain FROM TO cannot show it: the device writes the virtio header before a packet, and no capture has it",
    "nat44_address_changed   unseen  mapctl explain FROM TO cannot show it: only the running mapd knows the connections that the CE's former address had",
    "tun_write_failed   unseen  mapctl explain FROM TO cannot show it: only the kernel says whether it takes what is written to the device",
  ]);
  const document = documentIn(await runMapctl("explain", "nat44_filtered", "--json"));
  t.match(document, {
    schema: "mapd.explain/1",
    explanations: [],
    reasons: [{ reason: "nat44_filtered", rfc: "RFC 4787 §5", unseen: null }],
  });
});

const refusals = [
  { name: "nobody at all", words: ["explain"], status: 2, message: /mapctl explain FROM TO/ },
  {
    name: "a name",
    words: ["explain", "example.org", "192.0.2.1"],
    status: 2,
    message: /is not IPV4/,
  },
  {
    name: "a protocol that is none",
    words: ["explain", "192.0.2.1:1", "--protocol", "x"],
    status: 2,
    message: /protocol "x"/,
  },
  {
    name: "a TTL that is none",
    words: ["explain", "192.0.2.1:1", "--ttl", "256"],
    status: 2,
    message: /TTL 256/,
  },
  {
    name: "a shared address without a port",
    words: ["explain", "192.0.2.18"],
    status: 5,
    message: /is shared; give a port/,
  },
  {
    name: "a domain that is not there",
    words: ["explain", "192.0.2.18:1", "--domain", "goldem"],
    status: 6,
    message: /golden/,
  },
  {
    name: "a file that is not there",
    words: ["explain", "--pcap", "/nowhere.pcap"],
    status: 6,
    message: /nowhere/,
  },
  {
    name: "a capture that is none",
    words: ["explain", "--pcap", "CONFIG"],
    status: 5,
    message: /neither a pcap/,
  },
  {
    name: "nothing to check",
    words: ["check-pcap", "/nowhere.pcap"],
    status: 6,
    message: /nowhere/,
  },
];

for (const { name, words, status, message } of refusals) {
  test(`refused: ${name}`, async (t) => {
    const file = join(folderWith(t, brT()), "0.yaml");
    const given = words.map((word) => (word === "CONFIG" ? file : word));
    const outcome = await runMapctl(...given, "--config", file);
    t.equal(outcome.status, status);
    t.match(outcome.stderr, message);
    t.equal(outcome.stdout, "");
  });
}
