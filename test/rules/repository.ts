import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const foreign = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.cache']);

/** Paths of all files that are ours, from the root, with `/`. */
export function ownFiles(directory = ''): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    if (foreign.has(entry.name)) return [];
    return entry.isDirectory() ? ownFiles(path) : [path];
  });
}

/** The text of one of our files. */
export function readOwn(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
