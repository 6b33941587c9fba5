/** Whatever somebody pastes: an answer, never an exception. */
import fc from "fast-check";
import { convertText } from "../../../src/convert/convert.js";
import { IMPORT_FORMATS } from "../../../src/convert/detect.js";
import { EXPORT_FORMATS } from "../../../src/convert/formats.js";
import { decodeText } from "../../../src/dhcp/decode.js";
import { lintFormat, lintText } from "../../../src/lint/text.js";
import { property } from "../../support/property.js";
import { TEXTS } from "../../unit/convert/texts.js";

const RUNS = 300;

/** A known text with a piece cut out or something put in, or no text that anybody knows. */
const pasted = fc.oneof(
  fc.string(),
  fc
    .tuple(fc.constantFrom(...Object.values(TEXTS)), fc.nat(900), fc.nat(40), fc.string())
    .map(([text, at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length)),
);

property(
  "lint and convert answer to any text",
  RUNS,
  [pasted, fc.constantFrom(...IMPORT_FORMATS), fc.constantFrom(...Object.keys(EXPORT_FORMATS))],
  (text, format, target) => {
    lintText(text, {});
    for (const one of lintFormat(text, format, {}).diagnostics) {
      if (one.message === "" || one.code === "") throw new Error(JSON.stringify(one));
    }
    const { ok, diagnostics } = convertText(text, format, target, {});
    if (ok === diagnostics.some(({ severity }) => severity === "error")) {
      throw new Error(JSON.stringify(diagnostics));
    }
  },
);

property(
  "octets and what looks like them are explained",
  RUNS,
  [
    fc.oneof(
      fc.string(),
      fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes).toString("hex")),
    ),
  ],
  (text) => {
    const read = decodeText(text);
    if (!read.ok && read.diagnostics.length === 0) throw new Error("no reason");
  },
);
