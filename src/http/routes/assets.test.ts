import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import { loadAssets, registerAssetRoutes } from './assets.ts';

describe('the files for browsers', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'assets-'));
    const manifest = {
      style: '/assets/style-1.css',
      script: '/assets/style-1.css',
      staffStyle: '/assets/staff.css',
      staffScript: '/assets/staff.js',
      hlsScript: '/assets/main-hls.js',
      hlsLibrary: '/assets/hls.js',
      firstPlayerStyle: '/assets/first-player.css',
      icon: 'favicon.png',
      files: [{ file: 'style-1.css', type: 'text/css; charset=utf-8' }],
    };
    await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
    await writeFile(join(directory, 'style-1.css'), 'plain');
    await writeFile(join(directory, 'style-1.css.gz'), 'gzip');
    await writeFile(join(directory, 'style-1.css.br'), 'brotli');
    await writeFile(join(directory, 'favicon.png'), 'icon');
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it.each([
    [undefined, 'plain', undefined],
    ['gzip, deflate', 'gzip', 'gzip'],
    ['gzip, deflate, br', 'brotli', 'br'],
    ['br;q=0, gzip;q=0.5', 'gzip', 'gzip'],
    ['identity', 'plain', undefined],
  ])('come as the browser takes them: %s', async (accepted, body, encoding) => {
    const app = Fastify();
    registerAssetRoutes(app, await loadAssets(directory));
    const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
    const answer = await app.inject({ url: '/assets/style-1.css', headers });
    expect(answer.body).toBe(body);
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(answer.headers['cache-control']).toContain('immutable');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers.etag).toBeUndefined();
    await app.close();
  });

  it('include the icon, which may change under its name', async () => {
    const app = Fastify();
    registerAssetRoutes(app, await loadAssets(directory));
    const answer = await app.inject('/favicon.png');
    expect(answer.headers['content-type']).toBe('image/png');
    expect(answer.headers['cache-control']).not.toContain('immutable');
    expect((await app.inject('/assets/other.css')).statusCode).toBe(404);
    await app.close();
  });

  it('say what to do when they were never built', async () => {
    await rm(join(directory, 'manifest.json'));
    await expect(loadAssets(directory)).rejects.toThrow(AppError);
    await expect(loadAssets(directory)).rejects.toThrow('npm run build');
  });
});
