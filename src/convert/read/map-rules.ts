/**
 * Rule databases of Japan's MAP-E services as JSON: `basicMapRules`, a list of rules with numbers as numbers or text,
 * each with its BR. They name no interface identifier; the services that publish in this form use the draft's.
 */
import type { Findings } from "../../map/findings.js";
import { type JsonFields, readJson } from "../json-fields.js";
import { type ForeignRule, groupByPeer, type PeeredRule, type Reader } from "../model.js";

export const readMapRules: Reader = (text, findings) => {
  const top = readJson(text, findings);
  if (top === undefined) return [];
  const rows = top.blocks("basicmaprules").flatMap((entry, index) => {
    const row = readEntry(entry, `rule-${index + 1}`, findings);
    entry.sayRest();
    return row ?? [];
  });
  top.sayRest();
  if (rows.length > 0) {
    const message =
      "the form does not say which interface identifier its rules have; draft-03 is taken, as the services have it that publish in this form";
    findings.warning("iid-assumed", "basicMapRules", message);
  }
  return groupByPeer(rows);
};

function readEntry(entry: JsonFields, name: string, findings: Findings): PeeredRule | null {
  const prefixOf = (key: string): string | undefined => {
    const address = entry.required(key, entry.text(key));
    const len = entry.required(`${key}length`, entry.whole(`${key}length`));
    return address === undefined || len === undefined ? undefined : `${address}/${len}`;
  };
  const ipv6 = prefixOf("ipv6prefix");
  const ipv4 = prefixOf("ipv4prefix");
  const eaLen = entry.required("eabitlength", entry.whole("eabitlength"));
  const psidOffset = entry.whole("psidoffset");
  const br = entry.text("bripv6address");
  if (ipv6 === undefined || ipv4 === undefined || eaLen === undefined) return null;
  const place = entry.path;
  if (br === undefined) {
    findings.warning("br-missing", place, "no brIpv6Address: give --br ADDRESS", "RFC 7597 §7");
  }
  const rule: ForeignRule = { name, ipv6, ipv4, eaLen, psidOffset, iid: "draft-03", place };
  return { rule, peering: { mode: "map-e", role: "ce", br } };
}
