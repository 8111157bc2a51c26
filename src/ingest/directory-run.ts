import { AppError } from '../errors.ts';
import type { InitSegment } from '../mp4/init-segment.ts';
import { refragment } from '../mp4/refragment.ts';
import type { IngestClock } from './ingest-clock.ts';
import { readMp4Facts } from './mp4-facts.ts';
import { Mp4Publication } from './mp4-publication.ts';
import { PacedFeed, type TimedPiece } from './paced-feed.ts';
import { type Listing, readSegment, segmentStamp } from './stream-directory.ts';

/** The first segment is played out this much later than it could be, so that the next one is there when it ends. */
const safetyShare = 0.05;
/** What a live encoder would hand over at a time. */
const pieceSeconds = 0.25;
/** Further behind than this many segments: go on with the newest. */
const maxBacklogSegments = 2;
/** A start in the future (beyond a clock that is a little wrong) or before the web is no start. */
const clockErrorMs = 60_000;
const earliestStartMs = Date.UTC(1990, 0);

/** What a run needs of its surroundings. */
export interface RunSurroundings {
  readonly directory: string;
  readonly clock: IngestClock;
  notify(message: string): void;
}

/**
 * One run of the writer: from its first playlist to its end or restart. Reads each segment once, as it appears, cuts it into pieces and paces
 * them into a publication.
 */
export class DirectoryRun {
  readonly publication: Mp4Publication;
  readonly #around: RunSurroundings;
  readonly #feed: PacedFeed;
  readonly #init: InitSegment;
  #listing: Listing;
  /** When the playlist last changed, on the monotonic clock. */
  #changedAtMs: number;
  #lastSequence = -1;
  #lastUri = '';
  #lastSegmentStamp: string | undefined;
  #finishing: (() => void) | undefined;

  private constructor(around: RunSurroundings, listing: Listing, init: InitSegment, publication: Mp4Publication) {
    this.#init = init;
    this.#around = around;
    this.#listing = listing;
    this.publication = publication;
    this.#changedAtMs = around.clock.now() - Math.max(0, around.clock.wallClock() - listing.playlistAtMs);
    this.#feed = new PacedFeed(around.clock, {
      onPiece: ({ bytes, keyframe }) => publication.write(bytes, { keyframe }),
      onGap: () => publication.restart(),
      onEmpty: () => this.#finishing?.(),
    });
  }

  /** A run for this listing, not yet feeding; undefined (and a notice) if its init segment cannot be broadcast. */
  static of(listing: Listing, around: RunSurroundings): DirectoryRun | undefined {
    const facts = readMp4Facts(listing.init);
    if (facts.kind === 'refused') {
      around.notify(`The directory cannot be broadcast: ${facts.message}`);
      return undefined;
    }
    const startedAtMs = startOf(listing, around.clock.wallClock());
    const { hasAudio, picture } = facts;
    const publication = new Mp4Publication({ kind: 'directory', hasAudio, picture, startedAtMs, init: listing.init });
    return new DirectoryRun(around, listing, facts.init, publication);
  }

  /** Seconds since the playlist changed. */
  get ageSeconds(): number {
    return (this.#around.clock.now() - this.#changedAtMs) / 1000;
  }

  get stamp(): string {
    return this.#listing.stamp;
  }

  /** Begins with the newest segment, as far into it as its age says. False if it cannot be read now. */
  async begin(): Promise<boolean> {
    const newest = await this.#read(this.#listing.playlist.segments.length - 1);
    const first = newest?.[0];
    if (newest === undefined || first === undefined) return false;
    const safetySeconds = this.#listing.playlist.targetDuration * safetyShare;
    const position = first.startSeconds + this.ageSeconds - safetySeconds;
    const from = newest.findLastIndex((piece) => piece.keyframe && piece.startSeconds <= position);
    this.#feed.begin(newest.slice(Math.max(0, from)), position);
    return true;
  }

  /** True if this listing was written by another run: a new init segment, start or process, or numbers that went back. */
  async isOver(next: Listing): Promise<boolean> {
    const before = this.#listing;
    const isOther =
      !next.init.equals(before.init) ||
      isChanged(before.startSeconds, next.startSeconds) ||
      isChanged(before.writerPid, next.writerPid) ||
      firstSequence(next) < firstSequence(before) ||
      newestSequence(next) < newestSequence(before);
    if (isOther) return true;
    const isListed = next.playlist.segments.some((segment) => segment.uri === this.#lastUri);
    if (!isListed || next.stamp === before.stamp) return false;
    // Same numbers, other file: the writer was restarted before it got any further.
    const stamp = await segmentStamp(this.#around.directory, this.#lastUri);
    return stamp !== undefined && stamp !== this.#lastSegmentStamp;
  }

  /** Reads what is new in a listing of this run. */
  async follow(next: Listing): Promise<void> {
    if (next.stamp === this.#listing.stamp) return;
    this.#listing = next;
    this.#changedAtMs = this.#around.clock.now();
    this.#finishing = undefined;
    const { segments, targetDuration } = next.playlist;
    const unread = segments.filter((segment) => segment.sequence > this.#lastSequence).length;
    const isBehind = unread > maxBacklogSegments || this.#feed.backlogSeconds > maxBacklogSegments * targetDuration;
    const from = isBehind ? segments.length - 1 : segments.length - unread;
    for (let index = from; index < segments.length; index += 1) {
      const pieces = await this.#read(index);
      if (pieces === undefined) continue;
      if (isBehind) this.#feed.skipTo(pieces);
      else this.#feed.add(pieces);
    }
  }

  /** The writer is done: plays out what is left, then calls back. */
  finish(onFinished: () => void): void {
    this.#finishing = onFinished;
    if (this.#feed.backlogSeconds === 0) onFinished();
  }

  /** Ends the publication. Safe to call twice. */
  close(): void {
    this.#finishing = undefined;
    this.#feed.close();
    this.publication.end();
  }

  async #read(index: number): Promise<TimedPiece[] | undefined> {
    const segment = this.#listing.playlist.segments[index];
    if (segment === undefined) return undefined;
    const { directory, notify } = this.#around;
    const stamp = await segmentStamp(directory, segment.uri);
    const content = await readSegment(directory, segment.uri);
    this.#lastSequence = segment.sequence;
    if (content === 'missing') return undefined;
    if (content === 'unsafe') {
      notify('stream.m3u8 names a segment outside its directory. It is not read.');
      return undefined;
    }
    this.#lastUri = segment.uri;
    this.#lastSegmentStamp = stamp;
    try {
      return refragment(this.#init, content.bytes, pieceSeconds);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      notify(`A segment could not be read: ${error.message}`);
      return undefined;
    }
  }
}

/** `start.txt`, else the time at which the init segment was written, which is when the first segment was complete. */
function startOf(listing: Listing, wallClockMs: number): number {
  const told = (listing.startSeconds ?? 0) * 1000;
  if (told >= earliestStartMs && told <= wallClockMs + clockErrorMs) return told;
  return Math.round(listing.initAtMs - listing.playlist.targetDuration * 1000);
}

/** A file that has gone says nothing: a writer may clean up behind itself, or never have written it. */
function isChanged(before: number | undefined, next: number | undefined): boolean {
  return next !== undefined && next !== before;
}

function firstSequence({ playlist }: Listing): number {
  return playlist.segments[0]?.sequence ?? 0;
}

function newestSequence({ playlist }: Listing): number {
  return playlist.segments.at(-1)?.sequence ?? -1;
}
