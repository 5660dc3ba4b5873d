import type { Db } from '../../db/pool.ts';
import { findNamespaceId, keepNamespaceId } from '../../db/temporal-namespace.ts';
import type { DispatcherDeps } from '../dispatcher.ts';

export function seenNamespace(db: Db): DispatcherDeps['seen'] {
  return { find: () => findNamespaceId(db), keep: (id) => keepNamespaceId(db, id) };
}
