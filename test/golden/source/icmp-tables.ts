/** RFC 7915 §4.2 and §5.2, row by row: types, codes, pointers and MTUs of ICMP errors both ways. */
import {
  echo,
  extension,
  icmp,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  udp,
} from "../../support/packet-builder.js";
import { drop, type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import {
  got4,
  got6,
  inbound,
  type Message,
  outbound,
  refusedInbound,
  refusedOutbound,
  sent4,
  sent6,
} from "./icmp-error.js";

const UNTRANSLATABLE = "icmp_untranslatable";
const MTU = 1400;
const POINTER = 8;
const POINTER_WORD = POINTER * 2 ** 24;

/** ICMPv4 errors with what they become; null is a drop. */
const ERRORS_4: readonly (readonly [before: Message, after: Message | null])[] = [
  [
    [3, 0],
    [1, 0],
  ],
  [
    [3, 1],
    [1, 0],
  ],
  [
    [3, 2],
    [4, 1, 6],
  ],
  [
    [3, 3],
    [1, 4],
  ],
  [
    [3, 4, MTU],
    [2, 0, MTU + 20],
  ],
  [
    [3, 5],
    [1, 0],
  ],
  [
    [3, 6],
    [1, 0],
  ],
  [
    [3, 7],
    [1, 0],
  ],
  [
    [3, 8],
    [1, 0],
  ],
  [
    [3, 9],
    [1, 1],
  ],
  [
    [3, 10],
    [1, 1],
  ],
  [
    [3, 11],
    [1, 0],
  ],
  [
    [3, 12],
    [1, 0],
  ],
  [
    [3, 13],
    [1, 1],
  ],
  [[3, 14], null],
  [
    [3, 15],
    [1, 1],
  ],
  [[3, 16], null],
  [[3, 255], null],
  [[4, 0], null],
  [[5, 0], null],
  [[5, 1], null],
  [[5, 2], null],
  [[5, 3], null],
  [
    [11, 0],
    [3, 0],
  ],
  [
    [11, 1],
    [3, 1],
  ],
  [[11, 2], null],
  [
    [12, 0, POINTER_WORD],
    [4, 0, 7],
  ],
  [[12, 1, POINTER_WORD], null],
  [
    [12, 2, POINTER_WORD],
    [4, 0, 7],
  ],
  [[12, 3, POINTER_WORD], null],
];

/** ICMPv4 that is neither an error nor echo. */
const OTHERS_4 = [1, 2, 6, 7, 9, 10, 13, 14, 15, 16, 17, 18, 19, 30, 40, 42, 253, 255];

const ERRORS_6: readonly (readonly [before: Message, after: Message | null])[] = [
  [[0, 0], null],
  [
    [1, 0],
    [3, 1],
  ],
  [
    [1, 1],
    [3, 10],
  ],
  [
    [1, 2],
    [3, 1],
  ],
  [
    [1, 3],
    [3, 1],
  ],
  [
    [1, 4],
    [3, 3],
  ],
  [[1, 5], null],
  [[1, 6], null],
  [[1, 7], null],
  [[1, 255], null],
  [
    [2, 0, MTU],
    [3, 4, MTU - 20],
  ],
  [[2, 1, MTU], null],
  [
    [3, 0],
    [11, 0],
  ],
  [
    [3, 1],
    [11, 1],
  ],
  [[3, 2], null],
  [
    [4, 0, 7],
    [12, 0, POINTER_WORD],
  ],
  [
    [4, 1, 6],
    [3, 2],
  ],
  [[4, 2, 6], null],
  [[4, 3, 6], null],
  [[5, 0], null],
  [[100, 0], null],
  [[127, 0], null],
];

/** Multicast listener and neighbour discovery, and what was assigned later or never. */
const OTHERS_6 = [130, 131, 132, 133, 134, 135, 136, 137, 139, 140, 143, 151, 160, 200, 255];

function types4(): Step[] {
  const echoes = (["request", "reply"] as const).map((kind) => {
    const payload = echo({ kind, id: d.PORT, data: pattern(9) });
    return pass(
      ipv4({ src: d.SERVER_T, dst: d.CE_IPV4 }, payload),
      ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE, hopLimit: 63 }, payload),
    );
  });
  const query = (type4: number, code: number): Step =>
    drop(
      UNTRANSLATABLE,
      ipv4(
        { src: d.SERVER_T, dst: d.CE_IPV4 },
        icmp({ type4, type6: 0, code, rest: d.PORT * 65536, data: pattern(16) }),
      ),
    );
  return [
    ...ERRORS_4.map(([before, after]) =>
      after === null ? refusedInbound(UNTRANSLATABLE, before) : inbound(before, after),
    ),
    ...echoes,
    query(0, 1),
    query(8, 1),
    ...OTHERS_4.map((type) => query(type, 0)),
  ];
}

