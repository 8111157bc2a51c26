import { statfs } from 'node:fs/promises';
import type { Piece, RenditionInit } from '../mp4/piece.ts';
import { mimeTypeOf } from '../mp4/piece.ts';
import type { RecordingLibrary } from './library.ts';
import { RecordingSession } from './recording-session.ts';

export interface RecorderOptions {
  readonly library: RecordingLibrary;
  /** Which renditions are recorded. */
  records(rendition: string): boolean;
  /** Whether recordings are published as soon as they are whole. */
  readonly publishes: boolean;
  /** So much of the disk is left alone. */
  readonly keepFreeBytes: number;
  /** Title of the stream. */
  title(): string;
  /** Unix milliseconds. */
  now(): number;
  /** For the operator. */
  onBegun(): void;
  onStopped(reason: StopReason): void;
  readonly flushMs?: number;
}

/** Why recording has stopped by itself. `full`: the disk. `limit`: what all recordings may take. `slow`: the disk does not keep up. */
export type StopReason = 'full' | 'limit' | 'slow' | 'failed';

/** What the recorder does. */
export interface RecorderStatus {
  readonly isOn: boolean;
  readonly isRecording: boolean;
  readonly seconds: number;
  readonly bytes: number;
  /** Why nothing is recorded although it should be; it begins again by itself. */
  readonly stopped?: StopReason;
}

const defaultFlushMs = 1000;
/** How long nothing is tried after the disk has refused. */
const pauseMs = 30_000;

/**
 * Records what is broadcast. It only ever takes pieces that are sent anyhow and never makes anybody wait: when the disk is full, slow or broken, the recording
 * ends with its last whole fragment, the operator is told, and the stream knows nothing of it. Another one begins when there is room again.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #inits = new Map<string, RenditionInit>();
  /** Renditions that wait for a keyframe. */
  readonly #awaiting = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #isOn: boolean;
  #session: RecordingSession | undefined;
  #stopped: StopReason | undefined;
  #blockedUntilMs = 0;
  #work: Promise<void> = Promise.resolve();
  #isFlushing = false;

  constructor(options: RecorderOptions & { readonly isOn: boolean }) {
    this.#options = options;
    this.#isOn = options.isOn;
    this.#timer = setInterval(() => this.#tick(), options.flushMs ?? defaultFlushMs);
    this.#timer.unref();
  }

  get status(): RecorderStatus {
    return {
      isOn: this.#isOn,
      isRecording: this.#session !== undefined,
      seconds: this.#session?.seconds ?? 0,
      bytes: this.#session?.bytes ?? 0,
      ...(this.#stopped === undefined ? {} : { stopped: this.#stopped }),
    };
  }

  /** Switches recording on or off, from the next keyframe on. */
  async turn(isOn: boolean): Promise<void> {
    this.#isOn = isOn;
    this.#stopped = undefined;
    this.#blockedUntilMs = 0;
    if (!isOn) await this.#end();
  }

  /** A run begins. With the same init segments the recording goes on, with others another one begins. */
  begin(rendition: string, init: RenditionInit): void {
    if (!this.#options.records(rendition)) return;
    this.#inits.set(rendition, init);
    this.#awaiting.add(rendition);
    const before = this.#session?.initOf(rendition);
    if (before !== undefined && !before.equals(init.bytes)) void this.#end();
  }

  push(rendition: string, piece: Piece): void {
    const init = this.#inits.get(rendition);
    if (!this.#isOn || init === undefined) return;
    const isNew = this.#session?.initOf(rendition) === undefined;
    if ((isNew || this.#awaiting.has(rendition)) && !piece.keyframe) return;
    if (this.#options.now() < this.#blockedUntilMs) return;
    this.#session ??= this.#open();
    if (isNew) this.#session.add({ name: rendition, mimeType: mimeTypeOf(init), init: init.bytes });
    this.#awaiting.delete(rendition);
    if (!this.#session.push(rendition, piece.bytes)) this.#stop('slow');
  }

  /** The broadcast is over. */
  finish(): void {
    this.#inits.clear();
    void this.#end();
  }

  /** Resolves when everything is on disk. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isOn = false;
    await this.#end();
  }

  #open(): RecordingSession {
    const { library, title, now, publishes } = this.#options;
    this.#stopped = undefined;
    this.#options.onBegun();
    return new RecordingSession({
      ...{ root: library.root, kind: 'recording', title: title() },
      createdAtMs: now(),
      isPublished: publishes,
    });
  }

  #tick(): void {
    if (this.#session === undefined || this.#isFlushing) return;
    this.#isFlushing = true;
    this.#work = this.#flush(this.#session).finally(() => {
      this.#isFlushing = false;
    });
  }

  async #flush(session: RecordingSession): Promise<void> {
    try {
      const reason = await this.#lacksRoom(session);
      if (reason === undefined) await session.flush();
      else this.#stop(reason);
    } catch (error) {
      this.#stop(isFull(error) ? 'full' : 'failed');
    }
  }

  async #lacksRoom(session: RecordingSession): Promise<StopReason | undefined> {
    const { library, keepFreeBytes } = this.#options;
    const { bavail, bsize } = await statfs(library.root);
    if (bavail * bsize < keepFreeBytes) return 'full';
    return (await library.makeRoom(session.bytes)) ? undefined : 'limit';
  }

  #stop(reason: StopReason): void {
    if (this.#session === undefined) return;
    this.#stopped = reason;
    this.#blockedUntilMs = this.#options.now() + pauseMs;
    this.#options.onStopped(reason);
    void this.#end();
  }

  /** Ends the session that is open; the pieces that come from now on are another one's. */
  async #end(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    const before = this.#work;
    this.#work = (async () => {
      await before;
      if (session === undefined) return;
      await session.flush().catch(() => undefined);
      const info = await session.finish();
      if (info !== undefined) this.#options.library.add(info);
    })();
    await this.#work;
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
