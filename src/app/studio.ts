import type { OnioncastConfig } from '../config/schema.ts';
import type { EncoderHealth } from '../encoder/encoder.ts';
import { Encoder } from '../encoder/encoder.ts';
import type { EncoderListener, EncoderSource, LadderRung } from '../encoder/encoder-types.ts';
import type { Fence } from '../encoder/fence.ts';
import { type FfmpegFacts, readFfmpegFacts } from '../encoder/ffmpeg-version.ts';
import { defaultLadder, fitLadder } from '../encoder/ladder.ts';
import { LighterLadder } from '../encoder/lighter-ladder.ts';
import { buildVp9Command } from '../encoder/vp9.ts';
import { existsSync } from 'node:fs';
import { AppError } from '../errors.ts';
import { captureFile } from '../ingest/capture-file.ts';
import { captureScreen } from '../ingest/capture-screen.ts';
import { captureTestCard, findFont } from '../ingest/capture-test-card.ts';
import { DirectoryIngest } from '../ingest/directory.ts';
import { PushIngest } from '../ingest/http-push.ts';
import type { PublisherGate } from '../ingest/publication.ts';
import { RtmpServer } from '../ingest/rtmp-server.ts';
import { wholeBlockBytes } from '../http/routes/media.ts';
import { RewindMemory } from '../live/rewind-window.ts';
import type { PassthroughNews } from '../pipeline/passthrough.ts';
import type { MediaTap } from '../pipeline/media-tap.ts';
import { Curtain } from '../pipeline/curtain.ts';
import type { BaseSource } from '../pipeline/base-source.ts';
import { Pipeline, type PipelineOptions } from '../pipeline/pipeline.ts';
import type { ServeEvent } from '../serve-event.ts';
import { type EncodingBudget, namesOf, openEncodingBudget } from './encoding-budget.ts';
import { textsIn } from '../views/texts/catalogues.ts';
import { Owned } from './owned.ts';

/** Everything between a source and the renditions. */
export interface Studio {
  readonly pipeline: Pipeline;
  readonly push: PushIngest;
  /** `rtmp://127.0.0.1:1935/live`, absent when RTMP is off. */
  readonly rtmpServer: string | undefined;
  encoderHealth(): EncoderHealth;
  /** Of the encoder of the second codec; absent if there is none. */
  secondEncoderHealth(): EncoderHealth | undefined;
  /** Between sources and viewers; closed until it is opened. */
  readonly curtain: Curtain;
  /** Begins to look at a directory, and measures what encoding costs. */
  start(): void;
  close(): Promise<void>;
}

/** What the studio tells and needs. */
export interface StudioOptions {
  readonly config: OnioncastConfig;
  readonly dataDirectory: string;
  /** What every FFmpeg is kept behind. */
  readonly fence: Fence;
  streamKey(): string;
  /** Which start of the server this is, see `countStart`. */
  readonly start: number;
  report(event: ServeEvent): void;
  /** Who records it. */
  readonly tap?: MediaTap;
  /** It is made to be sent to a server: the test card is a broadcast as any other, and every keyframe says all that a decoder must know. */
  readonly isForLine?: boolean;
  /** The public state of the stream has changed. */
  onChange(): void;
}

const clocks = { now: () => performance.now(), wallClock: () => Date.now() };

/** Builds the way of a frame. Throws TOOL_MISSING, SOURCE_UNUSABLE, LISTEN_FAILED. */
export async function openStudio(options: StudioOptions): Promise<Studio> {
  const { config, report } = options;
  const ffmpeg = await checkFfmpeg(config.encoder.ffmpeg, options.fence);
  const owned = new Owned();
  try {
    let encoder: Encoder | undefined;
    let second: Encoder | undefined;
    const base = await baseSource(options, ffmpeg);
    const budget = await openBudget(options, ffmpeg, owned);
    const pipeline = new Pipeline({
      ...laddersOf(budget, options),
      audioBitsPerSecond: config.encoder.audioBitrate,
      ...(config.encoder.rate === 'constant' && { constantFrameRate: config.encoder.frameRate }),
      limits: renditionLimits(config, options.start),
      ...rewindOf(config),
      ...(options.tap === undefined ? {} : { tap: options.tap }),
      ...(base === undefined ? {} : { base }),
      ...(config.encoder.secondCodec === 'off' || config.encoder.rate === 'constant' || !ffmpeg.hasVp9
        ? {}
        : {
            secondCodec: secondCodec(options, (encoder) => {
              second = encoder;
            }),
          }),
      offersSource: config.encoder.passthrough === 'auto' && config.encoder.rate !== 'constant',
      onPassthrough: (news) => reportPassthrough(news, report),
      graceMs: config.ingest.graceMs,
      createEncoder: (listener) => {
        encoder = new Encoder({ ...encodingOptions(options, budget.ladder), listener });
        return encoder;
      },
      ...clocks,
      onChange: options.onChange,
      onTrouble: (message, code) => report({ kind: 'warning', code, message }),
    });
    owned.add(() => pipeline.close());
    const refused = (message: string): void => report({ kind: 'warning', code: 'INGEST_REFUSED', message });
    const curtain = new Curtain(pipeline);
    const rtmpServer = await openRtmp(options, curtain, refused, owned);
    const directory = directoryIngest(config, curtain, (message) => report({ kind: 'note', message }), owned);
    return {
      pipeline,
      curtain,
      push: new PushIngest({ key: options.streamKey, gate: curtain }),
      rtmpServer,
      encoderHealth: () => encoder?.health() ?? { state: 'idle', run: 0, failuresInARow: 0 },
      secondEncoderHealth: () => second?.health(),
      start: () => {
        directory?.start();
        budget.start();
      },
      close: () => owned.close(),
    };
  } catch (error) {
    await owned.close();
    throw error;
  }
}

