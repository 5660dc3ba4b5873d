import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { constants, createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, opendir, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import {
  BlobMissing,
  type BlobStore,
  BlobStoreUnavailable,
  checkBlobKey,
  type StagedBlob,
  type StoredBlob,
} from './blob-store.ts';

/**
 * The blob store on a file system: `<folder>/<2 hex>/<64 hex>`, files 0600. A blob becomes visible by a rename after its
 * bytes were fsynced, and is promised only after its directory was; a crash leaves at most a file in `incoming/`. All
 * directories are made, and synced, before the first blob comes: made with it, one that another process has just made
 * could be lost with the blob in it. So where the directory of a blob is not there, the whole store is away (a volume that is
 * not mounted), and nothing is said about the blob. `make: false` is for whoever reads only: it must not make an empty store
 * in the place of one that is away.
 */
export async function openFsBlobStore(folder: string, { make = true } = {}): Promise<BlobStore> {
  if (make) await makeFolders(folder);
  const fileOf = (key: string) => path.join(folder, checkBlobKey(key).slice(0, 2), key);
  const found = (key: string) => stat(fileOf(key)).catch((error: unknown) => absent(fileOf(key), error));
  const missing = (key: string) => async (error: unknown) => {
    await absent(fileOf(key), error);
    throw new BlobMissing('no such blob', { cause: error });
  };
  return {
    put: (source) => put(folder, source),
    stage: (source) => stage(folder, source),
    get: (key) => readFile(fileOf(key)).catch(missing(key)),
    range: async (key, start, end) => {
      const stream = createReadStream(fileOf(key), { start, end: end - 1, flags: 'r' });
      await once(stream, 'open').catch(missing(key));
      return stream;
    },
    head: async (key) => {
      const file = await found(key);
      return file && { bytes: file.size };
    },
    delete: async (key) => {
      const file = await found(key);
      if (file) await rm(fileOf(key), { force: true });
      return file !== undefined;
    },
    list: () => list(folder),
    removeAbandoned: (old) => removeAbandoned(path.join(folder, 'incoming'), old),
  };
}

async function makeFolders(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const there = new Set(await readdir(folder));
  for (const name of ['incoming', ...SHELVES]) {
    if (!there.has(name)) await mkdir(path.join(folder, name), { recursive: true, mode: 0o700 });
  }
  await syncFolder(folder);
}

const SHELVES = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

async function put(folder: string, source: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
  const staged = await stage(folder, source);
  try {
    await staged.publish();
    return { key: staged.key, bytes: staged.bytes };
  } finally {
    await staged.discard();
  }
}

async function stage(folder: string, source: AsyncIterable<Uint8Array>): Promise<StagedBlob> {
  const temporary = path.join(folder, 'incoming', randomUUID());
  const opened = open(temporary, EXCLUSIVE, 0o600).catch(unavailable);
  opened.catch(() => {}); // told by whoever writes
  let isThere = true;
  const remove = async () => {
    await opened.catch(() => {});
    if (isThere) await unlink(temporary).catch(() => {}); // a file in incoming/ is in nobody's way
    isThere = false;
  };
  const { key, bytes, unwritten } = await readAndWrite(opened, source).catch(async (error: unknown) => {
    await opened.then(close, () => {});
    await remove();
    throw error;
  });
  // The disk is at it while whoever staged the bytes does what else must be done before they are published.
  const synced = makeDurable(opened, unwritten);
  synced.catch(() => {}); // told by `publish`; who discards does not ask
  const shelf = openShelf(path.join(folder, key.slice(0, 2)));
  const publish = async () => {
    await synced;
    await shelf.take(temporary, key);
    isThere = false;
  };
  const discard = async () => {
    shelf.close();
    await remove();
  };
  return { key, bytes, publish, discard };
}

const EXCLUSIVE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

interface Read extends StoredBlob {
  /** The end of the bytes, which is still to be written; of most recordings, all of them. */
  readonly unwritten: readonly Uint8Array[];
}

async function readAndWrite(opened: Promise<FileHandle>, source: AsyncIterable<Uint8Array>): Promise<Read> {
  const hash = createHash('sha256');
  let bytes = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of source) {
    if (heldBytes >= WRITE_BYTES) {
      await writeAll(await opened, held);
      [held, heldBytes] = [[], 0];
    }
    hash.update(chunk);
    bytes += chunk.length;
    held.push(chunk);
    heldBytes += chunk.length;
  }
  return { key: hash.digest('hex'), bytes, unwritten: held };
}

