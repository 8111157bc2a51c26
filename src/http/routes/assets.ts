import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { PageAssets } from '../../views/document.tsx';
import { type InlineFile, type InlineFiles, inlineFile } from '../../views/inline-file.ts';
import { acceptedCodings } from '../accepted-codings.ts';
import { assetHeaders } from '../headers.ts';

/** A file that never changes under its name, with its compressed forms, in memory. */
export interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip?: Buffer;
  readonly brotli?: Buffer;
}

/** Everything `scripts/build-client.js` made. */
export interface Assets extends PageAssets {
  /** By path: `/assets/style-....css`, `/favicon.png`. */
  readonly files: ReadonlyMap<string, Asset>;
  readonly inline: InlineFiles;
}

const manifestSchema = z.object({
  style: z.string(),
  script: z.string(),
  staffStyle: z.string(),
  staffScript: z.string(),
  hlsScript: z.string(),
  hlsLibrary: z.string(),
  firstPlayerStyle: z.string(),
  icon: z.string(),
  files: z.array(z.object({ file: z.string(), type: z.string() })),
});

/** Reads the built files once; throws INTERNAL with what to do if they have not been built. */
export async function loadAssets(directory: string): Promise<Assets> {
  try {
    const manifest = manifestSchema.parse(JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')));
    const files = new Map<string, Asset>();
    for (const { file, type } of manifest.files) {
      const [plain, gzip, brotli] = await Promise.all(
        ['', '.gz', '.br'].map((ending) => readFile(join(directory, file + ending))),
      );
      if (plain === undefined || gzip === undefined || brotli === undefined) continue;
      files.set(`/assets/${file}`, { type, plain, gzip, brotli });
    }
    files.set('/favicon.png', { type: 'image/png', plain: await readFile(join(directory, manifest.icon)) });
    const { icon: _icon, files: _files, firstPlayerStyle, ...page } = manifest;
    const inlined = (path: string): InlineFile | undefined => inlineFile(files.get(path)?.plain.toString() ?? '');
    const inline = {
      style: inlined(page.style),
      script: inlined(page.script),
      firstPlayerStyle: inlined(firstPlayerStyle),
    };
    return { ...page, files, inline };
  } catch (cause) {
    throw new AppError('INTERNAL', `The files for browsers are missing in ${directory}: run "npm run build".`, {
      cause,
    });
  }
}

/** Serves each file at its one address, compressed beforehand where the browser takes that. */
export function registerAssetRoutes(app: FastifyInstance, assets: Assets): void {
  for (const [path, asset] of assets.files) {
    app.get(path, (request, reply) => {
      const { bytes, encoding } = chooseEncoding(asset, acceptedCodings(request.headers['accept-encoding']));
      reply.headers(path === '/favicon.png' ? iconHeaders : assetHeaders(asset.type));
      if (asset.gzip !== undefined) reply.header('Vary', 'Accept-Encoding');
      if (encoding !== undefined) reply.header('Content-Encoding', encoding);
      return reply.send(bytes);
    });
  }
}

/** The icon's name holds no hash, so it may be kept for a day only. */
const iconHeaders = { ...assetHeaders('image/png'), 'Cache-Control': 'private, max-age=86400' };

/** The smallest form that the client takes. */
function chooseEncoding(
  asset: Asset,
  accepted: ReadonlySet<string>,
): { readonly bytes: Buffer; readonly encoding?: 'br' | 'gzip' } {
  if (asset.brotli !== undefined && accepted.has('br')) return { bytes: asset.brotli, encoding: 'br' };
  if (asset.gzip !== undefined && accepted.has('gzip')) return { bytes: asset.gzip, encoding: 'gzip' };
  return { bytes: asset.plain };
}
