/** config/mapd.schema.json and docs/configuration.md, made from the schema alone. */
import { z } from "zod";
import { configSchema } from "./schema.js";
import { elementOf, type KeyMeta, keysOf, metaOf, unwrap } from "./schema-walk.js";

/** Largest and smallest whole numbers say nothing about a key. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** JSON Schema of the configuration file, for editors. */
export function jsonSchema(): object {
  return z.toJSONSchema(configSchema, {
    io: "input",
    override: ({ jsonSchema: schema }) => {
      if (schema.maximum === NO_LIMIT) delete schema.maximum;
      if (schema.minimum === -NO_LIMIT) delete schema.minimum;
    },
  });
}

const HEADING = `# Configuration

<!-- Made by scripts/generate-docs.mjs from daemon/config/schema.ts; edit the schema. -->

\`mapd --config FILE\` reads YAML (JSON is YAML). \`mapd --check FILE\` reports everything that is wrong with a file, all
at once, and does nothing else. Unknown keys are refused. [mapd.schema.json](../config/mapd.schema.json) is the same for
editors, and config/examples/ has a file for each mode and role.

SIGHUP reads the file again. Keys marked **restart** keep their value until mapd is restarted; a reload that changes one
is refused as a whole.

| Key | Type | Default | Reload | Description |
|---|---|---|---|---|
`;

/** docs/configuration.md: one row a key. */
export function configurationPage(): string {
  return HEADING + configurationKeys().map(tableRow).join("");
}

/** What is to be said of one key. */
export interface KeyRow {
  /** `domains[].mtu.ipv6` */
  readonly path: string;
  readonly type: string;
  /** Empty for a block of keys. */
  readonly defaultText: string;
  readonly needsRestart: boolean;
  /** With an example where there is one. */
  readonly description: string;
}

/** Every key, parents first. */
export function configurationKeys(): readonly KeyRow[] {
  return rowsOf(configSchema, "");
}

function rowsOf(schema: z.core.$ZodType, prefix: string): KeyRow[] {
  return keysOf(schema).flatMap(([key, child]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const element = elementOf(child);
    const below =
      element === null ? rowsOf(child, path) : rowsOf(element, elementPath(path, child));
    return [row(path, child), ...below];
  });
}

/** `domains[]` for a list, `rules.NAME` for a mapping by name. */
function elementPath(path: string, schema: z.core.$ZodType): string {
  return unwrap(schema) instanceof z.ZodArray ? `${path}[]` : `${path}.NAME`;
}

function row(path: string, schema: z.core.$ZodType): KeyRow {
  const meta = metaOf(schema);
  return {
    path,
    type: typeText(schema, meta),
    defaultText: defaultText(schema, meta),
    needsRestart: meta["requires-restart"] === true,
    description: (meta.description ?? "") + exampleText(meta),
  };
}

function tableRow({ path, type, defaultText: text, needsRestart, description }: KeyRow): string {
  const cells = [`\`${path}\``, type, text, needsRestart ? "**restart**" : "", description];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
}

function exampleText(meta: KeyMeta): string {
  const [example] = meta.examples ?? [];
  return example === undefined ? "" : ` Example: \`${inline(example)}\`.`;
}

function inline(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function defaultText(schema: z.core.$ZodType, meta: KeyMeta): string {
  if (meta["default-text"] !== undefined) return meta["default-text"];
  const def = (schema as z.core.$ZodTypes)._zod.def;
  if (def.type === "default" || def.type === "prefault") {
    const value: unknown = def.defaultValue;
    const isBlock = typeof value === "object" && value !== null && !Array.isArray(value);
    return isBlock ? "" : `\`${inline(value)}\``;
  }
  return def.type === "optional" ? "none" : "required";
}

function typeText(schema: z.core.$ZodType, meta: KeyMeta): string {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case "default":
    case "prefault":
    case "optional":
      return typeText(def.innerType, meta);
    case "nullable":
      return `${typeText(def.innerType, meta)} or null`;
    case "number":
      return numberText(schema, meta);
    case "enum":
      return Object.values(def.entries)
        .map((value) => `\`${value}\``)
        .join(", ");
    case "literal":
      return def.values.map((value) => `\`${String(value)}\``).join(", ");
    case "union":
      return def.options.map((option) => typeText(option, {})).join(" or ");
    case "array":
      return `list of ${typeText(def.element, {})}`;
    case "pipe":
      return typeText(def.in, meta);
    case "boolean":
      return "true or false";
    case "object":
    case "record":
      return "mapping";
    case "string":
      return "text";
    default:
      return def.type;
  }
}

function numberText(schema: z.core.$ZodType, meta: KeyMeta): string {
  const { minimum, maximum } = schema instanceof z.ZodNumber ? boundsOf(schema) : meta;
  const least = meta.minimum ?? minimum;
  const most = meta.maximum ?? maximum;
  return least === undefined || most === undefined ? "number" : `${least}..${most}`;
}

function boundsOf(schema: z.ZodNumber): { minimum?: number; maximum?: number } {
  const { minValue, maxValue } = schema;
  return {
    ...(minValue === null || minValue === -NO_LIMIT ? {} : { minimum: minValue }),
    ...(maxValue === null || maxValue === NO_LIMIT ? {} : { maximum: maxValue }),
  };
}