/** What a picture is encoded to, and what when this machine proves too slow for that. */
function laddersOf(budget: EncodingBudget, options: StudioOptions): Pick<PipelineOptions, 'ladderFor' | 'onBehind'> {
  const lighter = new LighterLadder();
  return {
    ladderFor: (picture) => lighter.of(fitLadder(budget.ladder, picture)),
    onBehind: (ladder) => lightened(lighter, ladder, options),
  };
}

/** What is encoded from now on, where the choice is ours. The operator hears of it in any case. */
function lightened(
  lighter: LighterLadder,
  ladder: readonly LadderRung[],
  { config, report }: Pick<StudioOptions, 'config' | 'report'>,
): readonly LadderRung[] | undefined {
  const mayLeaveOut = config.encoder.ladder === 'auto';
  const tooMuch = mayLeaveOut ? lighter.lighten(ladder) : undefined;
  const left = tooMuch === undefined ? undefined : lighter.of(ladder);
  const consequence =
    left === undefined
      ? 'Viewers see the stream later and later, with breaks.'
      : `"${tooMuch?.name}" is left out until the next start, which leaves ${namesOf(left)}.`;
  report({
    kind: 'warning',
    code: 'OVERLOADED',
    message: `The encoder does not keep up with the stream on this machine. ${consequence}`,
    todo: 'End what else takes the processor, or choose fewer renditions ("encoder.ladder") or a faster preset ("encoder.preset"); "onioncast doctor" says what this machine can encode.',
  });
  return left;
}

async function openRtmp(
  options: StudioOptions,
  gate: PublisherGate,
  notify: (message: string) => void,
  owned: Owned,
): Promise<string | undefined> {
  const address = options.config.ingest.rtmp;
  if (address === 'off') return undefined;
  const server = new RtmpServer({ ...address, key: options.streamKey, gate, notify });
  owned.add(() => server.close());
  const { port } = await server.listen();
  return `rtmp://${address.host}:${port}/live`;
}

function directoryIngest(
  config: OnioncastConfig,
  gate: PublisherGate,
  notify: (message: string) => void,
  owned: Owned,
): DirectoryIngest | undefined {
  if (config.source.kind !== 'dir') return undefined;
  const directory = new DirectoryIngest({ path: config.source.path, gate, notify });
  owned.add(() => directory.close());
  return directory;
}

async function baseSource(
  { config, fence, isForLine = false, report }: StudioOptions,
  { hasDrawtext }: FfmpegFacts,
): Promise<BaseSource | undefined> {
  switch (config.source.kind) {
    case 'test': {
      const fontFile = hasDrawtext ? findFont() : undefined;
      const { frameRate } = config.encoder;
      const source = captureTestCard({ frameRate, ...(fontFile === undefined ? {} : { fontFile }) });
      return { name: 'test', source, isTestCard: !isForLine };
    }
    case 'file':
      return shown(
        'file',
        await film({ ffprobePath: config.encoder.ffprobe, fence, path: config.source.path }, report),
      );
    case 'screen':
      return shown(
        'screen',
        captureScreen({ platform: process.platform, environment: process.env, exists: existsSync }, config.encoder),
      );
    case 'dir':
    case 'none':
      return undefined;
  }
}

async function film(
  options: Parameters<typeof captureFile>[0],
  report: StudioOptions['report'],
): Promise<EncoderSource> {
  const source = await captureFile(options);
  if (source.input.kind === 'capture' && source.input.reach === 'machine') {
    const message =
      'The fence around FFmpeg is open for the film, which is not readable within: it belongs to another user.';
    report({ kind: 'note', message });
  }
  return source;
}

