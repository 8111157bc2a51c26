import { Adaptation, fittingBelow, type Verdict } from '../broadcast/adaptation.ts';
import { higherRendition, lowerRendition, startingRendition } from '../broadcast/renditions.ts';
import { Resync } from '../broadcast/resync.ts';
import type { RenditionInfo } from '../broadcast/stream-state.ts';
import type { ClosedReason } from '../live/endless-response.ts';

/** An open response, as far as a viewing ends it. */
export interface Closable {
  close(reason: ClosedReason): void;
}

/** An open player document. */
export interface Screen extends Closable {
  /** Puts the picture of another rendition over the one that is shown; `layer` counts them. Absent where a reload alone can change the picture. */
  show?(rendition: string, layer: number): void;
  /** Its browser has asked for the picture, or for what stands behind all formats of it. */
  tell?(asked: Asked): void;
}

/** What the browser of a player document has asked for: a picture, or what it asks for only when it can play none. */
export type Asked = 'picture' | 'unplayable';

/** An open media response. */
export interface Media extends Closable {
  /** Sends so many bytes that mean nothing, over the next second. */
  pad(bytes: number): void;
  /** Sends nothing more; ended once another picture has certainly come in its place. */
  retire(): void;
}

/** A viewer who leaves the choice of the rendition to us. */
export const automatic = 'auto';

export interface ViewingsOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Whether viewers who leave the choice to us are given what their connection carries; else everybody keeps what they have. */
  readonly adapts?: boolean;
  readonly maxCount?: number;
  /** How long a viewing without open responses is remembered. */
  readonly expiryMs?: number;
}

/** What a player document is to show. */
export interface DocumentPlan {
  /** Absent if there is nothing to play. */
  readonly rendition?: string;
  /** What the viewer has chosen: a rendition's name or `auto`. */
  readonly choice: string;
  /** The connection did not carry what the viewer has chosen. */
  readonly isBehind: boolean;
  /** Where on the timeline a viewer who had gone back was when the server ended the media; absent: the address of the document says it. */
  readonly rewoundTo?: number;
  /** Seconds the browser is to wait, once the document ends, before it loads it again. */
  readonly refreshSeconds: number;
}

interface Viewing {
  rendition: string | undefined;
  choice: string;
  readonly adaptation: Adaptation;
  readonly resync: Resync;
  document: Screen | undefined;
  /** How many pictures have been put over the first one of the open document. */
  layer: number;
  isBehind: boolean;
  /** What the open document shows; absent for one without a picture. */
  shown: string | undefined;
  media: Media | undefined;
  /** What the browser has asked for since its document was opened. */
  asked: Asked | undefined;
  /** The browser has asked for H.264 at some time, so it takes that. */
  takesH264: boolean;
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
/** Each picture under the one that is seen takes memory; with more than this the document is loaded anew. */
const maxLayers = 6;
/** What a try of a higher rendition sends more than that would take. */
const probeFactor = 1.15;

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
  readonly #adapts: boolean;
  readonly #maxCount: number;
  readonly #expiryMs: number;
  /** The longest untouched first. */
  readonly #viewings = new Map<string, Viewing>();

  constructor({ now, adapts = true, maxCount = 8192, expiryMs = 10 * 60_000 }: ViewingsOptions) {
    this.#now = now;
    this.#adapts = adapts;
    this.#maxCount = maxCount;
    this.#expiryMs = expiryMs;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#viewings.size;
  }

