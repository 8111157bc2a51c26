import { choicesAmong } from '../src/broadcast/renditions.ts';
import type { RenditionInfo } from '../src/broadcast/stream-state.ts';

/** What this browser can play, in one codec: VP9 costs the server another encoder, so it is for those without H.264. */
export function playableIn(renditions: readonly RenditionInfo[]): readonly RenditionInfo[] {
  if (typeof MediaSource === 'undefined') return [];
  return choicesAmong(renditions, ({ mimeType }) => MediaSource.isTypeSupported(mimeType));
}
