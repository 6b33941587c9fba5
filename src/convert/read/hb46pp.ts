/**
 * The answer of a provisioning server of Japan's HTTP-based IPv4-over-IPv6 provisioning (HB46PP): what a CE is told.
 * `version` 0, or none, is the interface identifier of draft-ietf-softwire-map-03.
 */
import type { Findings } from "../../map/findings.js";
import { type JsonFields, readJson } from "../json-fields.js";
import { type ForeignDomain, type ForeignRule, leftOut, type Mode, type Reader } from "../model.js";

const KEYS: Readonly<Record<Mode, string>> = { "map-e": "map_e", "map-t": "map_t" };
const OTHERS = ["dslite", "ipip", "lw4o6", "464xlat"] as const;

export const readHb46pp: Reader = (text, findings) => {
  const top = readJson(text, findings);
  if (top === undefined) return [];
  // Who speaks, and when to ask again: nothing that a configuration holds.
  top.ignore("enabler_name", "service_name", "isp_name", "ttl", "token");
  for (const name of OTHERS.filter((other) => top.has(other))) {
    top.ignore(name);
    leftOut(findings, name, `${name} is neither MAP-E nor MAP-T`);
  }
  const order = top.texts("order") ?? Object.values(KEYS);
  const rank = (mode: Mode): number => order.indexOf(KEYS[mode]);
  const modes: readonly Mode[] = ["map-e", "map-t"];
  const offered = modes.filter((mode) => top.has(KEYS[mode]));
  const domains = offered.flatMap((mode) => readMode(top, mode, findings) ?? []);
  top.sayRest();
  const chosen = domains
    .filter(({ mode }) => rank(mode ?? "map-e") >= 0)
    .sort((one, other) => rank(one.mode ?? "map-e") - rank(other.mode ?? "map-e"));
  const [first] = chosen;
  for (const { place } of domains.filter((domain) => domain !== first)) {
    const reason = chosen.length === 0 ? "`order` does not name it" : "`order` prefers another";
    leftOut(findings, place, `${reason}; a CE has one of them`);
  }
  return first === undefined ? [] : [first];
};

function readMode(top: JsonFields, mode: Mode, findings: Findings): ForeignDomain | null {
  const key = KEYS[mode];
  const fields = top.block(key);
  if (fields === undefined) return null;
  const version = fields.whole("version") ?? 0;
  const isDraft = mode === "map-e" && version === 0;
  if (version > 1) {
    findings.warning("unknown-version", `${key}.version`, `${version} is taken as 1 (RFC 7597)`);
  }
  const forwarding = fields.flag("mesh") === true ? true : undefined;
  const br = mode === "map-e" ? fields.required("br", fields.text("br")) : undefined;
  const dmr = mode === "map-t" ? fields.required("dmr", fields.text("dmr")) : undefined;
  const rules = fields.blocks("rules").flatMap((entry, index): ForeignRule[] => {
    const ipv6 = entry.required("ipv6", entry.text("ipv6"));
    const ipv4 = entry.required("ipv4", entry.text("ipv4"));
    const eaLen = entry.required("ea_length", entry.whole("ea_length"));
    const psidOffset = entry.whole("psid_offset");
    entry.sayRest();
    if (ipv6 === undefined || ipv4 === undefined || eaLen === undefined) return [];
    const name = `rule-${index + 1}`;
    const iid = isDraft ? "draft-03" : undefined;
    return [{ name, ipv6, ipv4, eaLen, psidOffset, iid, forwarding, place: entry.path }];
  });
  fields.sayRest();
  const brAddresses = br === undefined ? undefined : [br];
  return { name: mode, mode, role: "ce", rules, dmr, brAddresses, place: key };
}