function reportPassthrough(news: PassthroughNews, report: StudioOptions['report']): void {
  if (news.kind === 'not-offered') {
    report({ kind: 'hint', problem: news.problem, message: textsIn('en').desk.problems[news.problem] });
    return;
  }
  const rate = (news.bitsPerSecond / 1_000_000).toFixed(1);
  report({ kind: 'note', message: `The publisher's own picture is on offer as it is, at ${rate} Mbit/s.` });
}

/** VP9 beside the H.264, made when a viewer needs it. */
function secondCodec({ config, fence, report }: StudioOptions, opened: (encoder: Encoder) => void) {
  const { ffmpeg, frameRate, stallMs } = config.encoder;
  return {
    frameRate,
    createEncoder: (listener: EncoderListener) => {
      const encoder = new Encoder({
        ...{ ffmpegPath: ffmpeg, fence, ladder: defaultLadder, listener, stallAfterMs: stallMs, givesWay: true },
        command: (_input, ladder) => buildVp9Command(ladder),
      });
      opened(encoder);
      return encoder;
    },
    onNeed: (isNeeded: boolean) =>
      report({
        kind: 'note',
        message: isNeeded
          ? 'A viewer has no H.264: the stream is encoded in VP9 as well.'
          : 'Nobody needs VP9 any more: its encoder rests.',
      }),
  };
}

function shown(name: string, source: EncoderSource): BaseSource {
  return { name, source, isTestCard: false };
}

async function openBudget(
  { config, dataDirectory, fence, report }: StudioOptions,
  { version }: FfmpegFacts,
  owned: Owned,
): Promise<EncodingBudget> {
  const budget = await openEncodingBudget({
    ...{ encoder: config.encoder, fence, dataDirectory, ffmpegVersion: version, report },
  });
  owned.add(() => budget.close());
  return budget;
}

function encodingOptions({ config, fence, isForLine = false }: StudioOptions, ladder: readonly LadderRung[]) {
  const { ffmpeg, frameRate, preset, rate, audioBitrate, stallMs } = config.encoder;
  return {
    ffmpegPath: ffmpeg,
    fence,
    ladder,
    maxFrameRate: frameRate,
    rate,
    audioBitsPerSecond: audioBitrate,
    stallAfterMs: stallMs,
    repeatsHeaders: isForLine,
    ...(preset === 'auto' ? {} : { preset }),
  };
}

/** Parts cost a request each, and are to be longer than two round trips: through Tor, no less than a second. */
const hlsPartSeconds = 1;
/** Numbers of segments that one start of the server has for itself: four weeks of the shortest. With 1,024 starts they stay below 2^31, as players want them. */
const segmentsPerStart = 2 ** 21;

function renditionLimits(config: OnioncastConfig, start: number) {
  const { segmentMs, windowMs, memoryBytes } = config.hls;
  return {
    // Late joiners need one keyframe interval, or a block; the bound in pieces is far above what the bounds in bytes let through.
    live: { maxPieces: 4096, maxBytes: config.live.memoryBytes, leadBytes: wholeBlockBytes },
    hls: {
      targetSeconds: segmentMs / 1000,
      partSeconds: hlsPartSeconds,
      // Never 0: hls.js (1.7) takes the parts of a segment 0 for lost as soon as it has them, and fetches them again without end.
      firstNumber: 1 + start * segmentsPerStart,
      windowSeconds: windowMs / 1000,
      maxBytes: memoryBytes,
    },
  };
}

function rewindOf({ live }: OnioncastConfig): { readonly rewind?: RewindMemory } {
  if (live.rewindMs === 0) return {};
  return { rewind: new RewindMemory({ seconds: live.rewindMs / 1000, maxBytes: live.rewindMemoryBytes }) };
}

/** Throws TOOL_MISSING, saying what to do, unless this FFmpeg can encode what we send. */
async function checkFfmpeg(program: string, fence: Fence): Promise<FfmpegFacts> {
  const todo =
    'Install FFmpeg 5.1 or newer with libx264 and libopus (on Debian: apt install ffmpeg), or name one in encoder.ffmpeg.';
  let facts: FfmpegFacts;
  try {
    facts = await readFfmpegFacts(program, { fence });
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError('TOOL_MISSING', `${cause.message} ${todo}`, { cause });
  }
  if (!facts.isRecentEnough) throw new AppError('TOOL_MISSING', `FFmpeg ${facts.version} is too old. ${todo}`);
  if (!facts.hasX264 || !facts.hasOpus) {
    throw new AppError('TOOL_MISSING', `This FFmpeg was built without libx264 or libopus. ${todo}`);
  }
  return facts;
}
