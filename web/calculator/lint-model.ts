/** Everything that the linter has to say about what stands in the form, the other end of the domain included. */
import { type Lint, lintRules, withFix } from "../../src/lint/lint.js";
import { parseIpv6Prefix } from "../../src/map/prefix.js";
import { parseIpv6 } from "../../src/wire/address.js";
import type { Model } from "../state/model.js";

/** A draft that is no rule is judged by itself, all its faults at once. */
export function lintModel({ rule, inputs, findings, isCurrent }: Model): readonly Lint[] {
  if (!isCurrent) return findings.map(withFix);
  const isMapT = inputs.mode === "map-t";
  const br = isMapT ? null : parseIpv6(inputs.br.trim());
  const domain = {
    path: "",
    mode: inputs.mode,
    dmr: isMapT ? parseIpv6Prefix(inputs.dmr.trim()) : null,
    brAddresses: br === null ? [] : [br],
    endUserPrefix: null,
  };
  const { psid, psidLen, ...rest } = rule;
  const input = psid === null ? rest : { ...rest, psid, psidLen };
  return lintRules({ rules: [{ input, path: "" }], domain });
}
