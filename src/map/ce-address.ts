/** One rule's arithmetic on plain values: the record functions with records of their own. Cold code. */
import { RECORD_WORDS, readIpv4, readPsid, writeMapAddress, writeRecord } from "./rule-record.js";
import type { Rule, Words6 } from "./types.js";

function recordOf(rule: Rule, wholeAddress: boolean): Int32Array {
  const words = new Int32Array(RECORD_WORDS);
  writeRecord(rule, wholeAddress, words, 0);
  return words;
}

function wordsOf(address: Uint32Array): Words6 {
  return [address[0]!, address[1]!, address[2]!, address[3]!];
}

/** What the EA bits say (RFC 7597 §5.2): the address or the first address of the CE's prefix, and the PSID or 0. */
export function readEa(rule: Rule, address: Words6): { addr4: number; psid: number } {
  const words = recordOf(rule, false);
  const source = Uint32Array.from(address);
  return { addr4: readIpv4(words, 0, source) >>> 0, psid: readPsid(words, 0, source) };
}

/** MAP address of (`addr4`, `psid`). With `wholeAddress`, a prefix rule's IID carries `addr4` itself, as MAP-T destinations do. */
export function mapAddressOf(
  rule: Rule,
  addr4: number,
  psid: number,
  wholeAddress = false,
): Words6 {
  const out = new Uint32Array(4);
  writeMapAddress(recordOf(rule, wholeAddress), 0, addr4, psid, out);
  return wordsOf(out);
}

/** MAP address of the CE whose prefix, inside the rule, begins with `address`. */
export function ceAddressOf(rule: Rule, address: Words6): Words6 {
  const { addr4, psid } = readEa(rule, address);
  return mapAddressOf(rule, addr4, psid);
}
