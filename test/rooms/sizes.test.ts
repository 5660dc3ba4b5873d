import ts from 'typescript';
import { expect, test } from 'vitest';
import { lineOf, nodesOf, parse, sourceFiles } from './support/source-files.ts';

const FILE_LINES_AT_MOST = 300;
const FUNCTION_LINES_AT_MOST = 60;

const files = sourceFiles().map((path) => parse(path));

test('no file has more than 300 lines', () => {
  const long = files.map((file) => ({ path: file.fileName, lines: linesIn(file) }));
  expect(long.filter(({ lines }) => lines > FILE_LINES_AT_MOST)).toEqual([]);
});

test('no function has more than 60 lines', () => {
  expect(files.flatMap((file) => functionsOver(FUNCTION_LINES_AT_MOST, file))).toEqual([]);
});

test('a function of 61 lines is found, one of 60 and a `describe` of any length are not', () => {
  const body = (lines: number) => '\n'.repeat(lines - 1);
  const text = `function long() {${body(61)}}\nconst short = () => {${body(60)}};\ndescribe('all', () => {${body(90)}});`;
  expect(functionsOver(60, parse('x.ts', text))).toEqual(['x.ts:1 long: 61 lines']);
});

test('the sizes of files, told to whoever reads the log', () => {
  for (const [what, some] of [
    ['source', files.filter((file) => !file.fileName.startsWith('test/'))],
    ['tests', files.filter((file) => file.fileName.startsWith('test/'))],
  ] as const) {
    const lines = some.map(linesIn).sort((a, b) => a - b);
    const at = (share: number) => lines[Math.floor((lines.length - 1) * share)];
    console.info(
      `${what}: ${lines.length} files, lines median ${at(0.5)} (aim 60), p90 ${at(0.9)} (aim 170), max ${at(1)}`,
    );
  }
});

function linesIn(file: ts.SourceFile): number {
  return file.text.trimEnd().split('\n').length;
}

function functionsOver(limit: number, file: ts.SourceFile): readonly string[] {
  return [...nodesOf(file)].flatMap((node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body || isGroupOfTests(node)) return [];
    const lines = node.getText(file).split('\n').length;
    return lines > limit ? [`${file.fileName}:${lineOf(file, node)} ${nameOf(node)}: ${lines} lines`] : [];
  });
}

/** The callback of `describe` is a chapter, not a function. */
function isGroupOfTests(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && /^(?:describe|suite)\b/.test(node.parent.expression.getText());
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : '(anonymous)';
}