function types6(): Step[] {
  const echoes = (["request", "reply"] as const).map((kind) => {
    const payload = echo({ kind, id: d.PORT, data: pattern(9) });
    return pass(
      ipv6({ src: d.CE, dst: d.dmr(d.SERVER_T) }, payload),
      ipv4({ src: d.CE_IPV4, dst: d.SERVER_T, ttl: 63, df: false }, payload),
    );
  });
  const query = (type6: number, code: number): Step =>
    drop(
      UNTRANSLATABLE,
      ipv6(
        { src: d.CE, dst: d.dmr(d.SERVER_T) },
        icmp({ type4: 0, type6, code, rest: d.PORT * 65536, data: pattern(16) }),
      ),
    );
  return [
    ...ERRORS_6.map(([before, after]) =>
      after === null ? refusedOutbound(UNTRANSLATABLE, before) : outbound(before, after),
    ),
    ...echoes,
    query(128, 1),
    query(129, 1),
    ...OTHERS_6.map((type) => query(type, 0)),
  ];
}

/** First and last pointer of a row, and what they become (RFC 7915 §4.2 figure 3, §5.2 figure 6). */
type PointerRow = readonly [first: number, last: number, after: number | null];

const POINTERS_4: readonly PointerRow[] = [
  [0, 0, 0],
  [1, 1, 1],
  [2, 3, 4],
  [4, 7, null],
  [8, 8, 7],
  [9, 9, 6],
  [10, 11, null],
  [12, 15, 8],
  [16, 19, 24],
  [20, 24, null],
  [255, 255, null],
];

const POINTERS_6: readonly PointerRow[] = [
  [0, 0, 0],
  [1, 1, 1],
  [2, 3, null],
  [4, 5, 2],
  [6, 6, 9],
  [7, 7, 8],
  [8, 23, 12],
  [24, 39, 16],
  [40, 48, null],
  [255, 256, null],
  [0xffffffff, 0xffffffff, null],
];

function pointers(
  rows: readonly PointerRow[],
  step: (pointer: number, after: number | null) => Step,
): Step[] {
  return rows.flatMap(([first, last, after]) =>
    Array.from({ length: last - first + 1 }, (_, i) => step(first + i, after)),
  );
}

function tooBig4(mtu: number, after: number): Step {
  return inbound([3, 4, mtu], [2, 0, after]);
}

function tooBig6(mtu: number, after: number): Step {
  return outbound([2, 0, mtu], [3, 4, after]);
}

/** As much of a packet as routers quote at least: its header and eight bytes (RFC 792). */
const SHORT = 8;

/** The quoted packet was `len` bytes long; its router names no MTU. */
function plateau(len: number, after: number): Step {
  const payload = udp({ sport: d.PORT, dport: 53, data: pattern(len - 28) });
  return inbound(
    [3, 4, 0],
    [2, 0, after],
    sent4(payload).subarray(0, 20 + SHORT),
    sent6(payload).subarray(0, 40 + SHORT),
  );
}

/** A first fragment: of 8 bytes of payload and more. */
function quotedFragment(): { six: Payload; four: Payload } {
  const whole = udp({ sport: 53, dport: d.PORT, data: pattern(40) });
  return {
    six: extension(44, Uint8Array.of(0, 0, 0, 1, 0x12, 0x34, 0x56, 0x78), whole),
    four: whole,
  };
}

function fragmentTooBig(mtu: number, after: number): Step {
  const { six, four } = quotedFragment();
  return outbound([2, 0, mtu], [3, 4, after], got6(six), got4(four, { mf: true, id: 0x5678 }));
}