  /**
   * Decides what a document that is being loaded shows. `wish`: what its address or the browser's memory names, a rendition or `auto`; whatever is not offered
   * counts as no wish. `renditions`: in order.
   */
  planDocument(key: string, wish: string | undefined, renditions: readonly RenditionInfo[]): DocumentPlan {
    const viewing = this.#viewings.get(key);
    const loads = viewing?.openedAtMs.filter((atMs) => atMs > this.#now() - reloadWindowMs).length ?? 0;
    const isOffered = (wished: string | undefined) => renditions.some(({ name }) => name === wished);
    const choice = wish !== undefined && isOffered(wish) ? wish : automatic;
    // A reload that we caused repeats the old address: what we decided then stands. Any other load is a person's choice.
    const isOurs = viewing?.awaitsReload === true;
    const isStillAutomatic = choice === automatic && viewing?.choice === automatic;
    const wishes = isOurs || isStillAutomatic ? [viewing?.rendition, choice] : [choice];
    const rendition = wishes.find(isOffered) ?? startingRendition(renditions)?.name;
    const rewoundTo = isOurs ? viewing.rewoundTo : undefined;
    return {
      ...(rendition === undefined ? {} : { rendition }),
      ...(rewoundTo === undefined ? {} : { rewoundTo }),
      choice,
      isBehind: isOurs && viewing.isBehind,
      refreshSeconds: refreshSecondsAfter(loads + 1),
    };
  }

  /** A document is open. A view has one: an older one, which the browser has left or is about to leave, is ended. */
  documentOpened(key: string, document: Screen, rendition: string | undefined, choice: string = automatic): void {
    const viewing = this.#touch(key);
    if (viewing === undefined) return;
    const previous = viewing.document;
    const nowMs = this.#now();
    viewing.document = document;
    viewing.choice = choice;
    viewing.layer = 0;
    viewing.isBehind = false;
    viewing.shown = rendition;
    viewing.asked = undefined;
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
  stripOpened(key: string, strip: Screen, rendition: string, choice: string = automatic): void {
    const { owesReload = false, asked } = this.#viewings.get(key) ?? {};
    this.documentOpened(key, strip, rendition, choice);
    const viewing = this.#viewings.get(key);
    if (viewing?.document === strip) viewing.isStrip = true;
    if (owesReload) strip.close('resync');
    else if (asked !== undefined) this.documentAsked(key, asked);
  }

  /**
   * The browser has asked for the picture of its document, whatever it is answered, or for what stands behind all formats of it. That means that it can play none only
   * where it has not asked for a picture before, here or in the document that it may just be leaving: else what it asked for was refused.
   */
  documentAsked(key: string, asked: Asked): void {
    const viewing = this.#touch(key);
    if (viewing === undefined || viewing.asked !== undefined) return;
    if (asked === 'unplayable' && viewing.takesH264) return;
    viewing.asked = asked;
    viewing.document?.tell?.(asked);
  }

  /**
   * The browser asks for a picture. False if that is nobody's wish: a browser that leaves a document whose media it has hardly begun may take that for a failure and
   * look for it at the next source, in the other codec, while the next document is open and has not asked yet. That one begins with what the browser is known to take.
   */
  pictureAsked(key: string, { name, codec }: RenditionInfo): boolean {
    const before = this.#viewings.get(key);
    const isLeftOver =
      codec === 'vp9' && before?.takesH264 === true && before.asked === undefined && before.shown !== name;
    this.documentAsked(key, 'picture');
    const viewing = this.#viewings.get(key);
    if (viewing !== undefined && codec === 'h264') viewing.takesH264 = true;
    return !isLeftOver;
  }

  /** Something is to be shown in place of the picture: strips give way to documents that can. */
  pictureCovered(): void {
    for (const { document, isStrip } of [...this.#viewings.values()]) if (isStrip) document?.close('resync');
  }

  /** A document is over; its media response has nobody to show it. */
  documentClosed(key: string, document: Screen, reason: ClosedReason): void {
    const viewing = this.#viewings.get(key);
    if (viewing?.document !== document) return;
    this.#touch(key);
    viewing.document = undefined;
    viewing.awaitsReload = reason !== 'viewer-left';
    // Until the next document is there, the browser goes on with this one, and would look elsewhere for a picture that ends.
    if (viewing.awaitsReload) viewing.media?.retire();
    else viewing.media?.close('closed');
  }

  /**
   * Whether nobody would see this picture: another one lies over it, or its document is about to be loaded again. A browser whose media ends too early looks for
   * it at the next source, in the other codec.
   */
  isCovered(key: string, layer: number): boolean {
    const viewing = this.#viewings.get(key);
    return viewing !== undefined && (layer < viewing.layer || (viewing.document === undefined && viewing.awaitsReload));
  }

  /** A media response is open. A view has one: the newest. */
  mediaOpened(key: string, media: Media): void {
    const viewing = this.#touch(key);
    if (viewing === undefined) return;
    const previous = viewing.media;
    viewing.media = media;
    previous?.close('closed');
  }

  /** A media response is over. If that was not the viewer's wish, the document reloads, at a lower rendition if speed was the reason. */
  mediaClosed(
    key: string,
    media: Media,
    reason: ClosedReason,
    rendition: string,
    renditions: readonly RenditionInfo[],
  ): void {
    const viewing = this.#viewings.get(key);
    if (viewing?.media !== media) return;
    this.#touch(key);
    viewing.media = undefined;
    const { reload, lower } = outcomeOf(reason);
    if (lower && this.#mayAdapt(viewing)) viewing.rendition = lowerRendition(renditions, rendition)?.name ?? rendition;
    if (lower) viewing.isBehind = !this.#mayAdapt(viewing) || viewing.rendition === rendition;
    if (reload) this.#reload(viewing);
  }

  /** The media of a viewer who had gone back is over for want of a common init segment: the next document goes on from this time. */
  rewindEnded(key: string, atSeconds: number): void {
    const viewing = this.#viewings.get(key);
    if (viewing !== undefined) viewing.rewoundTo = atSeconds;
  }

  /**
   * How the connection of a media response does. Viewers without script who leave the choice to us go down as soon as it is too slow for what it is sent, and
   * up when it has had room for long enough; whatever they chose, after a standstill they get back to the live edge. Players with script have no document here
   * and see to that themselves.
   */
  judged(key: string, media: Media, verdict: Verdict, rendition: string, renditions: readonly RenditionInfo[]): void {
    const viewing = this.#viewings.get(key);
    if (viewing?.media !== media || viewing.document === undefined) return;
    if (viewing.resync.isDue(verdict, this.#now())) this.#change(viewing, rendition);
    else if (this.#mayAdapt(viewing)) this.#adapt(viewing, verdict, rendition, renditions);
  }

  #adapt(viewing: Viewing, verdict: Verdict, rendition: string, renditions: readonly RenditionInfo[]): void {
    const higher = higherRendition(renditions, rendition);
    const step = viewing.adaptation.next(verdict, this.#now(), higher !== undefined);
    if (step === 'probe' && higher !== undefined) viewing.media?.pad(this.#probeBytes(rendition, higher, renditions));
    const share = verdict.kind === 'slow' ? verdict.share : 1;
    const next = step === 'down' ? fittingBelow(renditions, rendition, share) : step === 'up' ? higher : undefined;
    if (next !== undefined) this.#change(viewing, next.name);
  }

  /** What a second of the higher rendition takes more than one of the present one. */
  #probeBytes(rendition: string, higher: RenditionInfo, renditions: readonly RenditionInfo[]): number {
    const present = renditions.find(({ name }) => name === rendition)?.bandwidth ?? 0;
    return Math.max(0, Math.round((higher.bandwidth * probeFactor - present) / 8));
  }

  #mayAdapt({ choice }: Viewing): boolean {
    return this.#adapts && choice === automatic;
  }

  /** Another picture: over the one that is there, so that that is seen until the new one comes, or by a reload. */
  #change(viewing: Viewing, rendition: string): void {
    const { document, media } = viewing;
    viewing.rendition = rendition;
    if (document?.show === undefined || viewing.layer >= maxLayers) {
      this.#reload(viewing);
      return;
    }
    viewing.layer += 1;
    viewing.shown = rendition;
    viewing.media = undefined;
    media?.retire();
    document.show(rendition, viewing.layer);
  }

  /**
   * The browser has lost its media response and cannot go on where that broke off: the document reloads, unless another picture lies over it already, or
   * it has not asked for its picture yet, so that the one before it is meant, which the browser is about to leave.
   */
  mediaLost(key: string, layer = 0): void {
    const viewing = this.#viewings.get(key);
    if (viewing?.layer !== layer || (viewing.document !== undefined && viewing.asked === undefined)) return;
    this.#reload(viewing);
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
    choice: automatic,
    adaptation: new Adaptation(),
    resync: new Resync(),
    document: undefined,
    layer: 0,
    isBehind: false,
    shown: undefined,
    media: undefined,
    asked: undefined,
    takesH264: false,
    rewoundTo: undefined,
    isStrip: false,
    owesReload: false,
    awaitsReload: false,
    openedAtMs: [],
    touchedAtMs: 0,
  };
}
