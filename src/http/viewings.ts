import { lowerRendition, startingRendition } from '../broadcast/renditions.ts';
import type { RenditionInfo } from '../broadcast/stream-state.ts';
import type { ClosedReason } from '../live/endless-response.ts';

/** An open response, as far as a viewing ends it. */
export interface Closable {
  close(reason: ClosedReason): void;
}

export interface ViewingsOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly maxCount?: number;
  /** How long a viewing without open responses is remembered. */
  readonly expiryMs?: number;
}

/** What a player document is to show. */
export interface DocumentPlan {
  /** Absent if there is nothing to play. */
  readonly rendition?: string;
  /** Where on the timeline a viewer who had gone back was when the server ended the media; absent: the address of the document says it. */
  readonly rewoundTo?: number;
  /** Seconds the browser is to wait, once the document ends, before it loads it again. */
  readonly refreshSeconds: number;
}

interface Viewing {
  rendition: string | undefined;
  document: Closable | undefined;
  /** What the open document shows; absent for one without a picture. */
  shown: string | undefined;
  media: Closable | undefined;
  rewoundTo: number | undefined;
  /** The open document is the strip of a first one: it has nothing to show in place of the picture. */
  isStrip: boolean;
  /** The media response was lost before the document was open. */
  owesReload: boolean;
  /** The server has ended the document: the browser comes back by itself, with the address of before. */
  awaitsReload: boolean;
  openedAtMs: number[];
  touchedAtMs: number;
}

const keyShape = /^[A-Za-z0-9_-]{16,64}$/;
/** Loads of the document within this time decide how long the next reload waits. */
const reloadWindowMs = 30_000;

/** Whether a text has the shape of a view key. */
export function isViewKey(text: string): boolean {
  return keyShape.test(text);
}

/** What the end of a media response means for the document around it. */
export function outcomeOf(reason: ClosedReason): { readonly reload: boolean; readonly lower: boolean } {
  switch (reason) {
    case 'slow':
      return { reload: true, lower: true };
    case 'resync':
    case 'too-old':
      return { reload: true, lower: false };
    // A browser closes the response of a video that is paused, full or replaced; the server closes all when it stops.
    case 'viewer-left':
    case 'closed':
      return { reload: false, lower: false };
  }
}

/** A player that keeps failing must not spin: the more loads of late, the longer the wait. */
export function refreshSecondsAfter(recentLoads: number): number {
  if (recentLoads <= 4) return 0;
  return recentLoads <= 8 ? 5 : 15;
}

/**
 * What belongs together on somebody's screen: a player document and its media response, tied by the view key of the page. Without script this is
 * how a viewer gets back to the live edge, to a lower rendition or to a new encoder run: the server ends the document and the browser reloads it.
 */
export class Viewings {
  readonly #now: () => number;
  readonly #maxCount: number;
  readonly #expiryMs: number;
  /** The longest untouched first. */
  readonly #viewings = new Map<string, Viewing>();

  constructor({ now, maxCount = 8192, expiryMs = 10 * 60_000 }: ViewingsOptions) {
    this.#now = now;
    this.#maxCount = maxCount;
    this.#expiryMs = expiryMs;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#viewings.size;
  }

