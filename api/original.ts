import { Type } from 'typebox';
import { type BlobStore, BlobStoreUnavailable } from '../services/blob-store.ts';

export type OriginalState = 'present' | 'damaged' | 'missing' | 'unknown';

export const OriginalSchema = Type.Enum(['present', 'damaged', 'missing', 'unknown'], {
  description: '`damaged`: not as long as it was. `unknown`: the blob store is away.',
});

/** Whether the original is in the blob store with as many bytes as it had; `unknown` while the store is away. */
export async function originalState(
  blobs: BlobStore,
  original: { blobKey: string; storedBytes: number },
): Promise<OriginalState> {
  try {
    const found = await blobs.head(original.blobKey);
    if (!found) return 'missing';
    return found.bytes === original.storedBytes ? 'present' : 'damaged';
  } catch (error) {
    if (error instanceof BlobStoreUnavailable) return 'unknown';
    throw error;
  }
}
