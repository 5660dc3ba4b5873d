#!/usr/bin/env node
// From a checkout the command line runs from its TypeScript source; in the image from what was built.
import { existsSync } from 'node:fs';

const built = new URL('./main.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  const { register: registerTsx } = await import('tsx/esm/api');
  registerTsx();
  await import(new URL('./main.ts', import.meta.url).href);
}
