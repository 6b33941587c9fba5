/** A value with its name. `data-fact` and `value` say the same to programs, without the reader's separators. */
import type { ComponentChildren, JSX } from "preact";
import { CopyButton } from "./copy.js";

interface FactProps {
  readonly label: string;
  readonly fact: string;
  readonly value: string | number;
  /** What is shown, if it is not the value. */
  readonly children?: ComponentChildren;
  readonly canCopy?: boolean;
}

export function Fact({ label, fact, value, children, canCopy = false }: FactProps): JSX.Element {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>
        <data class="mono" data-fact={fact} value={String(value)}>
          {children ?? value}
        </data>
        {canCopy ? <CopyButton text={String(value)} what={label} /> : null}
      </dd>
    </div>
  );
}
