import ts from 'typescript';
import { lineOf, nodesOf } from './source-files.ts';

/** How a statement begins. Words alone ("select a file") do not count: each pattern needs the statement's second part. */
const STATEMENTS = [
  /^\s*select\s[\s\S]*\sfrom\s/i,
  /^\s*select\s+(?:1|now\(|pg_|set_config)/i,
  /^\s*insert\s+into\s/i,
  /^\s*update\s+[\w."]+\s+(?:as\s+\w+\s+)?set\s/i,
  /^\s*delete\s+from\s/i,
  /^\s*with\s+(?:recursive\s+)?\w+\s+as\s*(?:materialized\s*)?\(/i,
  /^\s*(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:unique\s+)?(?:table|database|index|schema|role|view|function)\s/i,
  /^\s*truncate\s+(?:table\s+)?\w/i,
  /^\s*(?:listen|notify)\s+[\w"]+\s*$/i,
  /^\s*(?:begin|commit|rollback)\s*;?\s*$/i,
];

/** Line numbers of string and template literals that are SQL. */
export function findSql(file: ts.SourceFile): readonly number[] {
  const texts = [...nodesOf(file)].filter((node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node));
  return texts.filter((node) => isSql(textOf(node))).map((node) => lineOf(file, node));
}

export function isSql(text: string): boolean {
  return STATEMENTS.some((statement) => statement.test(text));
}

/** A template's holes count as a name. */
function textOf(node: ts.StringLiteralLike | ts.TemplateExpression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  return node.head.text + node.templateSpans.map((span) => `x${span.literal.text}`).join('');
}
