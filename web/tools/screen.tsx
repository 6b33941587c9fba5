/** What is asked less often than the calculator's questions: other addresses, other programs, plans. */
import type { JSX } from "preact";
import { Findings } from "../calculator/findings.js";
import { RuleLine } from "../calculator/rule-form.js";
import { useTexts } from "../i18n/context.js";
import type { Store } from "../state/store.js";
import { Card } from "../ui/card.js";
import { AnalyseCard } from "./analyse-card.js";
import { ExportCard } from "./export-card.js";
import { ImportCard } from "./import-card.js";
import { PlanCard } from "./plan-card.js";
import { SolveCard } from "./solve-card.js";
import { TOOLS_TEXTS } from "./texts.js";
import { WalkCard } from "./walk-card.js";

export function ToolsScreen({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  return (
    <div class="stack">
      <h1 class="hidden">{t("title")}</h1>
      <Card title={t("rule")} name="rule">
        <RuleLine store={store} />
        <Findings store={store} />
      </Card>
      <AnalyseCard store={store} />
      <WalkCard store={store} />
      <ImportCard store={store} />
      <ExportCard store={store} />
      <PlanCard store={store} />
      <SolveCard />
    </div>
  );
}
