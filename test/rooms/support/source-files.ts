import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

const ELSEWHERE = new Set(['node_modules', 'dist', 'coverage', 'test-output', 'docs']);
const CODE = /\.(?:ts|tsx|mjs|cjs)$/;

/** Every file of code in the project, as paths from its root, generated and installed ones aside. */
export function sourceFiles(under = ''): readonly string[] {
  const entries = readdirSync(join(root, under), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.name.startsWith('.') && entry.isDirectory()) return [];
    if (entry.isDirectory()) return ELSEWHERE.has(entry.name) ? [] : sourceFiles(path);
    return CODE.test(entry.name) ? [path] : [];
  });
}

export function parse(path: string, text = readFileSync(join(root, path), 'utf8')): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
}

/** Every node of the file, in order. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

export function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

export function roomOf(path: string): string {
  return dirname(path).split('/')[0] ?? '';
}
