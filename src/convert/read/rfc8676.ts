/**
 * RFC 8676 as JSON (RFC 7951): `ietf-softwire-br`, algorithmic instances and binding tables, and the CE interfaces that
 * `ietf-softwire-ce` adds to `ietf-interfaces`. An instance is a rule of ours; those with one peer are one domain. A
 * binding is a 1:1 rule of MAP-E (lw4o6 is no more than that).
 */
import type { Findings } from "../../map/findings.js";
import { type JsonFields, readJson } from "../json-fields.js";
import {
  type ForeignDomain,
  type ForeignRule,
  groupByPeer,
  leftOut,
  type PeeredRule,
  type Reader,
  type Role,
} from "../model.js";

export const readRfc8676: Reader = (text, findings) => {
  const top = readJson(text, findings);
  if (top === undefined) return [];
  const br = top.block("br-instances");
  const interfaces = top.block("interfaces");
  const domains = [
    ...(br === undefined ? [] : readBr(br, findings)),
    ...(interfaces?.blocks("interface") ?? []).flatMap((one) => readInterface(one, findings)),
  ];
  interfaces?.sayRest();
  top.sayRest();
  return domains;
};

function readBr(br: JsonFields, findings: Findings): ForeignDomain[] {
  const algorithm = br.block("algorithm");
  const binding = br.block("binding");
  const rows = readInstances(algorithm, "br", findings);
  const bindings = (binding?.blocks("bind-instance") ?? []).flatMap((one) =>
    readBinding(one, findings),
  );
  for (const fields of [algorithm, binding, br]) fields?.sayRest();
  return [...groupByPeer(rows), ...bindings];
}

function readInstances(
  algorithm: JsonFields | undefined,
  role: Role,
  findings: Findings,
): PeeredRule[] {
  return (algorithm?.blocks("algo-instance") ?? []).flatMap((instance): PeeredRule[] => {
    const row = readInstance(instance, role, findings);
    instance.sayRest();
    return row === null ? [] : [row];
  });
}

function readInstance(instance: JsonFields, role: Role, findings: Findings): PeeredRule | null {
  // State and the age of the rules are no configuration of ours.
  instance.ignore("algo-versioning", "traffic-stat");
  const br = instance.text("br-ipv6-addr");
  const dmr = instance.text("dmr-ipv6-prefix");
  const ipv6 = instance.required("rule-ipv6-prefix", instance.text("rule-ipv6-prefix"));
  const ipv4 = instance.required("rule-ipv4-prefix", instance.text("rule-ipv4-prefix"));
  const eaLen = instance.required("ea-len", instance.whole("ea-len"));
  const name = instance.text("name") ?? instance.path;
  const forwarding = instance.flag("forwarding") === true ? true : undefined;
  const ports = readPortSet(instance, eaLen === 0);
  if (instance.flag("enable") === false) {
    leftOut(findings, instance.path, `"${name}" is not enabled`);
    return null;
  }
  if (ipv6 === undefined || ipv4 === undefined || eaLen === undefined) return null;
  const rule = { name, ipv6, ipv4, eaLen, ...ports, forwarding, place: instance.path };
  return { rule, peering: { mode: dmr === undefined ? "map-e" : "map-t", role, dmr, br } };
}

type Ports = Pick<ForeignRule, "psidOffset" | "psidLen" | "psid">;

/** `psid` is mandatory in the model, and means something only where it is provisioned (RFC 7597 §5.2). */
function readPortSet(instance: JsonFields, isOneToOne: boolean): Ports {
  const ports = instance.block("port-set");
  if (ports === undefined) return {};
  const psidLen = ports.whole("psid-len");
  const psidOffset = ports.whole("psid-offset");
  const isShared = psidLen !== undefined && psidLen > 0;
  const psid = ports.whole("psid");
  ports.sayRest();
  return {
    psidLen,
    psidOffset: isShared ? psidOffset : undefined,
    psid: isOneToOne && isShared ? psid : undefined,
  };
}

