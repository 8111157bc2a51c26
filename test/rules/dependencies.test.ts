import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readOwn } from './repository.ts';

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        license: z.string().optional(),
        dev: z.boolean().optional(),
        hasInstallScript: z.boolean().optional(),
        optionalDependencies: z.record(z.string(), z.string()).optional(),
      }),
    ),
  })
  .parse(JSON.parse(readOwn('package-lock.json')));

const packages = Object.entries(lock.packages).filter(([path]) => path !== '');

const production = packages.filter(([, entry]) => entry.dev !== true);

const free = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  '0BSD',
  '(MIT OR Apache-2.0)',
];

describe('dependencies', () => {
  it('T36 of the product stay few: whoever adds one raises this number in sight of everybody', () => {
    expect(production.length).toBeLessThanOrEqual(60);
  });

  // Threat: T36.
  it('T36 of the product run no code when they are installed', () => {
    expect(production.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path)).toEqual([]);
  });

  it('of the product are free to use', () => {
    expect(production.filter(([, entry]) => !free.includes(entry.license ?? '')).map(([path]) => path)).toEqual([]);
  });

  it('T36 run install scripts in development only where that was decided', () => {
    const scripted = packages
      .filter(([, entry]) => entry.hasInstallScript)
      .map(([path]) => path.replace('node_modules/', ''));
    // esbuild's script only replaces its JavaScript launcher; fsevents exists on macOS alone.
    expect(scripted.filter((name) => !['node', 'esbuild', 'fsevents'].includes(name))).toEqual([]);
  });

  it('T36 are all in the lock file, those for other systems too, so that npm ci accepts it everywhere', () => {
    const missing = packages.flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter(
        (name) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});
