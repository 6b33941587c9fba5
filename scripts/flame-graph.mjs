// Draws a flame graph of what `perf record -g` has seen: `perf script -i perf.data | node scripts/flame-graph.mjs TITLE > flame.svg`.
// A frame is as wide as the share of samples in it, callers stand below; hovering says the share. Frames that all samples
// of the packet thread have in common, and those below LEAST, are left out.
import { basename } from "node:path";
import { createInterface } from "node:readline";

const WIDTH = 1200;
const ROW = 17;
const TOP = 30;
/** Least share of all samples that is drawn. */
const LEAST = 0.004;
/** About so many pixels a letter takes. */
const LETTER = 6.6;
/** The packet loop's own function: what lies below it is how a thread starts. */
const ROOT = /^turn |^turn$/;

/** `JS:*turn file:///…/dist/daemon/runtime/packet-worker.js:95:9` is `turn packet-worker`. */
function nameOf(symbol) {
  const js = /^(?:JS:|LazyCompile:|Function:)[*^~+]*(\S*)(?: .*\/([^/]+)\.m?js:\d+:\d+)?/.exec(
    symbol,
  );
  if (js === null) return symbol.replace(/\+0x[0-9a-f]+$/, "").replace(/\(.*$/, "");
  return [js[1] || "(anonymous)", js[2]].filter(Boolean).join(" ");
}

async function readStacks(input) {
  const stacks = [];
  let stack = [];
  for await (const line of createInterface({ input })) {
    const frame = /^\s+[0-9a-f]+ (.+) \(([^)]*)\)$/.exec(line);
    if (frame !== null)
      stack.unshift(nameOf(frame[1] === "[unknown]" ? `in ${basename(frame[2])}` : frame[1]));
    else if (line.trim() === "" && stack.length > 0) {
      stacks.push(stack);
      stack = [];
    }
  }
  return stack.length > 0 ? [...stacks, stack] : stacks;
}

function treeOf(stacks) {
  const root = { name: "packet thread", count: 0, children: new Map() };
  for (const stack of stacks) {
    const from = stack.findIndex((name) => ROOT.test(name));
    if (from < 0) continue;
    let node = root;
    node.count++;
    for (const name of stack.slice(from)) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = { name, count: 0, children: new Map() };
        node.children.set(name, child);
      }
      child.count++;
      node = child;
    }
  }
  return root;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** JavaScript, native code and the kernel in colours of their own, told by the name's form. */
function colourOf(name, parent) {
  if (/^[^ ]+ [a-z0-9-]+$/.test(name) && !name.startsWith("in ")) return "#e8c468";
  if (/^(Builtins_|v8|node|napi|js_|batch_|read$|write$|in |__GI|__poll)/.test(name))
    return "#8fbf8f";
  return parent === "#e8c468" ? "#8fbf8f" : "#d98f7a";
}

function draw(node, x, depth, scale, total, parentColour, out) {
  const width = node.count * scale;
  const colour = colourOf(node.name, parentColour);
  const share = ((100 * node.count) / total).toFixed(1);
  const letters = Math.floor((width - 4) / LETTER);
  const label = letters < 3 ? "" : node.name.slice(0, letters);
  out.push({ x, depth, width, colour, label, title: `${node.name}: ${share} %` });
  let at = x;
  for (const child of [...node.children.values()].sort((a, b) => b.count - a.count)) {
    if (child.count >= total * LEAST) draw(child, at, depth + 1, scale, total, colour, out);
    at += child.count * scale;
  }
  return out;
}

function toSvg(title, tree) {
  const boxes = draw(tree, 0, 0, WIDTH / tree.count, tree.count, "", []);
  const rows = Math.max(...boxes.map(({ depth }) => depth)) + 1;
  const height = TOP + rows * ROW + 6;
  const parts = boxes.map(({ x, depth, width, colour, label, title: hint }) => {
    const y = height - 6 - (depth + 1) * ROW;
    const rect = `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.5, width - 0.5).toFixed(1)}" height="${ROW - 1}" fill="${colour}"/>`;
    const text =
      label === "" ? "" : `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escaped(label)}</text>`;
    return `<g><title>${escaped(hint)}</title>${rect}${text}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fbfaf7"/>`,
    `<text x="4" y="18" font-size="13">${escaped(title)} (${tree.count} samples)</text>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

const tree = treeOf(await readStacks(process.stdin));
if (tree.count === 0) {
  process.stderr.write(
    "flame-graph: no samples of a packet thread; was mapd started with --perf-basic-prof?\n",
  );
  process.exitCode = 1;
} else {
  process.stdout.write(toSvg(process.argv[2] ?? "mapd", tree));
}
