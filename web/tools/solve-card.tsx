/** The lengths of a rule from the ones that are fixed. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Solution, type SolveInput, solveRule } from "../../src/map/solve.js";
import { FindingList } from "../calculator/findings.js";
import { useTexts } from "../i18n/context.js";
import { whole } from "../state/draft.js";
import { Card } from "../ui/card.js";
import { TextField } from "../ui/field.js";
import { Scroll } from "../ui/scroll.js";
import { TOOLS_TEXTS } from "./texts.js";

const KEYS = [
  "ipv6Len",
  "ipv4Len",
  "eaLen",
  "endUserPrefixLen",
  "psidOffset",
  "psidLen",
  "sharingRatio",
  "portsPerCe",
  "contiguousPorts",
] as const satisfies readonly (keyof SolveInput)[];

type Wishes = Readonly<Partial<Record<(typeof KEYS)[number], string>>>;

const FIRST: Wishes = { ipv4Len: "24", endUserPrefixLen: "56", portsPerCe: "250" };
const SHOWN = 6;

export function SolveCard(): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const [wishes, setWishes] = useState<Wishes>(FIRST);
  const solved = solveRule(inputOf(wishes));
  return (
    <Card title={t("solve")} name="solve">
      <p class="help">{t("solve-help")}</p>
      <div class="form-row narrow">
        {KEYS.map((key) => (
          <TextField
            key={key}
            label={t(`solve-${key}`)}
            name={`solve-${key}`}
            value={wishes[key] ?? ""}
            isWrong={(wishes[key] ?? "") !== "" && whole(wishes[key] ?? "") === null}
            onInput={(value) => setWishes({ ...wishes, [key]: value })}
          />
        ))}
      </div>
      <div aria-live="polite">
        <FindingList findings={solved.diagnostics} />
      </div>
      {solved.ok ? <Solutions solutions={solved.value.slice(0, SHOWN)} /> : null}
    </Card>
  );
}

/** What is no number is out of every range, and said to be so. */
function inputOf(wishes: Wishes): SolveInput {
  const given = KEYS.flatMap((key) => {
    const text = wishes[key]?.trim() ?? "";
    return text === "" ? [] : [[key, whole(text) ?? Number.NaN] as const];
  });
  return Object.fromEntries(given);
}

const COLUMNS = [
  ["ipv6Len", "n"],
  ["ipv4Len", "r"],
  ["eaLen", "o"],
  ["endUserPrefixLen", "n + o"],
  ["psidOffset", "a"],
  ["psidLen", "k"],
] as const;

function Solutions({ solutions }: { readonly solutions: readonly Solution[] }): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  return (
    <Scroll label={t("solve")}>
      <table>
        <thead>
          <tr>
            {COLUMNS.map(([key, letter]) => (
              <th key={key} scope="col">
                <var>{letter}</var>
              </th>
            ))}
            <th scope="col">{t("plan-ratio")}</th>
            <th scope="col">{t("plan-ports")}</th>
            <th scope="col">{t("plan-runs")}</th>
          </tr>
        </thead>
        <tbody>
          {solutions.map((solution) => (
            <tr key={`${solution.psidOffset} ${solution.psidLen}`} data-solution>
              {COLUMNS.map(([key]) => (
                <td key={key} class="mono">
                  {solution[key] ?? "?"}
                </td>
              ))}
              <td class="mono">{solution.sharingRatio}</td>
              <td class="mono">{solution.portsPerCe}</td>
              <td class="mono">
                {solution.rangesPerCe} × {solution.rangeLen}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
