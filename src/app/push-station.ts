import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { OnioncastConfig } from '../config/schema.ts';
import { rungOf } from '../encoder/ladder.ts';
import { AppError } from '../errors.ts';
import { loadStreamKey } from '../ingest/stream-key.ts';
import { type LineNews, PushLine } from '../push/push-line.ts';
import { PushTap } from '../push/push-tap.ts';
import type { RunningServer, ServeEvent } from '../serve-event.ts';
import { Backlog } from '../split/backlog.ts';
import { frameBytesFor } from '../split/line-rate.ts';
import type { PublisherKeys } from '../split/publisher-key.ts';
import { openDataDirectory } from './data-directory.ts';
import { Owned } from './owned.ts';
import { openPushTor, type PushTor } from './push-tor.ts';
import { raiseFence } from './fence.ts';
import { openStudio, type Studio } from './studio.ts';

export interface PushOptions {
  readonly config: OnioncastConfig;
  /** `<56 characters>.onion`. */
  readonly address: string;
  readonly keys: PublisherKeys;
  report(event: ServeEvent): void;
}

/** Nothing of a broadcast that nobody has taken is kept beyond this. */
const maxBacklogBytes = 64 * 2 ** 20;
/** Before the server has said how much it holds back. */
const firstMaxSeconds = 15;
const lookEveryMs = 1000;
/** By how much what waits must have changed for a person to be told. */
const worthTellingSeconds = 5;
/** How long what waits may take to be sent, when the line is to be closed. */
const drainMs = 30_000;

/**
 * Encodes whatever is the source, once, and sends it to a server elsewhere over a tor of its own. Throws AppError for what only a person can mend; a line that
 * cannot be had is reported, and tried again.
 */
export async function startPush(options: PushOptions): Promise<RunningServer> {
  const owned = new Owned();
  try {
    await start(options, owned);
    const { report } = options;
    const reload = async (): Promise<void> => report({ kind: 'note', message: 'There is nothing to be read again.' });
    return { reload, close: () => owned.close() };
  } catch (error) {
    await owned.close();
    throw error;
  }
}

async function start({ config, address, keys, report }: PushOptions, owned: Owned): Promise<void> {
  if (!config.tor.enabled || config.tor.mode === 'operator')
    throw new AppError(
      'CONFIG_INVALID',
      'onioncast push sends over a tor of its own: it takes tor.enabled = true and tor.mode = "managed".',
    );
  const data = await openDataDirectory(config.data, config.ephemeral);
  owned.add(() => data.close());
  const rung = rungOf(config.push.rendition);
  const backlog = new Backlog({ maxSeconds: firstMaxSeconds, maxBytes: maxBacklogBytes });
  const tor = await openPushTor({ config, directory: path.join(data.path, 'push'), address, keys, report });
  owned.add(() => tor.close());
  const line = new Sender({ config, address, keys, report, backlog, tor, bitsPerSecond: rung.bitsPerSecond });
  owned.add(() => line.close());
  const tap = new PushTap(rung.name, backlog, (isLive) => line.setLive(isLive));
  const streamKey = await loadStreamKey(data.path);
  const studio: Studio = await openStudio({
    config: configForLine(config),
    dataDirectory: data.path,
    fence: await raiseFence({ config, dataDirectory: data.path, report }),
    streamKey: () => streamKey,
    start: 0,
    tap,
    isForLine: true,
    report,
    onChange: () => reportStream(studio, report),
  });
  owned.add(() => studio.close());
  const { rtmpServer } = studio;
  report({ kind: 'ingest', key: streamKey, ...(rtmpServer !== undefined && { server: rtmpServer }) });
  line.open();
  studio.start();
  studio.curtain.open();
  report({ kind: 'ready' });
}

/** One rendition, and nothing that only viewers need. */
function configForLine(config: OnioncastConfig): OnioncastConfig {
  const { encoder, live, push } = config;
  return {
    ...config,
    encoder: { ...encoder, ladder: [push.rendition], secondCodec: 'off', passthrough: 'off', rate: 'quality' },
    live: { ...live, rewindMs: 0 },
  };
}

function reportStream({ pipeline }: Studio, report: PushOptions['report']): void {
  const { state, run } = pipeline.status();
  const source = pipeline.onAir;
  report({ kind: 'stream', state, run, ...(source !== undefined && { source }) });
}

interface SenderOptions extends PushOptions {
  readonly backlog: Backlog;
  readonly tor: PushTor;
  readonly bitsPerSecond: number;
}

/** The line, open always or only while there is something to send, and what a person is told of it. */
class Sender {
  readonly #options: SenderOptions;
  readonly #session = randomBytes(16);
  readonly #looking: NodeJS.Timeout;
  #line: PushLine | undefined;
  #isLive = false;
  #news: LineNews | undefined;
  #shownSeconds = 0;
  #closing: Promise<void> | undefined;
  #drainUntilMs = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#looking = setInterval(() => this.#look(), lookEveryMs);
  }

  /** Where the line is to be open always, from now on. */
  open(): void {
    if (this.#options.config.push.line === 'always') this.#line ??= this.#newLine();
  }

  setLive(isLive: boolean): void {
    this.#isLive = isLive;
    if (isLive) this.#line ??= this.#newLine();
    this.#line?.setLive(isLive);
    this.#drainUntilMs = performance.now() + drainMs;
  }

  /** Safe to call twice. */
  close(): Promise<void> {
    clearInterval(this.#looking);
    this.#closing ??= this.#line?.close() ?? Promise.resolve();
    return this.#closing;
  }

  #newLine(): PushLine {
    const { address, backlog, bitsPerSecond, config, keys, tor } = this.#options;
    const { audioBitrate: soundBitsPerSecond, frameRate } = config.encoder;
    const line = new PushLine({
      dial: (signal) => tor.dial(address, signal),
      keys,
      session: this.#session,
      frameBytes: frameBytesFor({ pictureBitsPerSecond: bitsPerSecond, soundBitsPerSecond, frameRate }),
      backlog,
      now: () => performance.now(),
      once: () => randomBytes(32),
      onNews: (news) => {
        this.#news = news;
        this.#tell();
      },
    });
    line.setLive(this.#isLive);
    line.open();
    return line;
  }

  /** Tells when more or less waits than was told, and closes a line that is not needed any more. */
  #look(): void {
    const seconds = Math.round(this.#options.backlog.waitingSeconds);
    const isNews =
      Math.abs(seconds - this.#shownSeconds) >= worthTellingSeconds || (seconds === 0 && this.#shownSeconds > 0);
    if (isNews) this.#tell();
    if (this.#isLive || this.#options.config.push.line === 'always' || this.#line === undefined) return;
    if (seconds > 0 && performance.now() < this.#drainUntilMs) return;
    const line = this.#line;
    this.#line = undefined;
    void line.close();
  }

  #tell(): void {
    const news = this.#news;
    if (news === undefined) return;
    const waitingSeconds = Math.round(this.#options.backlog.waitingSeconds);
    this.#shownSeconds = waitingSeconds;
    const message = news.state === 'lost' ? { message: `${news.reason} Next try in ${news.retryInSeconds} s.` } : {};
    this.#options.report({ kind: 'sending', state: news.state, waitingSeconds, ...message });
  }
}
