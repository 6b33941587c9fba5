/** docs/lint.md, made from the table of what lint finds alone. */
import { LINT_GROUPS, type LintGroup } from "../../src/lint/codes.js";

const HEADING = `# What \`mapctl lint\` finds

<!-- Made by scripts/generate-docs.mjs from the table in src/lint/; do not edit. -->

\`mapctl lint [FILE | -]\` judges rules and the domains around them: a configuration of mapd, or a text in any of the formats that
\`mapctl import\` reads ([migration.md](migration.md)), which it recognises; \`--from\` names the format where it does not. Each finding has a
code, its place, the clause that it is about and what to do; \`--json\` gives them as one document (\`mapd.lint/1\`).

\`\`\`
mapctl lint /etc/mapd/mapd.yaml --strict
mapctl lint running-config.txt                                  # another program's commands
mapctl lint rules.json --end-user-prefix 2001:db8:12:3400::/56  # whose rule is this prefix's?
echo '2001:db8::/48 192.0.2.0/24 16 4' | mapctl lint
\`\`\`

Exit status 0: no errors. 5: errors, so nothing works as it is written. 1: warnings, with \`--strict\`. A configuration is
judged by all that \`mapd --check\` refuses or warns of, too; those findings have the codes of the check.

With \`--end-user-prefix\` the rule is named that the longest match gives the prefix, with its CE's address and PSID. Rules of public
services are in no package of mapd: such tables are made by their users, and are often wrong in the ways below. Bring your own
(\`basicMapRules\` JSON, CSV, rule strings), and see what lint says of them.
`;

export function lintPage(): string {
  return HEADING + LINT_GROUPS.map(section).join("");
}

function section({ title, codes }: LintGroup): string {
  const rows = codes.map(({ code, severity, what, rfc, fix }) => {
    return `| \`${code}\` | ${severity} | ${what} | ${rfc} | ${fix} |\n`;
  });
  const head = "| Code | Severity | What is wrong | Clause | What to do |\n|---|---|---|---|---|\n";
  return `\n## ${title}\n\n${head}${rows.join("")}`;
}