export const ICMP_TABLES: readonly GoldenCase[] = [
  {
    name: "Every ICMPv4 type and code becomes its ICMPv6 one or nothing",
    rfc: ["RFC 7915 §4.2", "RFC 7599 §9"],
    config: d.brT(),
    steps: types4(),
  },
  {
    name: "Every ICMPv6 type and code becomes its ICMPv4 one or nothing",
    rfc: ["RFC 7915 §5.2", "RFC 7599 §9"],
    config: d.brT(),
    steps: types6(),
  },
  {
    name: "The pointer of an ICMPv4 parameter problem finds the same field in IPv6",
    rfc: ["RFC 7915 §4.2"],
    config: d.brT(),
    steps: pointers(POINTERS_4, (pointer, after) => {
      const message: Message = [12, 0, pointer * 2 ** 24];
      return after === null
        ? refusedInbound(UNTRANSLATABLE, message)
        : inbound(message, [4, 0, after]);
    }),
  },
  {
    name: "The pointer of an ICMPv6 parameter problem finds the same field in IPv4",
    rfc: ["RFC 7915 §5.2"],
    config: d.brT(),
    steps: pointers(POINTERS_6, (pointer, after) => {
      const message: Message = [4, 0, pointer];
      return after === null
        ? refusedOutbound(UNTRANSLATABLE, message)
        : outbound(message, [12, 0, after * 2 ** 24]);
    }),
  },
  {
    name: "Fragmentation needed becomes packet too big with an MTU from 1280 to that of either side",
    rfc: ["RFC 7915 §4.2"],
    config: d.brT(),
    steps: [
      tooBig4(68, 1280),
      tooBig4(576, 1280),
      tooBig4(1260, 1280),
      tooBig4(1261, 1281),
      tooBig4(1400, 1420),
      tooBig4(1480, 1500),
      tooBig4(1481, 1500),
      tooBig4(1500, 1500),
      tooBig4(65535, 1500),
    ],
  },
  {
    name: "The MTU of the IPv4 side bounds a packet too big that goes to IPv6",
    rfc: ["RFC 7915 §4.2"],
    config: d.brT({ more: { mtu: { ipv4: 1300 } } }),
    steps: [tooBig4(1299, 1319), tooBig4(1300, 1320), tooBig4(1400, 1320)],
  },
  {
    name: "Fragmentation needed without an MTU becomes the plateau below the quoted length",
    rfc: ["RFC 7915 §4.2", "RFC 1191 §7.1"],
    config: d.brT({ more: { mtu: { ipv6: 20000, ipv4: 20000 } } }),
    steps: [
      plateau(65535, 20000),
      plateau(18000, 17914),
      plateau(17914, 8166),
      plateau(9000, 8166),
      plateau(8166, 4352),
      plateau(4352, 2002),
      plateau(2003, 2002),
      plateau(2002, 1492),
      plateau(1500, 1492),
      plateau(1493, 1492),
      plateau(1492, 1280),
      plateau(576, 1280),
    ],
  },
  {
    name: "Packet too big becomes fragmentation needed with an MTU 20 bytes less",
    rfc: ["RFC 7915 §5.2"],
    config: d.brT(),
    steps: [
      tooBig6(1280, 1260),
      tooBig6(1281, 1261),
      tooBig6(1400, 1380),
      tooBig6(1500, 1480),
      tooBig6(1501, 1480),
      tooBig6(9000, 1480),
      tooBig6(0xffffffff, 1480),
    ],
  },
  {
    name: "The MTU of the IPv4 side bounds a fragmentation needed that goes to IPv4",
    rfc: ["RFC 7915 §5.2"],
    config: d.brT({ more: { mtu: { ipv4: 1300 } } }),
    steps: [tooBig6(1319, 1299), tooBig6(1320, 1300), tooBig6(1400, 1300)],
  },
  {
    name: "Packet too big about a fragment becomes fragmentation needed with an MTU 28 bytes less",
    rfc: ["RFC 7915 §5.2", "RFC 7915 §5.1.1"],
    config: d.brT(),
    steps: [fragmentTooBig(1280, 1252), fragmentTooBig(1400, 1372), fragmentTooBig(1500, 1472)],
  },
];
