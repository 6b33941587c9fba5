/** Other programs' configurations as a library, `mapd/convert`: one format into another. Pure, for browsers too. */
export type { ImportOptions } from "./assemble.js";
export { type Conversion, convertText } from "./convert.js";
export { detectFormat, IMPORT_FORMATS, type ImportFormat } from "./detect.js";
export { EXPORT_FORMATS, RULE_FORMATS } from "./formats.js";
