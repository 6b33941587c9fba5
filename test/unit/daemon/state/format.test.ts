/** The state file byte by byte: what is written is read again, and nothing else is. */
import { createHash } from "node:crypto";
import { test } from "tap";
import { type DomainState, decodeState, encodeState } from "../../../../daemon/state/format.js";

const SHARED: DomainState = {
  name: "home",
  takenAt: 1_700_000_000_000,
  identity: { address: 0xc0000212, psid: 52, psidOffset: 6, psidLen: 8 },
  state: Uint8Array.of(1, 2, 3, 4, 5),
};
const WHOLE: DomainState = {
  name: "office",
  takenAt: 0,
  identity: { address: 0xffffffff, psid: null, psidOffset: 0, psidLen: 0 },
  state: new Uint8Array(0),
};

function reasonOf(bytes: Uint8Array): string {
  const decoded = decodeState(bytes);
  return decoded.ok ? "accepted" : decoded.reason;
}

/** A file with a right checksum over whatever it says. */
function sealed(version: number, header: string, states: Uint8Array, length?: number): Buffer {
  const start = Buffer.alloc(16);
  start.write("MAPDNAT\n");
  start.writeUInt32LE(version, 8);
  start.writeUInt32LE(length ?? Buffer.byteLength(header), 12);
  const body = Buffer.concat([start, Buffer.from(header), states]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

const HEADER = `{"domains":[{"name":"home","takenAt":1700000000000,"identity":{"address":3221226002,"psid":52,"psidOffset":6,"psidLen":8},"length":5}]}`;

test("the bytes of a file", async (t) => {
  const bytes = Buffer.from(encodeState([SHARED]));
  t.same(bytes, sealed(1, HEADER, SHARED.state));
});

test("what is written is read again", async (t) => {
  for (const domains of [[], [SHARED], [WHOLE], [SHARED, WHOLE, { ...SHARED, name: "b" }]]) {
    const decoded = decodeState(encodeState(domains));
    if (!decoded.ok) throw new Error(decoded.reason);
    t.equal(decoded.domains.length, domains.length);
    decoded.domains.forEach((domain, i) => {
      t.strictSame({ ...domain, state: Uint8Array.from(domain.state) }, domains[i]);
    });
  }
});

test("a file with any one bit changed is refused", async (t) => {
  const bytes = encodeState([SHARED]);
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 1 << bit;
      if (decodeState(changed).ok) t.fail(`bit ${bit} of byte ${at} is not noticed`);
    }
  }
});

test("a file that is cut short anywhere is refused, and so is one that is too long", async (t) => {
  const bytes = encodeState([SHARED, WHOLE]);
  for (let length = 0; length < bytes.length; length++) {
    if (decodeState(bytes.subarray(0, length)).ok) t.fail(`${length} bytes are accepted`);
  }
  t.equal(
    reasonOf(Buffer.concat([bytes, Buffer.of(0)])),
    "its checksum is wrong, so it is damaged or cut short",
  );
});

const REFUSALS = [
  { name: "an empty file", bytes: new Uint8Array(0), reason: "it is no state file of mapd" },
  {
    name: "another file",
    bytes: Buffer.from("root:x:0:0:root:/root:/bin/bash\n".repeat(9)),
    reason: "it is no state file of mapd",
  },
  { name: "a start and no more", bytes: Buffer.from("MAPDNAT\n1234"), reason: "it is cut short" },
  {
    name: "a newer version",
    bytes: sealed(2, HEADER, SHARED.state),
    reason: "it is of version 2, and this mapd reads version 1",
  },
  {
    name: "no JSON",
    bytes: sealed(1, HEADER.slice(1), SHARED.state),
    reason: "its header makes no sense",
  },
  {
    name: "a row without a name",
    bytes: sealed(1, HEADER.replace('"name":"home",', ""), SHARED.state),
    reason: "its header makes no sense",
  },
  {
    name: "a PSID of 17 bits",
    bytes: sealed(1, HEADER.replace('"psid":52', '"psid":65536'), SHARED.state),
    reason: "its header makes no sense",
  },
  {
    name: "a header beyond the end",
    bytes: sealed(1, HEADER, new Uint8Array(0), HEADER.length + 1),
    reason: "its header makes no sense",
  },
  {
    name: "more bytes than the rows say",
    bytes: sealed(1, HEADER, new Uint8Array(6)),
    reason: "its lengths contradict each other",
  },
  {
    name: "fewer bytes than the rows say",
    bytes: sealed(1, HEADER, new Uint8Array(4)),
    reason: "its lengths contradict each other",
  },
];

for (const { name, bytes, reason } of REFUSALS) {
  test(`refused: ${name}`, async (t) => {
    t.equal(reasonOf(bytes), reason);
  });
}
