/** What the build makes of compiled modules, so that the compiler of V8 knows what they have of each other. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "tap";
import { ROOT } from "./checkout.js";

interface Binder {
  boundModule(name: string, text: string): string;
}

const binder: Binder = await import(pathToFileURL(join(ROOT, "scripts/lib/bind-modules.mjs")).href);

const cases = [
  {
    name: "a named import",
    text: 'import { fold, sum as total } from "./checksum.js";\nfold(total);\n//# sourceMappingURL=a.js.map',
    bound:
      'import { fold as fold$i, sum as total$i } from "./checksum.js";/* bound */ const fold = fold$i; const total = total$i; \nfold(total);\n\n//# sourceMappingURL=a.js.map',
  },
  {
    name: "a namespace import, each member once",
    text: 'import * as ipv4 from "./ipv4.js";\nconst hops = ipv4.ttl(ipv4.AT) - ipv4.ttl(0);\n',
    bound:
      'import * as ipv4 from "./ipv4.js";/* bound */ const ipv4$ttl = ipv4.ttl; const ipv4$AT = ipv4.AT; \nconst hops = ipv4$ttl(ipv4$AT) - ipv4$ttl(0);\n\n',
  },
  {
    name: "a namespace whose name means something else in a place",
    text: 'import * as ipv4 from "./ipv4.js";\nconst two = ({ ipv4 }) => ipv4.ttl;\n',
    bound:
      'import * as ipv4 from "./ipv4.js";/* bound */  \nconst two = ({ ipv4 }) => ipv4.ttl;\n\n',
  },
  {
    name: "functions, exported or not, which may be called before they stand",
    text: "const first = one();\nexport function one() {\n  return two();\n}\nfunction two() {\n  return 2;\n}\n",
    bound:
      "/* bound */ const one = one$; const two = two$; const first = one();\nfunction one$() {\n  return two();\n}\nfunction two$() {\n  return 2;\n}\nexport { one$ as one };\n",
  },
  {
    name: "exported constants",
    text: "export const TTL = 8;\nexport const end = () => TTL;\n",
    bound:
      "/* bound */  const TTL = 8;\nconst end = () => TTL;\nconst TTL$ = TTL; export { TTL$ as TTL }; const end$ = end; export { end$ as end };\n",
  },
  {
    name: "classes, what is handed on, and modules without names stay",
    text: 'import "./first.js";\nexport { A } from "./a.js";\nexport class B extends Object {}\n',
    bound:
      'import "./first.js";/* bound */  \nexport { A } from "./a.js";\nexport class B extends Object {}\n\n',
  },
];
for (const { name, text, bound } of cases) {
  test(`bound to constants: ${name}`, async (t) => {
    t.equal(binder.boundModule("a.js", text), bound);
  });
}

test("an export that may change is refused", async (t) => {
  const text = "export let count = 0;\n";
  t.throws(() => binder.boundModule("a.js", text), { message: "a.js: an export that may change" });
});

test("every compiled module of src/ is bound", async (t) => {
  const folder = join(ROOT, "dist/src");
  const modules = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".js"),
  );
  const unbound = modules.filter(
    (path) => !readFileSync(join(folder, path), "utf8").includes("/* bound */"),
  );
  t.same(unbound, []);
  t.ok(modules.length > 100);
});
