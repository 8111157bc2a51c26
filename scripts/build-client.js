/**
 * Makes what browsers fetch besides pages: `dist/assets` with the style sheet and the script, minified, with a hash of the content in the name and
 * compressed beforehand (gzip and Brotli), the icon, and `manifest.json`, which says what is where.
 * Use: `node scripts/build-client.js [target directory]`.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { renderPaletteCss } from '../src/views/palette-css.ts';
import { drawIcon } from './draw-icon.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = process.argv[2] ?? join(root, 'dist', 'assets');

/** What every browser since Firefox ESR 128 (Tor Browser 14) understands. */
const browsers = ['firefox128', 'chrome123', 'safari17.5'];

async function bundle(entry, loader, more = {}) {
  const result = await build({
    ...more,
    ...(typeof entry === 'string' ? { entryPoints: [entry] } : { stdin: { ...entry, loader } }),
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: browsers,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
  return Buffer.from(result.outputFiles[0].contents);
}

/** The page's own script with hls.js in place of our player: whatever imports `player.ts` gets the other one. */
const withHlsPlayer = {
  name: 'hls-player',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/player\.ts$/ }, () => ({ path: join(root, 'client', 'hls-player.ts') }));
  },
};

/** hls.js without what our streams have no use for, and its licence, which must go where it goes. */
async function emitHlsLibrary() {
  const packageFile = createRequire(import.meta.url).resolve('hls.js/package.json');
  const licence = await emit('hls-licence.txt', plainText, await readFile(join(dirname(packageFile), 'LICENSE')));
  const { version, homepage } = JSON.parse(await readFile(packageFile, 'utf8'));
  const banner = { js: `/*! hls.js ${version}, Apache License 2.0, ${homepage}, see ${licence.file} */` };
  const library = await bundle(join(dirname(packageFile), 'dist', 'hls.light.mjs'), 'js', { banner });
  return [await emit('hls.js', javascript, library), licence];
}

const javascript = 'text/javascript; charset=utf-8';
const plainText = 'text/plain; charset=utf-8';

async function emit(name, type, content) {
  const [stem, ending] = name.split('.');
  const file = `${stem}-${createHash('sha256').update(content).digest('hex').slice(0, 16)}.${ending}`;
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
  const gzip = gzipSync(content, { level: 9 });
  await writeFile(join(target, file), content);
  await writeFile(join(target, `${file}.gz`), gzip);
  await writeFile(join(target, `${file}.br`), brotli);
  console.log(`${file}  ${content.length} bytes, gzip ${gzip.length}, Brotli ${brotli.length}`);
  return { file, type };
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });

const styles = join(root, 'src', 'views', 'styles');
const style = await bundle(
  { contents: `@import './main.css';\n${renderPaletteCss()}`, resolveDir: styles, sourcefile: 'style.css' },
  'css',
);
const script = await bundle(join(root, 'client', 'main.ts'), 'ts');
// Stands in the page, in the document in its player's frame.
const firstPlayerStyle = await bundle(join(styles, 'first-player.css'), 'css');
// Only for staff: nobody else pays for it.
const staffStyle = await bundle(join(styles, 'staff.css'), 'css');
const staffScript = await bundle(join(root, 'client', 'staff.ts'), 'ts');

// Only for whoever asks for it (`?player=hls`).
const [hlsLibrary, hlsLicence] = await emitHlsLibrary();
const hlsScript = await bundle(join(root, 'client', 'main.ts'), 'ts', {
  plugins: [withHlsPlayer],
  define: { hlsLibrary: JSON.stringify(`/assets/${hlsLibrary.file}`) },
});

const files = [
  await emit('style.css', 'text/css; charset=utf-8', style),
  await emit('main.js', javascript, script),
  await emit('staff.css', 'text/css; charset=utf-8', staffStyle),
  await emit('staff.js', javascript, staffScript),
  await emit('main-hls.js', javascript, hlsScript),
  await emit('first-player.css', 'text/css; charset=utf-8', firstPlayerStyle),
  hlsLibrary,
  hlsLicence,
];
await writeFile(join(target, 'favicon.png'), drawIcon(64));

const manifest = {
  style: `/assets/${files[0].file}`,
  script: `/assets/${files[1].file}`,
  staffStyle: `/assets/${files[2].file}`,
  staffScript: `/assets/${files[3].file}`,
  hlsScript: `/assets/${files[4].file}`,
  firstPlayerStyle: `/assets/${files[5].file}`,
  hlsLibrary: `/assets/${hlsLibrary.file}`,
  icon: 'favicon.png',
  files,
};
await writeFile(join(target, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`${basename(target)}: ${files.length} files and the icon`);