  /** Decides what a document that is being loaded shows. `wish`: the rendition named in its address. `renditions`: in order. */
  planDocument(key: string, wish: string | undefined, renditions: readonly RenditionInfo[]): DocumentPlan {
    const viewing = this.#viewings.get(key);
    const loads = viewing?.openedAtMs.filter((atMs) => atMs > this.#now() - reloadWindowMs).length ?? 0;
    // A reload that we caused repeats the old address: what we decided then stands. Any other load is a person's choice.
    const wishes = viewing?.awaitsReload === true ? [viewing.rendition] : [wish, viewing?.rendition];
    const isOffered = (wished: string | undefined) => renditions.some(({ name }) => name === wished);
    const rendition = wishes.find(isOffered) ?? startingRendition(renditions)?.name;
    const rewoundTo = viewing?.awaitsReload === true ? viewing.rewoundTo : undefined;
    return {
      ...(rendition === undefined ? {} : { rendition }),
      ...(rewoundTo === undefined ? {} : { rewoundTo }),
      refreshSeconds: refreshSecondsAfter(loads + 1),
    };
  }

  /** A document is open. A view has one: an older one, which the browser has left or is about to leave, is ended. */
  documentOpened(key: string, document: Closable, rendition: string | undefined): void {
    const viewing = this.#touch(key);
    if (viewing === undefined) return;
    const previous = viewing.document;
    const nowMs = this.#now();
    viewing.document = document;
    viewing.shown = rendition;
    viewing.rendition = rendition ?? viewing.rendition;
    viewing.awaitsReload = false;
    viewing.rewoundTo = undefined;
    viewing.isStrip = false;
    viewing.owesReload = false;
    viewing.openedAtMs = [...viewing.openedAtMs.filter((atMs) => atMs > nowMs - reloadWindowMs), nowMs].slice(-16);
    previous?.close('closed');
  }

  /**
   * The strip of a first document is open. That document stands in the page, and its media may have been asked for, and lost, before the strip: then it
   * is ended at once. For all else the strip is the document.
   */
  stripOpened(key: string, strip: Closable, rendition: string): void {
    const owesReload = this.#viewings.get(key)?.owesReload === true;
    this.documentOpened(key, strip, rendition);
    const viewing = this.#viewings.get(key);
    if (viewing?.document === strip) viewing.isStrip = true;
    if (owesReload) strip.close('resync');
  }

  /** Something is to be shown in place of the picture: strips give way to documents that can. */
  pictureCovered(): void {
    for (const { document, isStrip } of [...this.#viewings.values()]) if (isStrip) document?.close('resync');
  }

  /** A document is over; its media response has nobody to show it. */
  documentClosed(key: string, document: Closable, reason: ClosedReason): void {
    const viewing = this.#viewings.get(key);
    if (viewing?.document !== document) return;
    this.#touch(key);
    viewing.document = undefined;
    viewing.awaitsReload = reason !== 'viewer-left';
    viewing.media?.close('closed');
  }

  /** A media response is open. A view has one: the newest. */
  mediaOpened(key: string, media: Closable): void {
    const viewing = this.#touch(key);
    if (viewing === undefined) return;
    const previous = viewing.media;
    viewing.media = media;
    previous?.close('closed');
  }

  /** A media response is over. If that was not the viewer's wish, the document reloads, at a lower rendition if speed was the reason. */
  mediaClosed(
    key: string,
    media: Closable,
    reason: ClosedReason,
    rendition: string,
    renditions: readonly RenditionInfo[],
  ): void {
    const viewing = this.#viewings.get(key);
    if (viewing?.media !== media) return;
    this.#touch(key);
    viewing.media = undefined;
    const { reload, lower } = outcomeOf(reason);
    if (lower) viewing.rendition = lowerRendition(renditions, rendition)?.name ?? rendition;
    if (reload) this.#reload(viewing);
  }

  /** The media of a viewer who had gone back is over for want of a common init segment: the next document goes on from this time. */
  rewindEnded(key: string, atSeconds: number): void {
    const viewing = this.#viewings.get(key);
    if (viewing !== undefined) viewing.rewoundTo = atSeconds;
  }

  /** The browser has lost its media response and cannot go on where that broke off: the document reloads. */
  mediaLost(key: string): void {
    const viewing = this.#viewings.get(key);
    if (viewing !== undefined) this.#reload(viewing);
  }

  #reload(viewing: Viewing): void {
    if (viewing.document === undefined) viewing.owesReload = true;
    else viewing.document.close('resync');
  }

  /** The renditions that can be played have changed: documents that show none, or one that is gone, reload if there is something to show. */
  renditionsChanged(renditions: readonly string[]): void {
    if (renditions.length === 0) return;
    for (const { document, shown } of [...this.#viewings.values()]) {
      if (shown === undefined || !renditions.includes(shown)) document?.close('resync');
    }
  }

  /** Makes it the most recently touched one, and makes room if it is new. Absent: not a key of ours, or everything is in use. */
  #touch(key: string): Viewing | undefined {
    const nowMs = this.#now();
    const known = this.#viewings.get(key);
    if (known === undefined && (!isViewKey(key) || !this.#makeRoom(nowMs))) return undefined;
    const viewing = known ?? newViewing();
    viewing.touchedAtMs = nowMs;
    this.#viewings.delete(key);
    this.#viewings.set(key, viewing);
    return viewing;
  }

  #makeRoom(nowMs: number): boolean {
    for (const [key, viewing] of this.#viewings) {
      const isExpired = nowMs - viewing.touchedAtMs >= this.#expiryMs;
      if (!isExpired && this.#viewings.size < this.#maxCount) break;
      if (viewing.document === undefined && viewing.media === undefined) this.#viewings.delete(key);
    }
    return this.#viewings.size < this.#maxCount;
  }
}

function newViewing(): Viewing {
  return {
    rendition: undefined,
    document: undefined,
    shown: undefined,
    media: undefined,
    rewoundTo: undefined,
    isStrip: false,
    owesReload: false,
    awaitsReload: false,
    openedAtMs: [],
    touchedAtMs: 0,
  };
}
