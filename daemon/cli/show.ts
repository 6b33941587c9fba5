/** `mapctl show`: the phrases of a vendor's guide, which answer what `domains`, `statistics` and `interfaces` do. */
import { ROLES } from "../control/show/filter.js";
import { EXIT, MapdError } from "../errors.js";
import { didYouMean } from "../suggest.js";
import type { CliCommand } from "./command.js";
import { showDomains } from "./domains.js";
import { choice, type DomainFilter } from "./filter.js";
import { showInterfaces } from "./interfaces.js";
import { showStatistics } from "./statistics.js";
import { WATCH_OPTIONS } from "./watch.js";

/** What can be shown of which mode. */
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  "map-e": ["domain", "statistics"],
  "map-t": ["domain", "statistics"],
  map: ["interface"],
};

/** What may follow, each with its value. */
const SELECTORS = ["name", "role"] as const;

const FORMS =
  "show map-e|map-t domain|statistics [name NAME | role CE|BR], or show map interface [role CE|BR]";

export const showCommand: CliCommand = {
  name: "show",
  summary: "Show a domain, its statistics or its interface in the words of a vendor's guide",
  arguments: [
    {
      name: "words",
      description: FORMS.replace(/^show /, "").replace("or show ", "or "),
      required: true,
      variadic: true,
      completions: [...Object.keys(OBJECTS), "domain", "statistics", "interface", ...SELECTORS],
    },
  ],
  options: WATCH_OPTIONS,
  schema: "mapd.domains/1, mapd.statistics/1 or mapd.interfaces/1",
  examples: [
    "mapctl show map-e domain",
    "mapctl show map-t domain name metro-br",
    "mapctl show map-e statistics role BR",
    "mapctl show map interface role CE --json",
  ],
  async run(input, context) {
    const words = input.arguments.filter((word) => word !== undefined);
    const { object, filter } = readPhrase(words);
    const isWatched = input.options.watch !== undefined || input.options.count !== undefined;
    if (isWatched && object !== "statistics") {
      throw new MapdError("usage", "--watch is for statistics");
    }
    if (object === "domain") await showDomains(context, filter);
    else if (object === "interface") await showInterfaces(context, filter);
    else await showStatistics(input, context, filter);
    return EXIT.done;
  },
};

interface Phrase {
  readonly object: string;
  readonly filter: DomainFilter;
}

/** Keywords in upper or lower case; names of domains as they are. MapdError `usage` where it is no phrase of the guide. */
export function readPhrase(words: readonly string[]): Phrase {
  const [subject = "", object = "", ...rest] = words.map((word) => word.toLowerCase());
  const objects = expect(OBJECTS[subject], subject, Object.keys(OBJECTS));
  expect(objects.includes(object) ? object : undefined, object, objects);
  const selected = new Map<string, string>();
  for (let at = 0; at < rest.length; at += 2) {
    const selector = rest[at]!;
    expect(
      SELECTORS.find((known) => known === selector),
      selector,
      SELECTORS,
    );
    const value = words[at + 3];
    if (value === undefined) throw new MapdError("usage", `${selector} needs a value: ${FORMS}`);
    if (selected.has(selector)) throw new MapdError("usage", `${selector} stands there twice`);
    selected.set(selector, value);
  }
  const filter = {
    domain: selected.get("name"),
    mode: subject === "map" ? undefined : subject,
    role: choice(selected.get("role"), "role", ROLES),
  };
  return { object, filter };
}

function expect<T>(found: T | undefined, word: string, known: readonly string[]): T {
  if (found !== undefined) return found;
  const problem = word === "" ? "a word is missing" : `"${word}" is not known here`;
  throw new MapdError("usage", `${problem}${didYouMean(word, known)}: ${FORMS}`);
}
