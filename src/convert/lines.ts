/** Texts of commands and options, line by line. */

export interface Line {
  /** `line 3` */
  readonly place: string;
  readonly words: readonly string[];
}

/** What stands before a command that was copied from a terminal: `sonic(config)# `, `vpp# `, `root@OpenWrt:~# `. */
const PROMPT = /^(?:[A-Za-z0-9_.@:~/-]+(?:\([^)]*\))?[#>$]|[#$>])\s+/;

/** Lines that say something, taken apart at white space; quotes hold words together. */
export function linesOf(text: string): readonly Line[] {
  return text.split(/\r?\n/).flatMap((raw, index): Line[] => {
    const line = raw.trim();
    if (isComment(line)) return [];
    const words = wordsOf(line.replace(PROMPT, ""));
    return words.length === 0 ? [] : [{ place: `line ${index + 1}`, words }];
  });
}

/** `# text` may also be a command behind root's prompt; those begin with a word that we know. */
const COMMAND =
  /^#\s+(?:echo|map|map-rule|map-[et]|interface|config|insert|add|vppctl|jool_mapt|uci)\b/;

function isComment(line: string): boolean {
  return line.startsWith("#") && !COMMAND.test(line);
}

function wordsOf(line: string): string[] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, one, two) => one ?? two));
}

/** The pairs of `key value key value ...`; words without a partner are in `rest`. */
export function pairsOf(
  words: readonly string[],
  keys: ReadonlySet<string>,
): { readonly values: ReadonlyMap<string, string>; readonly rest: readonly string[] } {
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const value = words[i + 1];
    if (keys.has(word) && value !== undefined && !values.has(word)) {
      values.set(word, value);
      i++;
    } else rest.push(word);
  }
  return { values, rest };
}
