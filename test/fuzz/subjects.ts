/** What is fuzzed, and with what: every domain of the golden cases, and packets that crashed others. */
import type { DomainSettings } from "../../src/pipeline/settings.js";
import { caseFolders } from "../golden/golden-folder.js";
import { loadCase } from "../golden/run-case.js";
import * as d from "../golden/source/domains.js";
import { DomainUnderTest } from "../support/domain-under-test.js";
import {
  concat,
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
} from "../support/packet-builder.js";
import { type Reach, reachOf } from "./invariants.js";

export interface Subject {
  readonly name: string;
  readonly settings: DomainSettings;
  readonly reach: Reach;
  readonly corpus: Uint8Array[];
  domain: DomainUnderTest;
}

interface Group {
  readonly name: string;
  readonly settings: DomainSettings;
  readonly packets: Uint8Array[];
}

const NET = { src: "198.51.100.9", dst: d.CE_IPV4 };
const UP = { src: d.CE, dst: d.dmr(d.SERVER_T) };
const TUNNEL_UP = { src: d.CE, dst: d.BR };
const TUNNEL_DOWN = { src: d.BR, dst: d.CE };
const OUT = udp({ sport: d.PORT, dport: 53, data: pattern(64) });
const IN = udp({ sport: 53, dport: d.PORT, data: pattern(64) });

/** A Fragment Header of an atomic fragment (RFC 6946 §2), or any other. */
function fragmentHeader(field: number): Uint8Array {
  return Uint8Array.of(0, 0, field >> 8, field & 255, 1, 2, 3, 4);
}

function quoting(
  type4: number,
  type6: number,
  quote: Uint8Array,
  rest = 0,
): ReturnType<typeof icmp> {
  return icmp({ type4, type6, data: quote, rest });
}

/** Packets that crashed or confused other translators; each is right for one of the four paths. */
function malformed(): Uint8Array[] {
  const sent4 = ipv4({ src: d.CE_IPV4, dst: d.SERVER_T }, OUT);
  const sent6 = ipv6(UP, OUT);
  const got6 = ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE }, IN);
  const tunnelled = ipv6(TUNNEL_UP, encapsulated(sent4));
  const long = tcp({ sport: d.PORT, dport: 80, data: pattern(2000) });
  const router = { src: "2001:db8:9::9", dst: d.CE };
  return [
    // The quoted length is less than its own header, or its header longer than the quote.
    ipv4(NET, quoting(3, 1, ipv4({ src: d.CE_IPV4, dst: "198.51.100.9", totalLen: 8 }, OUT))),
    ipv4(
      NET,
      quoting(
        11,
        3,
        ipv4({ src: d.CE_IPV4, dst: "198.51.100.9", headerWords: 15 }, OUT).slice(0, 28),
      ),
    ),
    ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE }, quoting(3, 1, ipv6({ ...UP, payloadLen: 0 }, OUT))),
    ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE }, quoting(3, 1, sent6.slice(0, 41))),
    // An ICMP error in an atomic fragment, and about one.
    ipv6(
      { src: d.dmr(d.SERVER_T), dst: d.CE },
      extension(44, fragmentHeader(0), quoting(3, 1, sent6)),
    ),
    ipv6(
      { src: d.dmr(d.SERVER_T), dst: d.CE },
      quoting(3, 2, ipv6(UP, extension(44, fragmentHeader(0), OUT)), 1280),
    ),
    // Fragments of ICMP errors, and errors about later fragments.
    ipv6(
      { src: d.dmr(d.SERVER_T), dst: d.CE },
      extension(44, fragmentHeader(1), quoting(3, 1, concat(sent6, new Uint8Array(4)))),
    ),
    ipv6(
      { src: d.dmr(d.SERVER_T), dst: d.CE },
      quoting(3, 1, ipv6(UP, extension(44, fragmentHeader(64), raw(17, pattern(40))))),
    ),
    ipv4({ ...NET, mf: true, df: false }, quoting(3, 1, concat(sent4, new Uint8Array(4)))),
    // Errors about errors.
    ipv4(NET, quoting(3, 1, ipv4({ src: d.CE_IPV4, dst: "198.51.100.9" }, quoting(3, 1, sent4)))),
    ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE }, quoting(3, 1, ipv6(UP, quoting(3, 1, got6)))),
    // Payload length against real length.
    ipv6({ ...UP, payloadLen: 65535 }, OUT),
    ipv6({ ...UP, payloadLen: 7 }, OUT),
    ipv4({ ...NET, totalLen: 65535 }, IN),
    ipv6({ ...TUNNEL_DOWN, payloadLen: 3 }, encapsulated(ipv4({ ...NET }, IN))),
    // Chains that lie about their length.
    ipv6(UP, extension(60, Uint8Array.of(0, 255, 1, 4, 0, 0, 0, 0), OUT)),
    ipv6(
      UP,
      extension(0, new Uint8Array(8), extension(43, Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0), OUT)),
    ),
    ipv6(UP, extension(44, fragmentHeader(0), extension(44, fragmentHeader(0), OUT))),
    ipv4({ ...NET, options: Uint8Array.of(131, 3, 4, 131, 255, 0, 0, 0) }, IN),
    // Headers that leave no room for a payload, before fragments of an echo from CE to CE.
    ...[1, 504].map((field) => {
      const piece = extension(44, fragmentHeader(field), raw(58, pattern(field === 1 ? 504 : 400)));
      const header = Uint8Array.from({ length: 1456 }, (_, i) => (i === 1 ? 181 : 0));
      return ipv6({ src: d.CE, dst: d.dmr("192.0.2.19") }, extension(0, header, piece));
    }),
    // Lengths at their ends.
    ipv4(
      { src: "198.51.100.9", dst: d.CE_IPV4, df: false },
      udp({ sport: 1, dport: d.PORT, data: pattern(65507) }),
    ),
    ipv6(UP, udp({ sport: d.PORT, dport: 1, data: pattern(65500) })),
    ipv4({ ...NET, df: false, mf: true, fragmentOffset: 8191 }, raw(17, pattern(64))),
    // UDP and TCP headers that do not fit.
    ipv4(NET, udp({ sport: 53, dport: d.PORT, len: 7 })),
    ipv4(
      { ...NET, df: false, mf: true },
      udp({ sport: 53, dport: d.PORT, checksum: 0, data: pattern(24) }),
    ),
    ipv4(NET, tcp({ sport: 80, dport: d.PORT, headerWords: 15 })),
    ipv6(UP, tcp({ sport: d.PORT, dport: 80, headerWords: 4 })),
    // Errors about tunnel packets, cut anywhere.
    ipv6(router, quoting(3, 2, tunnelled, 1400)),
    ipv6(router, quoting(11, 3, tunnelled.slice(0, 48))),
    ipv6({ ...router, dst: d.BR }, quoting(3, 1, ipv6(TUNNEL_DOWN, encapsulated(ipv4(NET, IN))))),
    // Large packets to be cut.
    ipv4({ ...NET, df: false }, udp({ sport: 53, dport: d.PORT, data: pattern(3000) })),
    ipv4({ src: d.LAN_HOST, dst: d.SERVER_T, df: false }, long),
    ipv4(
      { src: d.LAN_HOST, dst: d.SERVER_T, df: false },
      echo({ kind: "request", id: 7, data: pattern(3000) }),
    ),
    ipv6(
      TUNNEL_DOWN,
      encapsulated(
        ipv4({ ...NET, df: false }, udp({ sport: 53, dport: d.PORT, data: pattern(4000) })),
      ),
    ),
  ];
}