/** Writes what is left; the bytes are durable when it resolves. */
async function makeDurable(opened: Promise<FileHandle>, unwritten: readonly Uint8Array[]): Promise<void> {
  const file = await opened;
  try {
    await writeAll(file, unwritten);
    await file.datasync().catch(unavailable);
  } finally {
    void close(file);
  }
}

interface Shelf {
  /** The file is in it, under that name, also after a crash. The same bytes under the same name may be there: they are replaced by themselves. */
  take(file: string, name: string): Promise<void>;
  close(): void;
}

/** Opened before it is needed, while the disk is at the file. */
function openShelf(folder: string): Shelf {
  const opened = open(folder, 'r');
  opened.catch(() => {}); // told by `take`
  return {
    take: async (file, name) => {
      await rename(file, path.join(folder, name)).catch(unavailable);
      await opened.then((handle) => handle.sync()).catch(unavailable);
    },
    close: () => void opened.then(close, () => {}),
  };
}

/** A socket gives 64 kB at a time, and each write is a turn of the thread pool: most recordings are written by one. */
const WRITE_BYTES = 262_144;

async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  if (chunks.length === 0) return;
  const { bytesWritten } = await file.writev([...chunks]).catch(unavailable);
  let from = bytesWritten; // a full disk may take a part
  for (const chunk of chunks) {
    for (let at = Math.min(from, chunk.length); at < chunk.length; )
      at += (await file.write(chunk, at).catch(unavailable)).bytesWritten;
    from = Math.max(0, from - chunk.length);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(unavailable);
  try {
    await handle.sync().catch(unavailable);
  } finally {
    void close(handle);
  }
}

/** Of a file that is synced, or given up: nobody waits for it to learn anything. */
async function close(file: FileHandle): Promise<void> {
  await file.close().catch(() => {});
}

async function* list(folder: string): AsyncIterable<{ key: string; bytes: number; storedAt: Date }> {
  for await (const shelf of await opendir(folder)) {
    if (shelf.name.length !== 2) continue;
    for await (const entry of await opendir(path.join(folder, shelf.name))) {
      const file = path.join(folder, shelf.name, entry.name);
      const found = await stat(file).catch((error: unknown) => absent(file, error));
      if (found) yield { key: entry.name, bytes: found.size, storedAt: found.mtime };
    }
  }
}

async function removeAbandoned(incoming: string, old: { before: Date; limit: number }): Promise<number> {
  let removed = 0;
  for await (const entry of await opendir(incoming)) {
    if (removed === old.limit) break;
    const file = path.join(incoming, entry.name);
    const found = await stat(file).catch((error: unknown) => absent(file, error));
    if (!found || found.mtime >= old.before) continue;
    await rm(file, { force: true }).catch(unavailable);
    removed += 1;
  }
  return removed;
}

/** Of a file that could not be had: undefined when it is not there and its directory is. */
async function absent(file: string, error: unknown): Promise<undefined> {
  if (!isAbsent(error)) return unavailable(error);
  await stat(path.dirname(file)).catch(unavailable);
  return undefined;
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function unavailable(error: unknown): never {
  throw new BlobStoreUnavailable(
    `the blob store cannot be used: ${error instanceof Error ? error.message : 'unknown'}`,
    {
      cause: error,
    },
  );
}
