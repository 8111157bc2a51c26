/** A response that carries the stream to somebody. */
export interface Reception {
  /** When bytes were last taken, on the clock that `nowMs` is read from. */
  readonly lastDrainAtMs: number;
}

/** How many people who only fetch playlists are remembered; beyond that the oldest are forgotten. */
const maxPlaylistViewers = 4096;
/** A player that has not asked again for this many target durations has gone. */
const targetDurationsToKeep = 3;

interface OpenReception {
  readonly viewer: string;
  readonly reception: Reception;
  readonly windowMs: number;
}

/**
 * Who is watching, by one definition for the number and for the list: whoever has a media response open that took at least one byte lately, or
 * has fetched a media playlist within three target durations. Counted by viewer, however many responses each has.
 */
export class Audience {
  readonly #receptions = new Set<OpenReception>();
  /** Viewer to the time until which the last playlist counts; in the order of fetching. */
  readonly #playlistUntilMs = new Map<string, number>();

  /** Counts a media response for as long as it took bytes within the last `windowMs`. Returns what ends it, safe to call twice. */
  receive(viewer: string, reception: Reception, windowMs: number): () => void {
    const open = { viewer, reception, windowMs };
    this.#receptions.add(open);
    return () => {
      this.#receptions.delete(open);
    };
  }

  /** A media playlist was fetched. */
  fetchPlaylist(viewer: string, targetDurationMs: number, nowMs: number): void {
    this.#playlistUntilMs.delete(viewer);
    this.#playlistUntilMs.set(viewer, nowMs + targetDurationsToKeep * targetDurationMs);
    if (this.#playlistUntilMs.size <= maxPlaylistViewers) return;
    const [oldest] = this.#playlistUntilMs.keys();
    if (oldest !== undefined) this.#playlistUntilMs.delete(oldest);
  }

  /** The viewers who are watching at this moment. */
  watching(nowMs: number): Set<string> {
    const viewers = new Set<string>();
    for (const { viewer, reception, windowMs } of this.#receptions) {
      if (nowMs - reception.lastDrainAtMs <= windowMs) viewers.add(viewer);
    }
    for (const [viewer, untilMs] of this.#playlistUntilMs) {
      if (nowMs <= untilMs) viewers.add(viewer);
      else this.#playlistUntilMs.delete(viewer);
    }
    return viewers;
  }

  /** Whether somebody may begin to watch, or go on, where only so many may. */
  hasRoomFor(viewer: string, maxViewers: number, nowMs: number): boolean {
    const watching = this.watching(nowMs);
    return watching.size < maxViewers || watching.has(viewer);
  }

  /** How many are watching. */
  count(nowMs: number): number {
    return this.watching(nowMs).size;
  }
}
