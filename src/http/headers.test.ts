import { earlyMediaSource } from '../views/early-media.ts';
import { expect, test } from 'vitest';
import {
  allowedHeaderNames,
  assetHeaders,
  endlessFrameHeaders,
  endlessMediaHeaders,
  errorHeaders,
  eventStreamHeaders,
  frameHeaders,
  jsonHeaders,
  mediaHeaders,
  pageHeaders,
  playerHeaders,
  redirectHeaders,
  scriptPageHeaders,
  textHeaders,
  watchPageHeaders,
} from './headers.ts';

const scriptPage = scriptPageHeaders('example.onion');
const documents = {
  pageHeaders,
  watchPage: watchPageHeaders('example.onion'),
  scriptPage,
  frameHeaders,
  endlessFrameHeaders,
  playerHeaders,
  errorHeaders,
};
const others = {
  asset: assetHeaders('text/css; charset=utf-8'),
  endlessMedia: endlessMediaHeaders,
  media: mediaHeaders('video/mp4'),
  eventStreamHeaders,
  jsonHeaders,
  textHeaders,
};

test('T04 every name is on the allow-list, and the list holds no name that tells a clock, a version or a machine', () => {
  for (const headers of [...Object.values(documents), ...Object.values(others), redirectHeaders]) {
    for (const name of Object.keys(headers)) expect(allowedHeaderNames).toContain(name.toLowerCase());
  }
  for (const name of [
    'date',
    'server',
    'via',
    'x-powered-by',
    'last-modified',
    'age',
    'server-timing',
    'onion-location',
  ]) {
    expect(allowedHeaderNames).not.toContain(name);
  }
});

test.each(Object.entries(documents))('%s forbid what is not named, and other sites', (_name, headers) => {
  expect(headers['Content-Security-Policy']).toMatch(
    /^default-src 'none'; .*base-uri 'none'; frame-ancestors '(none|self)'$/,
  );
  expect(headers).toMatchObject({
    'Content-Type': 'text/html; charset=utf-8',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': expect.stringMatching(/^no-store/),
  });
  const isFramed = headers['Content-Security-Policy']?.endsWith("frame-ancestors 'self'");
  expect(headers['X-Frame-Options']).toBe(isFramed ? 'SAMEORIGIN' : 'DENY');
});

test('script runs on the watch page alone, from our own files and one line in the head, and inserts rows only through the policy of that name', () => {
  const withScript = Object.entries(documents).filter(([, headers]) =>
    headers['Content-Security-Policy']?.includes('script-src'),
  );
  expect(withScript.map(([name]) => name)).toEqual(['scriptPage']);
  expect(scriptPage['Content-Security-Policy']).toMatch(
    /script-src 'self' 'sha256-[A-Za-z0-9+/]{43}='; connect-src 'self'/,
  );
  expect(scriptPage['Content-Security-Policy']).toContain(earlyMediaSource);
  expect(scriptPage['Content-Security-Policy']).toContain("require-trusted-types-for 'script'; trusted-types row;");
  expect(JSON.stringify(documents)).not.toContain('unsafe-eval');
});

test('what stands in the watch page is allowed by its hash, and nothing else', () => {
  const file = (name: string) => ({ text: name, source: `'sha256-${name}'` });
  const inlined = { style: file('style'), script: file('script'), firstPlayerStyle: file('player') };
  for (const headers of [watchPageHeaders('example.onion', inlined), scriptPageHeaders('example.onion', inlined)]) {
    expect(headers['Content-Security-Policy']).toContain("; style-src 'self' 'sha256-style' 'sha256-player'; ");
  }
  const withScript = scriptPageHeaders('example.onion', inlined)['Content-Security-Policy'];
  expect(withScript).toContain(`; script-src 'self' ${earlyMediaSource} 'sha256-script'; `);
  expect(watchPageHeaders('example.onion', inlined)['Content-Security-Policy']).not.toContain('script-src');
});

test('the watch page frames documents of its own origin, which it names for the document that stands in the page', () => {
  for (const headers of [documents.watchPage, scriptPage]) {
    expect(headers['Content-Security-Policy']).toContain("; frame-src 'self' http://example.onion; ");
  }
});

test('style inside a document is allowed in endless documents alone, whose updates are style rules', () => {
  const withStyle = Object.entries(documents).filter(([, headers]) =>
    headers['Content-Security-Policy']?.includes('unsafe-inline'),
  );
  expect(withStyle.map(([name]) => name)).toEqual(['endlessFrameHeaders', 'playerHeaders']);
});

test.each(Object.entries(others))('%s is not sniffed and not for other sites', (_name, headers) => {
  expect(headers).toMatchObject({
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
  });
});
