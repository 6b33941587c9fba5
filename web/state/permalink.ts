/** The inputs as the query of the URL's hash, readable and exact: reading what was written gives the same inputs. */
import { type Draft, draftOfText, ruleString, whole } from "./draft.js";
import { FIRST_INPUTS, type Inputs, type MapMode } from "./model.js";

const MODES: readonly MapMode[] = ["map-t", "map-e"];

export function queryOf(inputs: Inputs): string {
  const { draft } = inputs;
  const pairs: readonly (readonly [string, string, string])[] = [
    ["rule", ruleString(draft), ""],
    ["psid-len", draft.psidLen, ""],
    ["psid", draft.psid, ""],
    ["iid", draft.iid, "rfc7597"],
    ["fmr", draft.forwarding ? "1" : "", ""],
    ["ce", String(inputs.ce), "0"],
    ["port", String(inputs.port), "0"],
    ["mode", inputs.mode, FIRST_INPUTS.mode],
    ["dmr", inputs.dmr, FIRST_INPUTS.dmr],
    ["br", inputs.br, FIRST_INPUTS.br],
    ["with", inputs.other, ""],
  ];
  return pairs
    .filter(([, value, usual]) => value !== usual)
    .map(([key, value]) => `${key}=${readable(value)}`)
    .join("&");
}

/** Colons, bars and slashes may stand in a fragment (RFC 3986 §3.5) or are left alone by every browser. */
function readable(value: string): string {
  return encodeURIComponent(value).replace(/%3A/g, ":").replace(/%7C/g, "|").replace(/%2F/g, "/");
}

/** Null where the query names no rule. */
export function inputsOf(query: string): Inputs | null {
  const given = new URLSearchParams(query.replace(/\+/g, "%2B"));
  const draft = draftOf(given);
  if (draft === null) return null;
  return {
    draft,
    ce: whole(given.get("ce") ?? "") ?? 0,
    port: whole(given.get("port") ?? "") ?? 0,
    mode: MODES.find((mode) => mode === given.get("mode")) ?? FIRST_INPUTS.mode,
    dmr: given.get("dmr") ?? FIRST_INPUTS.dmr,
    br: given.get("br") ?? FIRST_INPUTS.br,
    other: given.get("with") ?? "",
  };
}

function draftOf(given: URLSearchParams): Draft | null {
  const draft = draftOfText(given.get("rule") ?? "");
  if (draft === null) return null;
  return {
    ...draft,
    psidLen: given.get("psid-len") ?? draft.psidLen,
    psid: given.get("psid") ?? draft.psid,
    iid: given.get("iid") === "draft-03" ? "draft-03" : "rfc7597",
    forwarding: given.get("fmr") === "1",
  };
}
