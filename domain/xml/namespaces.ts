/** What the names of a vocabulary mean to its reader. */
export interface Vocabulary<Kind> {
  /** Local name of the root element, the namespaces in which it may stand, and that of a root without one. */
  readonly root: string;
  readonly rootUris: ReadonlySet<string>;
  readonly defaultUri: string;
  /** Of a local name in a namespace; `uri` is '' for none. */
  kindOf(uri: string, local: string): Kind;
  /** Of a prefix that nothing binds: real files have such, so the local name decides. */
  kindOfUnbound(local: string): Kind;
}

/** The namespace declarations in effect, innermost first. Kinds are remembered per scope: files repeat few names. */
export interface Namespaces<Kind> {
  readonly vocabulary: Vocabulary<Kind>;
  scope: Scope<Kind>;
  /** What no namespace stands for: the vocabulary itself when the root has none. */
  emptyUri: string;
  unboundNames: number;
  firstUnbound: string | null;
}

interface Scope<Kind> {
  readonly depth: number;
  readonly parent: Scope<Kind> | null;
  readonly uris: Map<string, string>;
  readonly kinds: Map<string, Kind>;
}

export function createNamespaces<Kind>(vocabulary: Vocabulary<Kind>): Namespaces<Kind> {
  return { vocabulary, scope: createScope(0, null), emptyUri: '', unboundNames: 0, firstUnbound: null };
}

/** An attribute of the element at `depth`; those that declare nothing are passed over. */
export function declare<Kind>(namespaces: Namespaces<Kind>, depth: number, attribute: string, value: string): void {
  if (!attribute.startsWith('xmlns')) return;
  const prefix = attribute === 'xmlns' ? '' : attribute.charAt(5) === ':' ? attribute.slice(6) : null;
  if (prefix === null) return;
  if (namespaces.scope.depth !== depth) namespaces.scope = createScope(depth, namespaces.scope);
  namespaces.scope.uris.set(prefix, value.trim());
}

export function leave<Kind>(namespaces: Namespaces<Kind>, depth: number): void {
  const { parent } = namespaces.scope;
  if (parent !== null && namespaces.scope.depth === depth) namespaces.scope = parent;
}

export function kindIn<Kind>(namespaces: Namespaces<Kind>, name: string): Kind {
  const known = namespaces.scope.kinds.get(name);
  if (known !== undefined) return known;
  const kind = findKind(namespaces, name);
  if (namespaces.scope.kinds.size < REMEMBERED_NAMES) namespaces.scope.kinds.set(name, kind);
  return kind;
}

/** Whether it is the vocabulary's root. The vocabulary stands for no namespace when the root has none. */
export function adoptRoot<Kind>(namespaces: Namespaces<Kind>, name: string): boolean {
  const { root, rootUris, defaultUri } = namespaces.vocabulary;
  const colon = name.indexOf(':');
  const uri = uriOf(namespaces.scope, name.slice(0, Math.max(colon, 0))) ?? '';
  if (uri === '') namespaces.emptyUri = defaultUri;
  return (uri === '' || rootUris.has(uri)) && name.slice(colon + 1) === root;
}

/** A hostile file could hold millions of different names; real ones hold dozens. */
const REMEMBERED_NAMES = 1_000;

function findKind<Kind>(namespaces: Namespaces<Kind>, name: string): Kind {
  const { vocabulary } = namespaces;
  const colon = name.indexOf(':');
  const prefix = name.slice(0, Math.max(colon, 0));
  const local = name.slice(colon + 1);
  const uri = uriOf(namespaces.scope, prefix);
  if (uri !== undefined && uri !== '') return vocabulary.kindOf(uri, local);
  if (prefix === '') return vocabulary.kindOf(namespaces.emptyUri, local);
  namespaces.unboundNames++;
  namespaces.firstUnbound ??= prefix;
  return vocabulary.kindOfUnbound(local);
}

function uriOf<Kind>(innermost: Scope<Kind>, prefix: string): string | undefined {
  for (let scope: Scope<Kind> | null = innermost; scope !== null; scope = scope.parent) {
    const uri = scope.uris.get(prefix);
    if (uri !== undefined) return uri;
  }
  return prefix === 'xml' ? 'http://www.w3.org/XML/1998/namespace' : undefined;
}

function createScope<Kind>(depth: number, parent: Scope<Kind> | null): Scope<Kind> {
  return { depth, parent, uris: new Map(), kinds: new Map() };
}
