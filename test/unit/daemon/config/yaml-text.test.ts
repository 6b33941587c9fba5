/** Texts that are no YAML, or YAML that a configuration must not use. */
import { test } from "tap";
import { parseConfig } from "../../../../daemon/config/load.js";

const TEXTS = [
  {
    name: "a key twice",
    text: "rules: {}\nrules: {}\n",
    code: "duplicate-key",
    says: "line 2:1: ",
  },
  { name: "bad syntax", text: "rules: [\n", code: "bad-yaml", says: "line 2:1: " },
  { name: "an unknown tag", text: "rules: !!x {}\n", code: "bad-yaml", says: "line 1:8: " },
  { name: "a list as a key", text: "? [a]\n: 1\n", code: "bad-yaml", says: "line 1:3: " },
  { name: "a key of JavaScript", text: "__proto__: 1\n", code: "bad-yaml", says: "line 1:1: " },
  {
    name: "two documents",
    text: "a: 1\n---\nb: 1\n",
    code: "bad-yaml",
    says: "line 2:1: a second document begins here",
  },
  {
    name: "blocks without end",
    text: "[".repeat(100_000),
    code: "bad-yaml",
    says: /^line 1:\d+: blocks are nested too deeply/,
  },
];

for (const { name, text, code, says } of TEXTS) {
  test(`YAML with ${name} is refused with its place`, async (t) => {
    const checked = parseConfig(text);
    t.equal(checked.ok, false);
    t.equal(checked.diagnostics[0]?.code, code);
    t.match(checked.diagnostics[0]?.message, says);
  });
}

test("what is no YAML at all gets a short answer", async (t) => {
  const noise = Array.from({ length: 100 }, (_, i) => `k${i}${"x".repeat(2_000)}: [${i}\n}`);
  const { ok, diagnostics } = parseConfig(noise.join("\n"));
  t.equal(ok, false);
  t.ok(diagnostics.length <= 21, `${diagnostics.length} findings`);
  t.ok(diagnostics.some(({ message }) => /^\d+ more like these$/.test(message)));
  t.ok(diagnostics.every(({ message }) => message.length < 250));
});

test("a long key that stands twice is not repeated whole", async (t) => {
  const key = "k".repeat(900);
  const { diagnostics } = parseConfig(`${key}: 1\n${key}: 2\n`);
  t.match(diagnostics, [
    { code: "duplicate-key", message: /^line 2:1: the key "k{160}\.\.\." stands/ },
  ]);
});
