import { AdHocRefusedError } from "./ad-hoc-error.ts";
import { allowedTableFunctions, isAllowedFunction } from "./allowed-functions.ts";

export interface CheckedSelect {
  /** The format that the query names, or null. */
  readonly format: string | null;
}

interface AstNode {
  readonly kind: string;
  /** What follows the kind, such as a name. */
  readonly text: string;
  readonly children: AstNode[];
}

/**
 * Checks the output of `EXPLAIN AST`: one SELECT, made of known nodes only, that reads unqualified
 * tables and calls functions of the allow-list. An unqualified name can only be a view of the
 * tenant's database, a common table expression or an alias.
 *
 * @throws AdHocRefusedError in words.
 */
export function checkSelect(ast: string): CheckedSelect {
  const root = parseAst(ast);
  if (root === undefined || root.kind !== "SelectWithUnionQuery") {
    throw new AdHocRefusedError(`expected a SELECT, got ${root?.kind ?? "nothing"}`);
  }
  checkRoot(root);
  checkNode(root, "");
  const format = root.children.find(({ kind }) => kind === "Identifier")?.text ?? null;
  return { format };
}

/** Children of the root beside the query: FORMAT is an identifier, INTO OUTFILE a literal. */
function checkRoot(root: AstNode): void {
  const [query, ...rest] = root.children;
  const plain = rest.length === 0 || (rest.length === 1 && rest[0]?.kind === "Identifier");
  if (query?.kind !== "ExpressionList" || !plain) {
    throw new AdHocRefusedError("expected nothing but FORMAT after the query");
  }
}

const plainKinds = new Set([
  "ArrayJoin",
  "Asterisk",
  "ColumnsExceptTransformer",
  "ColumnsListMatcher",
  "ColumnsRegexpMatcher",
  "ColumnsReplaceTransformer",
  "ColumnsReplaceTransformer::Replacement",
  "ColumnsTransformerList",
  "ExpressionList",
  "Identifier",
  "InterpolateElement",
  "Literal",
  "OrderByElement",
  "QualifiedAsterisk",
  "QualifiedColumnsListMatcher",
  "QualifiedColumnsRegexpMatcher",
  "SampleRatio",
  "SelectIntersectExceptQuery",
  "SelectQuery",
  "SelectWithUnionQuery",
  "Subquery",
  "TableExpression",
  "TableJoin",
  "TablesInSelectQuery",
  "TablesInSelectQueryElement",
  "WindowDefinition",
  "WindowListElement",
  "WithElement",
]);

function checkNode(node: AstNode, parentKind: string): void {
  if (node.kind === "Function") {
    checkFunction(node, parentKind);
  } else if (node.kind === "TableIdentifier") {
    checkTableName(node.text);
  } else if (node.kind === "Set") {
    throw new AdHocRefusedError("expected a query without SETTINGS");
  } else if (!plainKinds.has(node.kind)) {
    // Among them ColumnsApplyTransformer, which does not say which function it applies.
    throw new AdHocRefusedError(`expected a plain SELECT, got ${node.kind}`);
  }
  for (const child of node.children) {
    checkNode(child, node.kind);
  }
}

function checkFunction(node: AstNode, parentKind: string): void {
  const name = nameOf(node);
  const isTable = parentKind === "TableExpression";
  const allowed = isTable ? allowedTableFunctions.has(name.toLowerCase()) : isAllowedFunction(name);
  if (!allowed) {
    const what = isTable ? "table function" : "function";
    throw new AdHocRefusedError(`the ${what} ${name} is not available here`);
  }
  if (/^(?:global)?(?:not)?(?:null)?in(?:ignoreset)?$/i.test(name)) {
    checkRightOfIn(node);
  }
}

/** `x IN name` reads the table of that name. */
function checkRightOfIn(node: AstNode): void {
  const right = node.children[0]?.children[1];
  if (right?.kind === "Identifier") {
    checkTableName(nameOf(right));
  }
}

function checkTableName(name: string): void {
  if (name.includes(".")) {
    throw new AdHocRefusedError(`expected a table name without a database, got ${name}`);
  }
}

function nameOf({ text }: AstNode): string {
  return text.replace(/ \(alias [^]*\)$/, "");
}

function parseAst(ast: string): AstNode | undefined {
  const path: AstNode[] = [];
  let root: AstNode | undefined;
  for (const line of ast.split("\n").filter((text) => text !== "")) {
    const depth = line.length - line.trimStart().length;
    const node = parseLine(line.trim());
    const parent = path[depth - 1];
    if (depth === 0 && root === undefined) {
      root = node;
    } else if (parent === undefined) {
      throw new AdHocRefusedError("expected one tree of syntax");
    }
    parent?.children.push(node);
    path.length = depth;
    path.push(node);
  }
  return root;
}

function parseLine(line: string): AstNode {
  const [, kind = "", text = ""] = /^(\S+) ?(.*?)(?: ?\(children \d+\))?$/.exec(line) ?? [];
  return { kind, text, children: [] };
}
