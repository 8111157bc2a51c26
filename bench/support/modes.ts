import type { BrowserName } from '../../test/support/browsers.ts';

/** How somebody watches: our page, hls.js on our playlists, or the specification's segments one after the other. */
export const modes = ['noscript', 'script', 'hls', 'hls-plain', 'segments-2s', 'segments-10s'] as const;
export type Mode = (typeof modes)[number];

/** Where a mode is at home: at the product's own address, or at the bench's front before it. */
export function placeOf(mode: Mode): { readonly site: 'product' | 'front'; readonly path: string } {
  switch (mode) {
    case 'noscript':
      return { site: 'product', path: '/?script=0' };
    case 'script':
      return { site: 'product', path: '/' };
    case 'hls':
    case 'hls-plain':
      return { site: 'front', path: `/bench/${mode}.html` };
    case 'segments-2s':
    case 'segments-10s':
      return { site: 'front', path: '/bench/segments.html' };
  }
}

/** The length of the specification's segments, where the mode has them. */
export function segmentSecondsOf(mode: Mode): number | undefined {
  if (mode === 'segments-2s') return 2;
  return mode === 'segments-10s' ? 10 : undefined;
}

/** Whether the browser may run script. Chromium without script cannot be looked into, so there the page alone does without. */
export function mayRunScript(browser: BrowserName, mode: Mode): boolean {
  return browser === 'chromium' || (mode !== 'noscript' && segmentSecondsOf(mode) === undefined);
}
