import { gzipSync } from 'node:zlib';
import { renderMediaPlaylist, type RenditionReport } from '../hls/media-playlist.ts';
import type { MediaWindow } from '../hls/media-window.ts';
import { reportOf } from '../hls/reload.ts';

/** What is read of a rendition's window. */
export type HlsWindow = Pick<
  MediaWindow,
  | 'listed'
  | 'open'
  | 'targetDuration'
  | 'partTarget'
  | 'nextNumber'
  | 'hasEnded'
  | 'segment'
  | 'part'
  | 'isHinted'
  | 'init'
  | 'watch'
  | 'revision'
  | 'peakBitsPerSecond'
  | 'averageBitsPerSecond'
  | 'frameRate'
>;

/** All renditions that playlists tell of, by name, in the order of the multivariant playlist. */
export type HlsWindows = ReadonlyMap<string, HlsWindow>;

/** One state of a playlist, made once for all who ask for it. */
export class RenderedPlaylist {
  readonly text: string;
  #gzip: Buffer | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get gzip(): Buffer {
    this.#gzip ??= gzipSync(this.text);
    return this.#gzip;
  }
}

interface Kept {
  readonly state: string;
  readonly whole: RenderedPlaylist;
  readonly delta: RenderedPlaylist;
}

/**
 * The media playlists as text. What renditions must have in common (RFC 8216bis 6.2.4: target duration, server control) is found here: the longest that any of
 * them ever needed.
 */
export class HlsPlaylists {
  readonly #kept = new WeakMap<HlsWindow, Kept>();
  #targetDuration = 0;
  #partTarget = 0;

  /** The common target duration, in whole seconds. */
  targetDuration(windows: HlsWindows): number {
    this.#measure(windows);
    return this.#targetDuration;
  }

  /** The playlist of one of these windows as it is at this moment. */
  render(name: string, windows: HlsWindows, skip: boolean): RenderedPlaylist {
    const window = windows.get(name);
    if (window === undefined) throw new Error(`no rendition ${name}`);
    this.#measure(windows);
    const state = [...windows.values()].map(({ revision }) => revision).join();
    const known = this.#kept.get(window);
    const kept = known?.state === state ? known : this.#make(name, window, windows, state);
    return skip ? kept.delta : kept.whole;
  }

  #make(name: string, window: HlsWindow, windows: HlsWindows, state: string): Kept {
    const reports = [...windows].flatMap(([other, its]): RenditionReport[] => {
      const report = other === name ? undefined : reportOf(its, `../${encodeURIComponent(other)}/index.m3u8`);
      return report === undefined ? [] : [report];
    });
    const common = { targetDuration: this.#targetDuration, partTarget: this.#partTarget, reports };
    const playlist = (skip: boolean) => new RenderedPlaylist(renderMediaPlaylist(window, { ...common, skip }));
    const kept = { state, whole: playlist(false), delta: playlist(true) };
    this.#kept.set(window, kept);
    return kept;
  }

  #measure(windows: HlsWindows): void {
    for (const { targetDuration, partTarget } of windows.values()) {
      this.#targetDuration = Math.max(this.#targetDuration, targetDuration);
      this.#partTarget = Math.max(this.#partTarget, partTarget);
    }
  }
}
