import { test } from "tap";
import {
  ICMP4_TO_6,
  ICMP6_TO_4,
  type IcmpRow,
  icmp4To6,
  icmp6To4,
  NEXT_HEADER_POINTER,
  POINTER4_TO_6,
  POINTER6_TO_4,
  type PointerRow,
  pointer4To6,
  pointer6To4,
} from "../../../../src/translate/icmp/tables.js";
import { type IcmpVector, loadVectors } from "../../../support/vectors.js";

const vectors = loadVectors();

const TYPE_TABLES: {
  name: string;
  vectors: readonly IcmpVector[];
  rows: readonly IcmpRow[];
  lookup: (type: number, code: number) => number;
}[] = [
  { name: "ICMPv4 to ICMPv6", vectors: vectors.icmp4to6, rows: ICMP4_TO_6, lookup: icmp4To6 },
  { name: "ICMPv6 to ICMPv4", vectors: vectors.icmp6to4, rows: ICMP6_TO_4, lookup: icmp6To4 },
];

for (const { name, vectors: cases, rows, lookup } of TYPE_TABLES) {
  test(`${name}: every vector`, (t) => {
    for (const { t: type, c: code, to } of cases) {
      t.equal(lookup(type, code), to === null ? -1 : to[0] * 256 + to[1], `${type}/${code}`);
    }
    t.end();
  });

  test(`${name}: the second word of every vector`, (t) => {
    for (const { t: type, c: code, to } of cases) {
      const row = rows.find(({ from }) => from[0] === type && from[1] === code);
      t.equal(
        row === undefined,
        to === null,
        `${type}/${code} has a row where it has a counterpart`,
      );
      const field = to?.[2];
      if (field === "mtu" || field === "pointer") t.equal(row?.field, field);
      if (typeof field === "object") {
        t.equal(row?.field, "next-header");
        t.equal(NEXT_HEADER_POINTER, field.pointer);
      }
    }
    t.end();
  });

  test(`${name}: nothing else has a counterpart, of all types and codes`, (t) => {
    const known = new Map<number, number>();
    for (const { from, to } of rows) known.set(from[0] * 256 + from[1], to[0] * 256 + to[1]);
    t.equal(known.size, rows.length, "no row twice");
    const wrong: string[] = [];
    for (let type = 0; type < 256; type++) {
      for (let code = 0; code < 256; code++) {
        if (lookup(type, code) !== (known.get(type * 256 + code) ?? -1))
          wrong.push(`${type}/${code}`);
      }
    }
    t.same(wrong, []);
    t.end();
  });
}

const POINTER_TABLES: {
  name: string;
  vectors: Readonly<Record<string, number | null>>;
  rows: readonly PointerRow[];
  lookup: (pointer: number) => number;
}[] = [
  {
    name: "IPv4 to IPv6 pointer",
    vectors: vectors.pointer4to6,
    rows: POINTER4_TO_6,
    lookup: pointer4To6,
  },
  {
    name: "IPv6 to IPv4 pointer",
    vectors: vectors.pointer6to4,
    rows: POINTER6_TO_4,
    lookup: pointer6To4,
  },
];

for (const { name, vectors: cases, rows, lookup } of POINTER_TABLES) {
  test(`${name}: every vector`, (t) => {
    for (const [pointer, expect] of Object.entries(cases)) {
      t.equal(lookup(Number(pointer)), expect ?? -1, pointer);
    }
    t.end();
  });

  test(`${name}: rows do not overlap, and every pointer behind the table has no counterpart (D15)`, (t) => {
    let last = -1;
    for (const { from } of rows) {
      t.ok(from[0] > last && from[1] >= from[0]);
      last = from[1];
    }
    for (const pointer of [last + 1, 40, 48, 127, 128, 255, 256, 65535, 2 ** 31, 2 ** 32 - 1]) {
      t.equal(lookup(pointer), -1, String(pointer));
    }
    t.end();
  });
}

test("ICMPv6 unrecognised next header is protocol unreachable, not port unreachable (D15)", (t) => {
  t.equal(icmp6To4(4, 1), 3 * 256 + 2);
  t.end();
});
