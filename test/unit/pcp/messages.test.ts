/* Whole messages of PCP, written down from the figures of RFC 6887: what is asked and what is answered. */
import { test } from "tap";
import { hex, toHex } from "../../support/pcp-client.js";
import { PcpBench } from "../../support/pcp-responder.js";

const CLIENT = "00000000 00000000 0000ffff c0a8010a"; // ::ffff:192.168.1.10
const OURS = "00000000 00000000 0000ffff c0000212"; // ::ffff:192.0.2.18
const ANY = "00000000 00000000 0000ffff 00000000";
const REMOTE = "00000000 00000000 0000ffff c6336409"; // ::ffff:198.51.100.9
const NONCE = "00010203 04050607 08090a0b";
const RESERVED = "00000000 00000000 00000000";
const TAIL = "c0a8010a"; // last of the client's 96 bits

const MAP_UDP = `${NONCE} 11000000 1f900000 ${ANY}`;
const PEER_TCP = `${NONCE} 06000000 c3500000 ${ANY} 01bb0000 ${REMOTE}`;

const cases = [
  {
    name: "ANNOUNCE gets the epoch, RFC 6887 §14.1.2",
    request: `02000000 00000000 ${CLIENT}`,
    response: `02800000 00000000 00000007 ${RESERVED}`,
  },
  {
    name: "ANNOUNCE: a lifetime is ignored",
    request: `02000000 00000e10 ${CLIENT}`,
    response: `02800000 00000000 00000007 ${RESERVED}`,
  },
  {
    name: "MAP, figures 9 and 10",
    request: `02010000 00000e10 ${CLIENT} ${MAP_UDP}`,
    response: `02810000 00000e10 00000007 ${RESERVED} ${NONCE} 11000000 1f9004d0 ${OURS}`,
  },
  {
    name: "MAP: reserved bits are ignored and not repeated",
    request: `0201ffff 00000e10 ${CLIENT} ${NONCE} 11ffffff 1f900000 ${ANY}`,
    response: `02810000 00000e10 00000007 ${RESERVED} ${NONCE} 11000000 1f9004d0 ${OURS}`,
  },
  {
    name: "MAP: a suggestion from another family is no wish",
    request: `02010000 00000e10 ${CLIENT} ${NONCE} 06000000 0050 04d1 ${"00".repeat(16)}`,
    response: `02810000 00000e10 00000007 ${RESERVED} ${NONCE} 06000000 005004d1 ${OURS}`,
  },
  {
    name: "MAP with lifetime 0 repeats the suggestion, RFC 6887 §15.1",
    request: `02010000 00000000 ${CLIENT} ${NONCE} 06000000 0050 0bad ${ANY}`,
    response: `02810000 00000000 00000007 ${RESERVED} ${NONCE} 06000000 0050 0bad ${ANY}`,
  },
  {
    name: "MAP: PREFER_FAILURE is repeated, an option that may be ignored is not",
    request: `02010000 00000e10 ${CLIENT} ${NONCE} 11000000 1f9004d3 ${ANY} 80000003 aabbcc00 02000000`,
    response: `02810000 00000e10 00000007 ${RESERVED} ${NONCE} 11000000 1f9004d3 ${OURS} 02000000`,
  },
  {
    name: "PEER, figures 11 and 12",
    request: `02020000 00000e10 ${CLIENT} ${PEER_TCP}`,
    response: `02820000 00000e10 00000007 ${RESERVED} ${NONCE} 06000000 c35004d0 ${OURS} 01bb0000 ${REMOTE}`,
  },
  {
    name: "UNSUPP_VERSION: the version before",
    request: `01010000 00000e10 ${CLIENT} ${MAP_UDP}`,
    response: `02810001 00000708 00000007 00000000 0000ffff ${TAIL} ${MAP_UDP}`,
  },
  {
    name: "UNSUPP_VERSION: a later one, with two bytes of it",
    request: "0305",
    response: `02850001 00000708 00000007 ${RESERVED}`,
  },
  {
    name: "UNSUPP_OPCODE: the rest comes back as it is",
    request: `02030000 00000000 ${CLIENT} deadbeef`,
    response: `02830004 00000708 00000007 00000000 0000ffff ${TAIL} deadbeef`,
  },
  {
    name: "MALFORMED_REQUEST: no multiple of four, padded",
    request: `02010000 00000e10 ${CLIENT} ${MAP_UDP} 02`,
    response: `02810003 00000708 00000007 00000000 0000ffff ${TAIL} ${MAP_UDP} 02000000`,
  },
  {
    name: "MALFORMED_REQUEST: too short for MAP",
    request: `02010000 00000e10 ${CLIENT} ${NONCE} 11000000 1f900000`,
    response: `02810003 00000708 00000007 00000000 0000ffff ${TAIL} ${NONCE} 11000000 1f900000`,
  },
  {
    name: "MALFORMED_REQUEST: 1104 bytes, of which 1100 come back",
    request: `02000000 00000000 ${CLIENT} ${"80000000".repeat(270)}`,
    response: `02800003 00000708 00000007 00000000 0000ffff ${TAIL} ${"80000000".repeat(269)}`,
  },
  {
    name: "1100 bytes of options that may be ignored are fine",
    request: `02000000 00000000 ${CLIENT} ${"80000000".repeat(269)}`,
    response: `02800000 00000000 00000007 ${RESERVED}`,
  },
  {
    name: "ADDRESS_MISMATCH: the client's own idea of its address is another",
    request: `02000000 00000000 00000000 00000000 0000ffff c0a8010b`,
    response: `0280000c 00000708 00000007 ${RESERVED}`,
  },
  {
    name: "ADDRESS_MISMATCH: an IPv6 address",
    request: `02000000 00000000 20010db8 00000000 00000000 c0a8010a`,
    response: `0280000c 00000708 00000007 ${RESERVED}`,
  },
  {
    name: "UNSUPP_OPTION: one that must be understood",
    request: `02000000 00000000 ${CLIENT} 7f000000`,
    response: `02800005 00000708 00000007 00000000 0000ffff ${TAIL} 7f000000`,
  },
  {
    name: "MALFORMED_OPTION: longer than the message",
    request: `02000000 00000000 ${CLIENT} 80000001`,
    response: `02800006 00000708 00000007 00000000 0000ffff ${TAIL} 80000001`,
  },
  { name: "silence: one byte", request: "02", response: null },
  { name: "silence: nothing", request: "", response: null },
  { name: "silence: a response", request: `02800000 00000000 ${CLIENT}`, response: null },
  { name: "silence: half a header", request: "02010000 00000e10 00000000", response: null },
];

for (const { name, request, response } of cases) {
  test(name, async (t) => {
    const bench = new PcpBench();
    bench.nowMs = 7999;
    const answer = await bench.send(hex(request));
    t.equal(toHex(answer), response === null ? null : toHex(hex(response)));
    t.same(bench.faults, []);
  });
}
