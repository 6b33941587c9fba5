/** What is written is read again; what is broken is judged alike by the daemon's decoder and the workbench's. */
import fc from "fast-check";
import { decode } from "../../../src/dhcp/decode.js";
import { encode } from "../../../src/dhcp/encode.js";
import { decodeS46 } from "../../../src/dhcp/s46.js";
import type { Rule } from "../../../src/map/types.js";
import { anyRule, ipv6PrefixOf, words6 } from "../../support/arbitrary-rule.js";
import { property } from "../../support/property.js";

const RUNS = 500;
const rules = fc.array(anyRule, { minLength: 1, maxLength: 4 });
const dmr = ipv6PrefixOf(fc.constantFrom(32, 40, 48, 56, 64));
const mode = fc.constantFrom("map-e" as const, "map-t" as const);

/** All that the options carry; names and identifiers do not travel, an offset means nothing without a PSID. */
function meaning(rule: Rule): object {
  const { ipv6, ipv4, eaLen, psidLen, psid, forwarding } = rule;
  return { ipv6, ipv4, eaLen, psidLen, psid, forwarding, offset: psidLen && rule.psidOffset };
}

function same(one: unknown, other: unknown): void {
  const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
  if (left !== right) throw new Error(`${left}\nis not\n${right}`);
}

property(
  "rules come back from their options as they were",
  RUNS,
  [rules, words6, dmr, mode],
  (given, br, prefix, which) => {
    const isE = which === "map-e";
    const request = {
      mode: which,
      rules: given,
      dmr: isE ? null : prefix,
      brAddresses: isE ? [br] : [],
    };
    const encoded = encode(request);
    if (!encoded.ok) throw new Error(JSON.stringify(encoded.diagnostics));
    const [container] = decode(encoded.value).containers;
    same(
      [container?.outcome, container?.mode, container?.dmr ?? null],
      ["accept", which, request.dmr],
    );
    same(container?.brAddresses, request.brAddresses);
    same(container?.rules.map(meaning), given.map(meaning));
  },
);

const spoilt = fc
  .tuple(
    rules,
    words6,
    fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }),
    fc.option(fc.nat(400)),
  )
  .map(([given, br, changes, cut]) => {
    const request = { mode: "map-e" as const, rules: given, dmr: null, brAddresses: [br] };
    const encoded = encode(request);
    const bytes = encoded.ok ? encoded.value.slice(0, cut ?? undefined) : new Uint8Array();
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });

property(
  "both decoders judge spoilt options alike, and no octet stays without a row",
  RUNS * 4,
  [spoilt],
  (bytes) => {
    const workbench = decode(bytes);
    const whole = workbench.containers.filter(
      ({ to, outcome }) => to <= workbench.bytes.length || outcome === "accept",
    );
    const daemons = decodeS46(workbench.bytes).containers;
    const own = whole.filter(({ mode: one }) => one !== "lw4o6");
    // The daemon's decoder does not see a container that is cut off.
    const seen = own.slice(0, daemons.length);
    same(
      seen.map(({ mode: one, outcome }) => [one, outcome]),
      daemons.map(({ mode: one, outcome }) => [one, outcome]),
    );
    same(
      own.slice(daemons.length).every(({ outcome }) => outcome === "discard"),
      true,
    );
    same(
      seen.map((one) => one.rules),
      daemons.map((one) => one.rules),
    );
    let at = 0;
    for (const { from, to } of workbench.spans) {
      same(from, at);
      at = to;
    }
    same(at, workbench.bytes.length);
  },
);
