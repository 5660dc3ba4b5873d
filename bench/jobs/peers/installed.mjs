import { createRequire } from 'node:module';

/** Packages of bench/peers/package.json, which are no dependencies of Cairn. */
export const installed = createRequire(new URL('../../peers/package.json', import.meta.url));
