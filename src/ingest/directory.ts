import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DirectoryRun } from './directory-run.ts';
import { type IngestClock, machineClock } from './ingest-clock.ts';
import type { PublisherGate } from './publication.ts';
import { type DirectoryState, isProcessAlive, type Listing, readStreamDirectory } from './stream-directory.ts';

/** What a directory source needs. */
export interface DirectoryOptions {
  /** Holds `stream.m3u8`, `init.mp4`, `stream<N>.m4s`, perhaps `pid.txt` and `start.txt`. Need not exist yet. */
  readonly path: string;
  readonly gate: PublisherGate;
  readonly clock?: IngestClock;
  /** A sentence for the operator, once per change. */
  readonly notify?: (message: string) => void;
}

/** In target durations: a playlist that is older has been left behind; sooner if `pid.txt` names a process that is gone. */
const staleAfter = 3;
const staleAfterDeath = 1.5;
/** Looks per target duration, and their bounds in milliseconds. The watcher is faster where there is one. */
const looksPerTarget = 8;
const lookMs = { least: 100, most: 1000 } as const;

/**
 * Broadcasts what somebody else's FFmpeg or OBS writes into a directory, with segments of any length: all times derive from the playlist's target
 * duration. Starts and ends publications as the writer comes, restarts, stops or dies.
 */
export class DirectoryIngest {
  readonly #path: string;
  readonly #gate: PublisherGate;
  readonly #clock: IngestClock;
  readonly #notify: (message: string) => void;
  #run: DirectoryRun | undefined;
  /** The playlist of a run that is over or could not begin: the writer must write another one first. */
  #spentStamp: string | undefined;
  #watcher: FSWatcher | undefined;
  #watchedInode: number | undefined;
  #cancelTimer: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #lastNotice = '';
  #targetSeconds = 1;
  #closed = false;

  constructor({ path, gate, clock = machineClock, notify = () => undefined }: DirectoryOptions) {
    this.#path = path;
    this.#gate = gate;
    this.#clock = clock;
    this.#notify = notify;
  }

  /** Begins to look. The directory may appear, vanish and come back at any time. */
  start(): void {
    this.#look();
  }

  /** Ends the publication and stops looking. Safe to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#watcher?.close();
    this.#endRun();
    await this.settled();
  }

  /** Resolves once no look at the directory is under way. */
  async settled(): Promise<void> {
    while (this.#looking !== undefined) await this.#looking;
  }

  #look(): void {
    if (this.#closed) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#cancelTimer?.();
    this.#looking = this.#lookOnce().finally(() => {
      this.#looking = undefined;
      const again = this.#lookAgain;
      this.#lookAgain = false;
      this.#scheduleLook(again);
    });
  }

  #scheduleLook(soon: boolean): void {
    if (this.#closed) return;
    const usual = Math.min(lookMs.most, Math.max(lookMs.least, (this.#targetSeconds * 1000) / looksPerTarget));
    this.#cancelTimer = this.#clock.setTimer(soon ? lookMs.least : usual, () => this.#look());
  }

  async #lookOnce(): Promise<void> {
    await this.#watch();
    const state = await readStreamDirectory(this.#path);
    if (this.#closed) return;
    if (state.kind === 'listing') this.#targetSeconds = state.listing.playlist.targetDuration;
    if (this.#run === undefined) await this.#tryToBegin(state);
    else await this.#continue(this.#run, state);
  }

  async #continue(run: DirectoryRun, state: DirectoryState): Promise<void> {
    if (state.kind === 'listing') {
      if (await run.isOver(state.listing)) {
        this.#say('The writer of the directory has started anew.');
        this.#endRun();
        await this.#tryToBegin(state);
        return;
      }
      await run.follow(state.listing);
      if (state.listing.playlist.ended) this.#finish(run, 'The writer of the directory has stopped.');
    }
    const isGone = state.kind === 'waiting' && state.isGone;
    if (isGone || this.#isStale(run.ageSeconds, state)) this.#finish(run, 'The directory is not written any more.');
  }

  async #tryToBegin(state: DirectoryState): Promise<void> {
    const listing = this.#liveListing(state);
    if (listing === undefined) return;
    this.#spentStamp = listing.stamp;
    const notify = (message: string) => this.#say(message);
    const run = DirectoryRun.of(listing, { directory: this.#path, clock: this.#clock, notify });
    if (run === undefined) return;
    if (this.#isStale(run.ageSeconds, state)) {
      this.#say('The directory holds a stream that is not written any more.');
      return;
    }
    if (!(await run.begin()) || this.#closed) {
      run.close();
    } else if (this.#gate.begin(run.publication) === 'busy') {
      this.#say('Another publisher is live; the directory waits.');
      run.close();
    } else {
      this.#run = run;
      this.#say(`Broadcasting what is written to ${this.#path}.`);
    }
  }

  #liveListing(state: DirectoryState): Listing | undefined {
    if (state.kind === 'waiting') {
      this.#say(state.reason);
      return undefined;
    }
    const { playlist, stamp } = state.listing;
    if (stamp === this.#spentStamp) return undefined;
    if (!playlist.ended && playlist.segments.length > 0) return state.listing;
    this.#say(`Waiting for a stream in ${this.#path}.`);
    return undefined;
  }

  #isStale(ageSeconds: number, state: DirectoryState): boolean {
    const pid = state.kind === 'listing' ? state.listing.writerPid : undefined;
    const isDead = pid !== undefined && !isProcessAlive(pid);
    return ageSeconds > this.#targetSeconds * (isDead ? staleAfterDeath : staleAfter);
  }

  /** What has been read is still played out, unless a new run begins before. */
  #finish(run: DirectoryRun, message: string): void {
    run.finish(() => {
      if (this.#run !== run) return;
      this.#say(message);
      this.#endRun();
    });
  }

  #endRun(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.#spentStamp = run.stamp;
    run.close();
    this.#gate.end(run.publication);
  }

  /** A watcher belongs to one directory, not to its name: one that was deleted and made again needs another. */
  async #watch(): Promise<void> {
    const inode = await inodeOf(this.#path);
    if (this.#closed || inode === this.#watchedInode) return;
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watchedInode = inode;
    if (inode === undefined) return;
    try {
      this.#watcher = watch(this.#path, { persistent: false }, () => this.#look());
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // No watcher on this system or file system: looking at intervals is enough.
    }
  }

  #say(message: string): void {
    if (message === this.#lastNotice) return;
    this.#lastNotice = message;
    this.#notify(message);
  }
}

async function inodeOf(directory: string): Promise<number | undefined> {
  try {
    return (await stat(directory)).ino;
  } catch {
    // Not there (yet).
    return undefined;
  }
}
