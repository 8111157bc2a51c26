/**
 * Compares what browsers fetch (`dist/assets`) with size-budget.json. Whoever makes the page heavier raises the number there, in sight of everybody.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const assets = join(root, 'dist', 'assets');
const budget = JSON.parse(readFileSync(join(root, 'size-budget.json'), 'utf8'));
const manifest = JSON.parse(readFileSync(join(assets, 'manifest.json'), 'utf8'));

const measures = {
  raw: (bytes) => bytes.length,
  gzip: (bytes) => gzipSync(bytes, { level: 9 }).length,
};

for (const [name, limits] of Object.entries(budget)) {
  const bytes = readFileSync(join(assets, manifest[name].replace(/^\/assets\//, '')));
  for (const [measure, limit] of Object.entries(limits)) {
    const size = measures[measure](bytes);
    console.log(`${name}: ${size} of ${limit} bytes (${measure})`);
    if (size > limit) process.exitCode = 1;
  }
}
