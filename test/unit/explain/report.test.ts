/** What is said of a packet, whole; and what is found wrong with its ends. */
import { test } from "tap";
import { DomainRun } from "../../../src/explain/domain-run.js";
import { Explainer, type PacketReport } from "../../../src/explain/report.js";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import {
  commentText,
  headerText,
  mtuText,
  ruleText,
  verdictText,
} from "../../../src/explain/text.js";
import { caseFolders } from "../../golden/golden-folder.js";
import { loadCase, settingsOf } from "../../golden/run-case.js";
import {
  brE,
  brT,
  CE,
  CE_OTHER_ADDRESS,
  ceE,
  ceT,
  dmr,
  SERVER_E,
  SERVER_T,
} from "../../golden/source/domains.js";
import {
  echo,
  encapsulated,
  extension,
  icmp,
  ipv4,
  ipv6,
  pattern,
  raw,
  tcp,
  udp,
} from "../../support/packet-builder.js";

function reportOf(config: unknown, ...packets: readonly Uint8Array[]): PacketReport {
  const explainer = new Explainer(new DomainRun(settingsOf(config)));
  const last = packets.map((packet) => explainer.send(packet)).at(-1);
  if (last === undefined) throw new Error("no packet");
  return last;
}

const RULE = {
  name: "shared",
  use: "mapping",
  ruleIpv6Prefix: "2001:db8::/40",
  ruleIpv4Prefix: "192.0.2.0/24",
  eaLen: 16,
  psidOffset: 6,
  psidLen: 8,
  iid: "rfc7597",
};

const CE_FACTS = {
  eaBits: "0001001000110100",
  ipv4: "192.0.2.18",
  psid: 52,
  endUserIpv6Prefix: "2001:db8:12:3400::/56",
  mapIpv6: CE,
  ports: 252,
  range: [1232, 1235],
};

const TO_CE = ipv4({ src: SERVER_T, dst: "192.0.2.18" }, udp({ sport: 80, dport: 1233 }));
const TRANSLATED = ipv6({ src: dmr(SERVER_T), dst: CE }, udp({ sport: 80, dport: 1233 }));

function checksumAt(packet: Uint8Array, at: number): number {
  return packet[at]! * 256 + packet[at + 1]!;
}

test("a packet that a BR translates is reported whole", async (t) => {
  const { input, output, ...report } = reportOf(brT(), TO_CE);
  t.same(report, {
    domain: "golden",
    mode: "map-t",
    role: "br",
    verdict: "forwarded",
    refusal: null,
    fault: null,
    hairpin: false,
    rules: [
      {
        end: "destination",
        address: "192.0.2.18",
        port: 1233,
        isIdentifier: false,
        rule: RULE,
        ce: CE_FACTS,
        findings: [],
      },
    ],
    nat44: null,
    checksum: { before: checksumAt(TO_CE, 26), after: checksumAt(TRANSLATED, 46), neutral: false },
    mtu: {
      family: "ipv6",
      limit: 1500,
      overhead: 20,
      fragmentHeader: 0,
      largest: 1480,
      pieces: 1,
      fits: true,
      learnt: false,
    },
    otherDrops: [],
  });
  t.same(
    input.headers.map(({ layer }) => layer),
    ["ipv4", "udp"],
  );
  t.same(
    output.map(({ kind, length, headers }) => [kind, length, headers.map(({ layer }) => layer)]),
    [["forwarded", 48, ["ipv6", "udp"]]],
  );
});

test("a dropped packet has its reason, the table's words, and our answer", async (t) => {
  const wrong = ipv6({ src: CE, dst: dmr(SERVER_T) }, udp({ sport: 1236, dport: 80 }));
  const report = reportOf(brT(), wrong);
  t.equal(report.refusal?.reason, "source_psid_mismatch");
  t.same(
    report.output.map(({ kind }) => kind),
    ["icmp-error"],
  );
  t.same(
    report.rules.flatMap(({ findings }) => findings.map(({ message }) => message)),
    ["port 1236 belongs to PSID 53, not to 52"],
  );
  t.equal(report.checksum, null);
  t.equal(
    commentText(report),
    "dropped: source_psid_mismatch; domain golden; mapping rule shared, 192.0.2.18 PSID 52 (0x34)",
  );
});

test("a tunnel whose inside comes from another address is found out", async (t) => {
  const inner = ipv4({ src: "192.0.2.19", dst: SERVER_E }, udp({ sport: 1232, dport: 80 }));
  const report = reportOf(brE(), ipv6({ src: CE, dst: "2001:db8:ffff::1" }, encapsulated(inner)));
  t.equal(report.refusal?.reason, "source_address_mismatch");
  t.same(
    report.rules.flatMap(({ findings }) => findings.map(({ code }) => code)),
    ["tunnel-source-mismatch"],
  );
});