/** A table of bindings: one 1:1 rule each, behind one BR address. */
function readBinding(instance: JsonFields, findings: Findings): ForeignDomain[] {
  const name = instance.text("name") ?? "binding";
  instance.ignore("binding-table-versioning", "traffic-stat", "softwire-num-max");
  const hairpin = instance.flag("enable-hairpinning");
  const payload = instance.whole("softwire-payload-mtu");
  const path = instance.whole("softwire-path-mru");
  const settings = {
    ...(hairpin === undefined ? {} : { hairpin }),
    ...mtuOf(payload, path),
    ...icmpOf(instance, findings),
  };
  const table = instance.block("binding-table");
  const rows = (table?.blocks("binding-entry") ?? []).flatMap((entry, index): PeeredRule[] => {
    const ipv6 = entry.required("binding-ipv6info", entry.text("binding-ipv6info"));
    const ipv4 = entry.required("binding-ipv4-addr", entry.text("binding-ipv4-addr"));
    const br = entry.text("br-ipv6-addr");
    const ports = readPortSet(entry, true);
    entry.sayRest();
    if (ipv6 === undefined || ipv4 === undefined) return [];
    const rule: ForeignRule = {
      name: `${name}-${index + 1}`,
      // An address alone is the CE's own tunnel address: all of it is the rule's prefix.
      ipv6: ipv6.includes("/") ? ipv6 : `${ipv6}/128`,
      ipv4: `${ipv4}/32`,
      eaLen: 0,
      ...ports,
      psidOffset: (ports.psidLen ?? 0) > 0 ? (ports.psidOffset ?? 0) : undefined,
      place: entry.path,
    };
    return [{ rule, peering: { mode: "map-e", role: "br", br, settings } }];
  });
  table?.sayRest();
  instance.sayRest();
  return groupByPeer(rows).map((domain) => ({ ...domain, name }));
}

function mtuOf(payload: number | undefined, path: number | undefined): Record<string, unknown> {
  if (payload === undefined && path === undefined) return {};
  return {
    mtu: {
      ...(path === undefined ? {} : { ipv6: path }),
      ...(payload === undefined ? {} : { ipv4: payload }),
    },
  };
}

function icmpOf(instance: JsonFields, findings: Findings): Record<string, unknown> {
  const policy = instance.block("icmp-policy");
  const [v4, v6] = [policy?.block("icmpv4-errors"), policy?.block("icmpv6-errors")];
  const rate = v6?.whole("icmpv6-rate");
  const makes4 = v4?.flag("generate-icmpv4-errors");
  // mapd always translates them; only the wish for less has no place.
  if (v4?.flag("allow-incoming-icmpv4") === false) {
    leftOut(findings, v4.path, "mapd takes incoming ICMPv4 errors, always");
  }
  const makes6 = v6?.flag("generate-icmpv6-errors");
  for (const fields of [v4, v6, policy]) fields?.sayRest();
  const icmp = {
    ...(rate === undefined ? {} : { "rate-limit": rate }),
    ...(makes4 === false || makes6 === false ? { unreachables: false } : {}),
  };
  return Object.keys(icmp).length === 0 ? {} : { icmp };
}

const SOFTWIRE_TYPE = "aplusp";

function readInterface(one: JsonFields, findings: Findings): ForeignDomain[] {
  const name = one.text("name") ?? one.path;
  const type = one.text("type") ?? "";
  const instances = one.block("algo-instances");
  if (instances === undefined || !type.endsWith(SOFTWIRE_TYPE)) {
    const what = one.has("binding-ipv6info") ? "a binding without its IPv4 address" : "no softwire";
    leftOut(findings, one.path, `interface "${name}" is ${what}`);
    return [];
  }
  const payload = one.whole("softwire-payload-mtu");
  const path = one.whole("softwire-path-mru");
  const rows = readInstances(instances, "ce", findings);
  instances.sayRest();
  one.ignore("description", "enabled", "statistics");
  one.sayRest();
  const settings = mtuOf(payload, path);
  return groupByPeer(rows).map((domain) => ({ ...domain, name, settings }));
}
