/** The Containerfile as its stages: only the forms that it uses. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./checkout.js";

export interface Step {
  readonly instruction: string;
  readonly text: string;
}

export interface Copy {
  /** The stage that it copies from; null: the checkout. */
  readonly from: string | null;
  readonly sources: readonly string[];
  readonly target: string;
}

export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly steps: readonly Step[];
  readonly copies: readonly Copy[];
}

/** Lines without comments, with continued ones joined. */
function lines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line.trim() !== "");
}

function stepOf(line: string): Step {
  const [, instruction = "", text = ""] = /^([A-Z]+) +(.+)$/.exec(line) ?? [];
  if (instruction === "") throw new Error(`no instruction: ${line}`);
  return { instruction, text: text.replaceAll(/ +/g, " ") };
}

function copyOf({ text }: Step): Copy {
  const words = text.split(" ");
  const flag = words[0]?.startsWith("--from=") ? words.shift() : undefined;
  const target = words.pop() ?? "";
  return { from: flag?.slice("--from=".length) ?? null, sources: words, target };
}

export function readContainerfile(): Stage[] {
  const stages: (Stage & { steps: Step[]; copies: Copy[] })[] = [];
  for (const step of lines(readFileSync(join(ROOT, "Containerfile"), "utf8")).map(stepOf)) {
    if (step.instruction === "FROM") {
      const [, base = "", name = ""] = /^([^ ]+) AS ([^ ]+)$/.exec(step.text) ?? [];
      stages.push({ name, base, steps: [], copies: [] });
    }
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error("an instruction before the first FROM");
    stage.steps.push(step);
    if (step.instruction === "COPY") stage.copies.push(copyOf(step));
  }
  return stages;
}