test("from CE to CE both rules are named, and nothing is gained", async (t) => {
  const packet = ipv6({ src: CE, dst: dmr("192.0.2.19") }, udp({ sport: 1232, dport: 1233 }));
  const report = reportOf(brT(), packet);
  t.equal(verdictText(report), "turned around");
  t.equal(report.hairpin, true);
  t.same(report.rules.map(ruleText), [
    "mapping rule shared, 192.0.2.18 PSID 52 (0x34)",
    "mapping rule shared, 192.0.2.19 PSID 52 (0x34)",
  ]);
  t.equal(report.rules[1]?.ce?.mapIpv6, CE_OTHER_ADDRESS);
  t.equal(mtuText(report.mtu), "IPv6 up to 1500; headers as long; up to 1500 pass in one piece");
});

test("a CE's NAT44 is told of in both directions", async (t) => {
  const out = ipv4({ src: "192.168.1.10", dst: SERVER_T }, udp({ sport: 1234, dport: 80 }));
  const back = ipv6({ src: dmr(SERVER_T), dst: CE }, udp({ sport: 80, dport: 1234 }));
  const nat44 = { inside: "192.168.1.10:1234", external: "192.0.2.18:1234" };
  const first = reportOf(ceT(), out);
  t.same(first.nat44, { ...nat44, isNew: true });
  t.same(
    first.rules.map(({ end, rule, port }) => [end, rule.use, port]),
    [["source", "basic", 1234]],
  );
  const second = reportOf(ceT(), out, back);
  t.same(second.nat44, { ...nat44, isNew: false });
  t.same(
    second.rules.map(({ end, rule, port }) => [end, rule.use, port]),
    [["destination", "basic", 1234]],
  );
  const alone = reportOf(ceT(), back);
  t.equal(alone.nat44, null);
  t.equal(alone.refusal?.reason, "nat44_no_mapping");
});

test("a packet that is cut says into how many, and by what", async (t) => {
  const long = ipv4(
    { src: SERVER_T, dst: "192.0.2.18", df: false },
    udp({ sport: 80, dport: 1233, data: pattern(1400) }),
  );
  const report = reportOf(brT(), long);
  t.equal(verdictText(report), "forwarded as IPv6 in 2 packets");
  t.equal(
    mtuText(report.mtu),
    "IPv6 up to 1280; headers +20 bytes, fragment header +8; up to 1260 pass in one piece",
  );
  t.match(report.mtu, { pieces: 2, fits: false });
});

test("options are lost on the way, and a fragment has its header already in every piece", async (t) => {
  const data = udp({ sport: 80, dport: 1233, data: pattern(20) });
  const fields = { src: SERVER_T, dst: "192.0.2.18" };
  const options = Uint8Array.of(1, 1, 1, 0);
  const { mtu } = reportOf(brT(), ipv4({ ...fields, options }, data));
  t.match(mtu, { overhead: 16, largest: 1484, fits: true });
  const explainer = new Explainer(new DomainRun(settingsOf(brT())));
  const first = { ...fields, df: false, id: 7, mf: true };
  const long = udp({ sport: 80, dport: 1233, data: pattern(1224), len: 2000 });
  const report = explainer.send(ipv4(first, long));
  t.match(report.mtu, { limit: 1280, largest: 1252, fragmentHeader: 8, pieces: 1, fits: true });
  const longer = udp({ sport: 80, dport: 1233, data: pattern(1232), len: 2000 });
  const cut = explainer.send(ipv4({ ...first, id: 8 }, longer));
  t.match(cut.mtu, { largest: 1252, pieces: 2, fits: false });
  const back = ipv6(
    { src: CE, dst: dmr(SERVER_T) },
    extension(60, new Uint8Array([0, 0, 1, 4, 0, 0, 0, 0]), udp({ sport: 1233, dport: 80 })),
  );
  t.match(reportOf(brT(), back).mtu, { overhead: -28, largest: 1528 });
});

/** Bytes of packets that may be too long for somebody. */
const LONG = 1000;

test("of the golden cases with long packets that are forwarded, what fits goes in one piece, and nothing else does", async (t) => {
  let looked = 0;
  const long = caseFolders()
    .map(loadCase)
    .filter(({ input }) => input.some(({ bytes }) => bytes.length > LONG));
  for (const { settings, input, caseFile } of long) {
    const explainer = new Explainer(new DomainRun(settings));
    for (const { bytes } of input) {
      const { verdict, mtu, input: view } = explainer.send(bytes);
      // Of an error what is too long is left out.
      const isError = view.headers.some(({ quoted }) => quoted);
      if (verdict !== "forwarded" || isError) continue;
      looked++;
      t.equal(mtu.fits, mtu.pieces === 1, `${caseFile.name}: ${JSON.stringify(mtu)}`);
    }
  }
  t.ok(looked > 100, `${looked} packets`);
});

