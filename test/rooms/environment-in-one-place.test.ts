import ts from 'typescript';
import { expect, test } from 'vitest';
import { lineOf, nodesOf, parse, sourceFiles } from './support/source-files.ts';

/** scripts/*.mjs run before anything of ours can be imported; tests look at what children of ours were given. */
const MAY_READ_IT = /^platform\/environment\.ts$|^scripts\/[^/]+\.mjs$|^test\//;

test('one file reads the environment of the process', () => {
  const found = sourceFiles()
    .filter((path) => !MAY_READ_IT.test(path))
    .flatMap((path) => readsOf(parse(path)).map((line) => `${path}:${line}`));
  expect(found).toEqual([]);
});

test.each([
  'f(process.env.HOME)',
  "f(process['env'])",
  'const { env } = process;',
  "import { env } from 'node:process';",
])('%s is found', (text) => {
  expect(readsOf(parse('x.ts', text))).toEqual([1]);
});

test('a property of something else is not', () => {
  expect(readsOf(parse('x.ts', 'f(options.env, process.pid); const { env } = options;'))).toEqual([]);
});

function readsOf(file: ts.SourceFile): readonly number[] {
  return [...nodesOf(file)].filter(readsEnvironment).map((node) => lineOf(file, node));
}

function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return isProcess(node.expression) && node.name.text === 'env';
  if (ts.isElementAccessExpression(node))
    return isProcess(node.expression) && node.argumentExpression.getText() === "'env'";
  if (ts.isImportSpecifier(node))
    return node.parent.parent.parent.moduleSpecifier.getText() === "'node:process'" && isEnv(node);
  return ts.isBindingElement(node) && ts.isVariableDeclaration(node.parent.parent)
    ? isProcess(node.parent.parent.initializer) && isEnv(node)
    : false;
}

function isProcess(node: ts.Node | undefined): boolean {
  return node !== undefined && /^(?:globalThis\.)?process$/.test(node.getText());
}

function isEnv(node: ts.BindingElement | ts.ImportSpecifier): boolean {
  return (node.propertyName ?? node.name).getText() === 'env';
}