/** Domains that no golden case has, so that every path is met with small MTUs, too. */
function extraGroups(): { name: string; config: unknown }[] {
  const small = { mtu: { ipv6: 1280, ipv4: 576 } };
  return [
    { name: "small MAP-T BR", config: d.brT({ more: small }) },
    { name: "small MAP-E BR", config: d.brE({ more: small }) },
    {
      name: "small MAP-E BR, inner fragments",
      config: d.brE({ more: { ...small, fragmentation: "inner" } }),
    },
    { name: "small MAP-T CE", config: d.ceT({ more: small }) },
    {
      name: "small MAP-E CE, inner fragments",
      config: d.ceE({ more: { ...small, fragmentation: "inner" } }),
    },
  ];
}

export function makeSubjects(settingsOf: (config: unknown) => DomainSettings): Subject[] {
  const groups = new Map<string, Group>();
  const add = (name: string, settings: DomainSettings, packets: readonly Uint8Array[]): void => {
    const key = JSON.stringify(settings);
    const group = groups.get(key) ?? { name, settings, packets: [] };
    group.packets.push(...packets);
    groups.set(key, group);
  };
  for (const folder of caseFolders()) {
    const { caseFile, settings, input } = loadCase(folder);
    add(
      caseFile.name,
      settings,
      input.map(({ bytes }) => bytes),
    );
  }
  for (const { name, config } of extraGroups()) add(name, settingsOf(config), []);
  const crashers = malformed();
  return [...groups.values()].map(({ name, settings, packets }) => ({
    name,
    settings,
    reach: reachOf(settings),
    corpus: [...packets, ...kin(groups, settings), ...crashers],
    domain: new DomainUnderTest(settings),
  }));
}

/** Packets of all cases of the same role and mode. */
function kin(groups: ReadonlyMap<string, Group>, { role, mode }: DomainSettings): Uint8Array[] {
  return [...groups.values()]
    .filter(({ settings }) => settings.role === role && settings.mode === mode)
    .flatMap(({ packets }) => packets);
}
