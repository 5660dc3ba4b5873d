import { type ElementKind, GPX_NAMESPACES, kindOf, kindOfUnbound } from './vocabulary.ts';

/** The namespace declarations in effect, innermost first. Kinds are remembered per scope: files repeat few names. */
export interface Namespaces {
  scope: Scope;
  /** What no namespace stands for: GPX itself when the root has none. */
  emptyUri: string;
  unboundNames: number;
  firstUnbound: string | null;
}

interface Scope {
  readonly depth: number;
  readonly parent: Scope | null;
  readonly uris: Map<string, string>;
  readonly kinds: Map<string, ElementKind>;
}

export function createNamespaces(): Namespaces {
  return { scope: createScope(0, null), emptyUri: '', unboundNames: 0, firstUnbound: null };
}

/** An attribute of the element at `depth`; those that declare nothing are passed over. */
export function declare(namespaces: Namespaces, depth: number, attribute: string, value: string): void {
  if (!attribute.startsWith('xmlns')) return;
  const prefix = attribute === 'xmlns' ? '' : attribute.charAt(5) === ':' ? attribute.slice(6) : null;
  if (prefix === null) return;
  if (namespaces.scope.depth !== depth) namespaces.scope = createScope(depth, namespaces.scope);
  namespaces.scope.uris.set(prefix, value.trim());
}

export function leave(namespaces: Namespaces, depth: number): void {
  const { parent } = namespaces.scope;
  if (parent !== null && namespaces.scope.depth === depth) namespaces.scope = parent;
}

export function kindIn(namespaces: Namespaces, name: string): ElementKind {
  const known = namespaces.scope.kinds.get(name);
  if (known !== undefined) return known;
  const kind = findKind(namespaces, name);
  if (namespaces.scope.kinds.size < REMEMBERED_NAMES) namespaces.scope.kinds.set(name, kind);
  return kind;
}

/** Says what the root's namespace is, and lets it stand for GPX when it is none; null when it is a foreign one. */
export function adoptRoot(namespaces: Namespaces, name: string): 'gpx' | null {
  const colon = name.indexOf(':');
  const uri = uriOf(namespaces.scope, name.slice(0, Math.max(colon, 0))) ?? '';
  if (uri === '') namespaces.emptyUri = GPX_1_1;
  const isGpx = uri === '' || GPX_NAMESPACES.has(uri);
  return isGpx && name.slice(colon + 1) === 'gpx' ? 'gpx' : null;
}

const GPX_1_1 = 'http://www.topografix.com/GPX/1/1';

/** A hostile file could hold millions of different names; real ones hold dozens. */
const REMEMBERED_NAMES = 1_000;

function findKind(namespaces: Namespaces, name: string): ElementKind {
  const colon = name.indexOf(':');
  const prefix = name.slice(0, Math.max(colon, 0));
  const local = name.slice(colon + 1);
  const uri = uriOf(namespaces.scope, prefix);
  if (uri !== undefined && uri !== '') return kindOf(uri, local);
  if (prefix === '') return kindOf(namespaces.emptyUri, local);
  namespaces.unboundNames++;
  namespaces.firstUnbound ??= prefix;
  return kindOfUnbound(local);
}

function uriOf(innermost: Scope, prefix: string): string | undefined {
  for (let scope: Scope | null = innermost; scope !== null; scope = scope.parent) {
    const uri = scope.uris.get(prefix);
    if (uri !== undefined) return uri;
  }
  return prefix === 'xml' ? 'http://www.w3.org/XML/1998/namespace' : undefined;
}

function createScope(depth: number, parent: Scope | null): Scope {
  return { depth, parent, uris: new Map(), kinds: new Map() };
}
