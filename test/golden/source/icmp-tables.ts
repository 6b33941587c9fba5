/** RFC 7915 §4.2 and §5.2, row by row: types, codes and pointers of ICMP errors both ways. */
import { echo, icmp, ipv4, ipv6, pattern } from "../../support/packet-builder.js";
import { drop, type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { inbound, type Message, outbound, refusedInbound, refusedOutbound } from "./icmp-error.js";

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
];