test("a packet that is cut for a path MTU that was learnt says so", async (t) => {
  const { settings, input } = loadCase(
    "map-e-ce-learns-the-path-mtu-of-the-tunnel-and-tells-the-lan",
  );
  const explainer = new Explainer(new DomainRun(settings));
  const reports = input.map(({ bytes }) => explainer.send(bytes)).filter(({ mtu }) => mtu.learnt);
  t.ok(reports.length > 0);
  for (const { mtu } of reports) {
    t.match(mtu, { fits: false });
    t.match(mtuText(mtu), /; cut, as a smaller path MTU was learnt$/);
  }
});

test("the pieces of a packet do not include an error that answers it", async (t) => {
  const wrong = ipv6({ src: CE, dst: dmr(SERVER_T) }, udp({ sport: 1236, dport: 80 }));
  t.match(reportOf(brT(), wrong), { output: [{ kind: "icmp-error" }], mtu: { pieces: 0 } });
});

test("an error that quotes eight bytes of TCP leads to the CE by the port in them", async (t) => {
  const sent = ipv4({ src: "192.0.2.18", dst: SERVER_T }, tcp({ sport: 1232, dport: 80 }));
  const error = icmp({ type4: 3, type6: 1, code: 1, data: sent.slice(0, 28) });
  const report = reportOf(brT(), ipv4({ src: "198.51.100.7", dst: "192.0.2.18" }, error));
  t.match(report, { verdict: "forwarded", rules: [{ port: 1232, ce: CE_FACTS, findings: [] }] });
  t.same(
    report.input.headers.map(headerText).at(-1),
    "quoted: TCP 1232 > 80, 8 bytes of its header",
  );
});

test("a later fragment to a shared address lacks a port, and that is no fault", async (t) => {
  const later = ipv4(
    { src: SERVER_T, dst: "192.0.2.18", df: false, id: 9, fragmentOffset: 20 },
    raw(17, pattern(80)),
  );
  const report = reportOf(brT(), later);
  t.match(report, { verdict: "held", rules: [{ port: null, ce: null, findings: [] }] });
  t.equal(commentText(report), "held: waits for other fragments; domain golden");
});

test("a tunnel gains forty bytes, and its checksum stays", async (t) => {
  const out = ipv4({ src: "192.168.1.10", dst: SERVER_E }, udp({ sport: 1234, dport: 80 }));
  const { mtu, checksum } = reportOf(ceE(), out);
  t.match(mtu, { overhead: 40, limit: 1500, largest: 1460 });
  t.equal(checksum?.neutral, false, "NAT44 changes the source");
  const inner = ipv4({ src: "192.0.2.18", dst: SERVER_E }, udp({ sport: 1232, dport: 80 }));
  const report = reportOf(brE(), ipv6({ src: CE, dst: "2001:db8:ffff::1" }, encapsulated(inner)));
  t.match(report.mtu, { overhead: -40, limit: 1500, largest: 1540 });
  t.equal(report.checksum?.neutral, true);
});

test("an echo's identifier stands for the port", async (t) => {
  const ping = ipv4({ src: SERVER_T, dst: "192.0.2.18" }, echo({ kind: "request", id: 1234 }));
  t.match(reportOf(brT(), ping).rules, [{ port: 1234, isIdentifier: true, ce: CE_FACTS }]);
});

test("whatever packets are made of, they are reported", async (t) => {
  const random = seededRandom(11);
  const inputs = caseFolders().flatMap((folder) => loadCase(folder).input.slice(0, 4));
  for (const config of [brT(), brE(), ceT(), ceE()]) {
    const explainer = new Explainer(new DomainRun(settingsOf(config)));
    for (const { bytes } of inputs) {
      const packet = bytes.slice(0, random() % 3 === 0 ? random() % (bytes.length + 1) : undefined);
      for (let change = random() % 3; change > 0 && packet.length > 0; change--) {
        packet[random() % Math.min(packet.length, 80)] = random();
      }
      const report = explainer.send(packet);
      if (commentText(report) === "" || mtuText(report.mtu) === "") t.fail("no words");
    }
  }
});

test("bytes that are no packet are reported, too", async (t) => {
  for (const bytes of [new Uint8Array(0), Uint8Array.of(0x45), Uint8Array.of(0x60, 0, 0)]) {
    for (const config of [brT(), brE(), ceT(), ceE()]) {
      t.equal(reportOf(config, bytes).verdict, "dropped");
    }
  }
});
