// Makes what modules have of each other, and of themselves, constant for V8, in compiled JavaScript.
//
// An import, and an export at home, is a cell to V8 whose value it never takes for granted: in compiled code each use loads
// it, asks whether it has been initialised and whether it still is the function that it was. A constant of a module that
// is not exported costs nothing: it is known when a function is compiled. The packet path is made of small functions and
// named numbers of other modules, and became a sixth faster when they were such constants:
//
//   import { fold } from "./checksum.js";         import { fold as fold$i } from "./checksum.js"; const fold = fold$i;
//   import * as ipv4 from "./ipv4.js";            const ipv4$ttl = ipv4.ttl;   and ipv4$ttl for ipv4.ttl
//   export function ttl(frame, at) {              function ttl$(frame, at) {   const ttl = ttl$; export { ttl$ as ttl };
//   export const TTL = 8;                         const TTL = 8;               const TTL$ = TTL; export { TTL$ as TTL };
//
// It asks for modules that do not import each other in a circle, and whose exports never change. Lines stay where they
// are, so that source maps hold. What is bound already stays as it is.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const MARK = "/* bound */";

function isExported(statement) {
  return (ts.getModifiers(statement) ?? []).some(
    ({ kind }) => kind === ts.SyntaxKind.ExportKeyword,
  );
}

/** Everything that a module declares anywhere but by import: a name among these may mean something else in places. */
function declaredNames(source) {
  const names = new Set();
  const visit = (node) => {
    const isDeclaration =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionLike(node) ||
      ts.isClassLike(node);
    if (isDeclaration && node.name !== undefined && ts.isIdentifier(node.name)) {
      names.add(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

class Binding {
  /** What is replaced: { from, to, text }. */
  edits = [];
  /** Statements for the end of the last import, and for the end of the module. */
  head = [];
  tail = [];
  #source;
  #namespaces = new Map();

  constructor(source) {
    this.#source = source;
    for (const statement of source.statements) this.#bindStatement(statement);
    if (this.#namespaces.size > 0) this.#bindMembers(source);
  }

  #bindStatement(statement) {
    if (ts.isImportDeclaration(statement)) this.#bindImport(statement.importClause?.namedBindings);
    else if (ts.isFunctionDeclaration(statement)) this.#bindFunction(statement);
    else if (ts.isVariableStatement(statement) && isExported(statement)) this.#bindConst(statement);
  }

  #bindImport(bindings) {
    if (bindings === undefined) return;
    if (ts.isNamespaceImport(bindings)) {
      this.#namespaces.set(bindings.name.text, new Set());
      return;
    }
    for (const { name, propertyName } of bindings.elements) {
      const imported = `${(propertyName ?? name).text} as ${name.text}$i`;
      const from = (propertyName ?? name).getStart();
      this.edits.push({ from, to: name.end, text: imported });
      this.head.push(`const ${name.text} = ${name.text}$i;`);
    }
  }

  #bindFunction(statement) {
    const { text, end } = statement.name;
    this.edits.push({ from: statement.name.getStart(), to: end, text: `${text}$` });
    this.head.push(`const ${text} = ${text}$;`);
    if (isExported(statement)) this.#moveExport(statement, `export { ${text}$ as ${text} };`);
  }

  #bindConst(statement) {
    if ((statement.declarationList.flags & ts.NodeFlags.Const) === 0) {
      throw new Error(`${this.#source.fileName}: an export that may change`);
    }
    for (const { name } of statement.declarationList.declarations) {
      const { text } = name;
      this.tail.push(`const ${text}$ = ${text};`);
      this.#moveExport(statement, `export { ${text}$ as ${text} };`);
    }
  }

  /** The word `export` stands first. */
  #moveExport(statement, text) {
    const from = statement.getStart();
    this.edits.push({ from, to: from + "export ".length, text: "" });
    this.tail.push(text);
  }

  /** Each `namespace.member`, but where another name hides the namespace's. */
  #bindMembers(source) {
    const declared = declaredNames(source);
    const visit = (node) => {
      const isMember = ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression);
      const members = isMember ? this.#namespaces.get(node.expression.text) : undefined;
      if (members !== undefined && !declared.has(node.expression.text)) {
        members.add(node.name.text);
        const text = `${node.expression.text}$${node.name.text}`;
        this.edits.push({ from: node.getStart(), to: node.end, text });
      } else {
        ts.forEachChild(node, visit);
      }
    };
    visit(source);
    for (const [namespace, members] of this.#namespaces) {
      for (const name of members)
        this.head.push(`const ${namespace}$${name} = ${namespace}.${name};`);
    }
  }
}

/** The module with its imports and exports bound to constants; behaves as before. */
export function boundModule(name, text) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  const { edits, head, tail } = new Binding(source);
  const imports = source.statements.filter(ts.isImportDeclaration);
  const headAt = imports.at(-1)?.end ?? 0;
  const mapAt = text.lastIndexOf("//# sourceMappingURL=");
  const tailAt = mapAt < 0 ? text.length : mapAt;
  const all = [
    { from: headAt, to: headAt, text: `${MARK} ${head.join(" ")} ` },
    ...edits,
    { from: tailAt, to: tailAt, text: `${tail.join(" ")}\n` },
  ].sort((one, other) => one.from - other.from);
  let bound = "";
  let at = 0;
  for (const edit of all) {
    bound += text.slice(at, edit.from) + edit.text;
    at = edit.to;
  }
  return bound + text.slice(at);
}

/** Binds every module below a folder of compiled ones. */
export function bindModules(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".js")) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const text = readFileSync(path, "utf8");
    if (!text.includes(MARK)) writeFileSync(path, boundModule(path, text));
  }
}
