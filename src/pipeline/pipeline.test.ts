import { Readable } from 'node:stream';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encode, encodeLadder, liveVideo, shortFragments, testPicture } from '../../test/support/encoded-media.ts';
import type { EncoderListener, EncoderSource, PictureSize } from '../encoder/encoder-types.ts';
import { rungOf } from '../encoder/ladder.ts';
import type { Publication } from '../ingest/publication.ts';
import type { EndReason, Sink } from '../live/fan-out.ts';
import type { EncoderPort } from './encoder-port.ts';
import { Pipeline, type PipelineOptions } from './pipeline.ts';

type Outputs = Awaited<ReturnType<typeof encodeLadder>>;

/** An encoder whose runs are played by the test. */
class StagedEncoder implements EncoderPort {
  readonly sources: EncoderSource[] = [];
  readonly #listener: EncoderListener;
  #run = 0;
  closed = false;
  stops = 0;

  constructor(listener: EncoderListener) {
    this.#listener = listener;
  }

  start(source: EncoderSource): void {
    this.sources.push(source);
  }

  async stop(): Promise<void> {
    this.stops += 1;
    this.#listener.onRunEnded(this.#run, { kind: 'stopped' });
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** A whole run's output, as far as the encoder got. */
  encode({ large, audio }: Outputs, pictures: readonly string[] = ['360p']): void {
    this.#run += 1;
    this.#listener.onRunStarted(this.#run);
    this.#listener.onBytes(this.#run, 'audio', audio);
    for (const name of pictures) this.#listener.onBytes(this.#run, name, large);
  }

  /** A run whose picture says who made it. */
  betray(audio: Buffer, name: string, signed: Buffer): void {
    this.#run += 1;
    this.#listener.onRunStarted(this.#run);
    this.#listener.onBytes(this.#run, 'audio', audio);
    this.#listener.onBytes(this.#run, name, signed);
  }

  garble(): void {
    this.#run += 1;
    this.#listener.onRunStarted(this.#run);
    this.#listener.onBytes(this.#run, '360p', Buffer.from('no media at all'));
  }

  fail(): void {
    this.#listener.onRunEnded(this.#run, { kind: 'failed', message: 'FFmpeg ended.', retryInMs: 10 });
  }

  fallBehind(): void {
    this.#listener.onBehind?.(this.#run);
  }

  finishSource(): void {
    this.#listener.onRunEnded(this.#run, { kind: 'source-ended' });
  }
}

class Viewer implements Sink {
  readonly heard: Buffer[] = [];
  readonly ends: EndReason[] = [];
  write(bytes: Buffer): void {
    this.heard.push(bytes);
  }
  end(reason: EndReason): void {
    this.ends.push(reason);
  }
}

const source: EncoderSource = { input: { kind: 'capture', args: [] } };

function publication(more: Partial<Publication> = {}): Publication {
  return { kind: 'rtmp', format: 'flv', hasAudio: true, open: () => Readable.from([]), ...more };
}

describe('the pipeline', () => {
  let media: Outputs;
  let encoder: StagedEncoder;
  let nowMs: number;
  let troubles: string[];
  let onChange: () => void;

  beforeAll(async () => {
    media = await encodeLadder(2);
  });

  beforeEach(() => {
    nowMs = 0;
    troubles = [];
    onChange = () => undefined;
  });

  function build(more: Partial<PipelineOptions> = {}): Pipeline {
    return new Pipeline({
      ladderFor: () => [rungOf({ height: 360 })],
      audioBitsPerSecond: 48_000,
      limits: {
        live: { maxPieces: 1000, maxBytes: 4_000_000 },
        hls: { targetSeconds: 2, partSeconds: 1, windowSeconds: 30, maxBytes: 4_000_000 },
      },
      graceMs: 1,
      createEncoder: (listener) => {
        encoder = new StagedEncoder(listener);
        return encoder;
      },
      now: () => nowMs,
      wallClock: () => 1_000_000 + nowMs,
      onChange: () => onChange(),
      onTrouble: (message) => troubles.push(message),
      ...more,
    });
  }

  /** Resolves when the state has become this one. */
  async function state(pipeline: Pipeline, wanted: string): Promise<void> {
    await new Promise<void>((resolve) => {
      onChange = () => {
        if (pipeline.status().state === wanted) resolve();
      };
      onChange();
    });
  }

  it('T05 stops, with viewers told of an interruption and the operator of the reason, when its picture says who made it', async () => {
    const [signed = Buffer.alloc(0)] = await encode(
      [...testPicture('320x240', 1), ...liveVideo, ...shortFragments, 'pipe:3'],
      1,
    );
    const pipeline = build({ base: { name: 'file', source, isTestCard: false } });
    pipeline.start();
    encoder.encode(media);
    const viewer = new Viewer();
    pipeline.rendition('360p')?.fanOut.subscribe(viewer, 'keyframe');
    const heard = viewer.heard.length;
    encoder.betray(media.audio, '360p', signed);
    expect(pipeline.status().state).toBe('interrupted');
    expect(encoder).toMatchObject({ stops: 1, sources: [expect.anything()] });
    expect(viewer.heard.length).toBe(heard);
    expect(troubles.join()).toMatch(/360p of the encoder holds .*SEI.* Install another FFmpeg/);
    await pipeline.close();
  });

  it("T05 leaves a publisher's own picture out when it says who made it", async () => {
    const [signed = Buffer.alloc(0)] = await encode(
      [...testPicture('320x240', 1), ...liveVideo, ...shortFragments, 'pipe:3'],
      1,
    );
    const passthrough = { kind: 'fits', bitsPerSecond: 1_000_000 } as const;
    const pipeline = build({ offersSource: true });
    pipeline.begin(publication({ passthrough }));
    encoder.betray(media.audio, 'source', signed);
    expect(troubles.join()).toContain('your picture is not offered as it is');
    while (encoder.sources.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    const [first, second] = encoder.sources.map(({ input }) => 'keepsPicture' in input);
    expect([first, second]).toEqual([true, false]);
    await pipeline.close();
  });

  it('is live, and has something to choose from, when every picture has begun, and not before', () => {
    const pipeline = build({ ladderFor: () => [rungOf({ height: 360 }), rungOf({ height: 240 })] });
    const seen = new Set<string>();
    onChange = () => {
      const { state, renditions } = pipeline.status();
      seen.add([state, ...renditions.map(({ name }) => name)].join(' '));
    };
    pipeline.begin(publication());
    encoder.encode(media, ['240p', '360p']);
    expect([...seen].filter((each) => each !== 'starting')).toEqual(['live 360p 240p audio']);
  });

  it('is live with what there is, when a picture of a run never comes', () => {
    // Between two keyframes more time passes than a run has to be whole.
    const now = (): number => (nowMs += 4000);
    const pipeline = build({ now, ladderFor: () => [rungOf({ height: 360 }), rungOf({ height: 240 })] });
    pipeline.begin(publication());
    encoder.encode(media, []);
    expect(pipeline.status()).toMatchObject({ state: 'starting', renditions: [] });
    encoder.encode(media, ['240p']);
    expect(pipeline.status()).toMatchObject({ state: 'live', renditions: [{ name: '240p' }, { name: 'audio' }] });
  });

  it('is offline until its base source gives a picture, then offers every rendition', () => {
    const pipeline = build({ base: { name: 'file', source, isTestCard: false } });
    expect(pipeline.status()).toMatchObject({ state: 'offline', renditions: [], run: 0 });
    pipeline.start();
    expect(pipeline.status().state).toBe('starting');
    expect(pipeline.onAir).toBe('file');
    nowMs = 700;
    encoder.encode(media);
    nowMs = 2700;
    expect(pipeline.status()).toMatchObject({ state: 'live', stateSeconds: 0, uptimeSeconds: 2, run: 1 });
    expect(pipeline.status().renditions.map(({ name, width }) => [name, width])).toEqual([
      ['360p', 320],
      ['audio', undefined],
    ]);
  });

  it('asks for the ladder of each source by the size of its picture, and sends viewers of what is gone to what is there', () => {
    const asked: unknown[] = [];
    const all = [rungOf({ height: 720 }), rungOf({ height: 360 })];
    const ladderFor = (picture: PictureSize | undefined) => {
      asked.push(picture);
      return picture?.height === 360 ? all.slice(1) : all;
    };
    const pipeline = build({ base: { name: 'test', source, isTestCard: true }, ladderFor });
    pipeline.start();
    encoder.encode(media, ['720p', '360p']);
    const namesOf = () => pipeline.status().renditions.map(({ name }) => name);
    expect(namesOf()).toEqual(['720p', '360p', 'audio']);
    const [large, small] = [new Viewer(), new Viewer()];
    pipeline.rendition('720p')?.fanOut.subscribe(large, 'keyframe');
    pipeline.rendition('360p')?.fanOut.subscribe(small, 'keyframe');
    const picture = { width: 640, height: 360 };
    pipeline.begin(publication({ picture }));
    expect(encoder.sources.at(-1)).toMatchObject({ picture, ladder: all.slice(1) });
    expect(asked).toEqual([undefined, undefined, picture]);
    expect(large.ends).toEqual([]);
    encoder.encode(media);
    expect([large.ends, small.ends, namesOf()]).toEqual([['resync'], ['resync'], ['360p', 'audio']]);
    pipeline.end(publication());
  });

  it('puts one publisher on air at a time, in place of the test card, whose uptime does not count', () => {
    const pipeline = build({ base: { name: 'test', source, isTestCard: true } });
    pipeline.start();
    encoder.encode(media);
    nowMs = 60_000;
    expect(pipeline.begin(publication())).toBe('accepted');
    expect(pipeline.begin(publication())).toBe('busy');
    expect(pipeline.onAir).toBe('rtmp');
    encoder.encode(media);
    expect(pipeline.status()).toMatchObject({ state: 'live', uptimeSeconds: 0 });
  });

  it('says what stands in for the broadcast: a test card, or the slate of a publisher who is away', () => {
    const pipeline = build({ base: { name: 'test', source, isTestCard: true } });
    pipeline.start();
    encoder.encode(media);
    expect(pipeline.status()).toMatchObject({ state: 'live', standIn: 'test-card' });
    let isSlate = false;
    const publisher: Publication = {
      ...publication(),
      get isSlate() {
        return isSlate;
      },
    };
    pipeline.begin(publisher);
    encoder.encode(media);
    expect(pipeline.status().standIn).toBeUndefined();
    isSlate = true;
    expect(pipeline.status()).toMatchObject({ state: 'live', standIn: 'slate' });
    pipeline.end(publisher);
    expect(pipeline.status().standIn).toBeUndefined();
  });

  it('waits for a publisher who is gone, then says that the broadcast has ended and lets viewers go', async () => {
    const pipeline = build({ base: { name: 'test', source, isTestCard: true } });
    const publisher = publication();
    pipeline.begin(publisher);
    encoder.encode(media);
    const viewer = new Viewer();
    pipeline.rendition('360p')?.fanOut.subscribe(viewer, 'keyframe');
    pipeline.end(publication());
    expect(pipeline.status().state).toBe('live');
    pipeline.end(publisher);
    expect(pipeline.status().state).toBe('interrupted');
    expect(viewer.ends).toEqual([]);
    await state(pipeline, 'ended');
    expect(viewer.ends).toEqual(['resync']);
    expect(pipeline.status().renditions).toEqual([]);
    expect(pipeline.rendition('360p')?.window.hasEnded).toBe(true);
  });

  it('comes back to a base source that is more than a test card', async () => {
    const pipeline = build({ base: { name: 'file', source, isTestCard: false } });
    const publisher = publication();
    pipeline.begin(publisher);
    encoder.encode(media);
    pipeline.end(publisher);
    await new Promise<void>((resolve) => {
      onChange = () => {
        if (pipeline.onAir === 'file') resolve();
      };
    });
    expect(encoder.sources.at(-1)).toMatchObject(source);
  });

  it('keeps viewers while the encoder is gone and ends them with the first keyframe of the next run, on a timeline that goes on', () => {
    const pipeline = build();
    pipeline.begin(publication());
    encoder.encode(media);
    const viewer = new Viewer();
    pipeline.rendition('360p')?.fanOut.subscribe(viewer, 'keyframe');
    encoder.fail();
    expect(pipeline.status().state).toBe('interrupted');
    expect(troubles.join()).toContain('FFmpeg ended.');
    expect(viewer.ends).toEqual([]);
    encoder.encode(media);
    expect(viewer.ends).toEqual(['resync']);
    expect(pipeline.status()).toMatchObject({ state: 'live', run: 2 });
    const window = pipeline.rendition('360p')?.window;
    expect(window?.listed.filter(({ breaks }) => breaks > 0).length).toBeLessThanOrEqual(1);
  });

  it('has what is on air encoded in fewer sizes when the machine is too slow, as long as there are fewer', () => {
    const large = rungOf({ height: 720 });
    const small = rungOf({ height: 360 });
    const pipeline = build({
      ladderFor: () => [large, small],
      onBehind: (ladder) => (ladder.length > 1 ? ladder.slice(1) : undefined),
      base: { name: 'file', source, isTestCard: false },
    });
    pipeline.start();
    encoder.encode(media, ['720p', '360p']);
    const viewer = new Viewer();
    pipeline.rendition('720p')?.fanOut.subscribe(viewer, 'keyframe');
    encoder.fallBehind();
    expect(encoder.sources.map(({ ladder = [] }) => ladder.map(({ name }) => name))).toEqual([
      ['720p', '360p'],
      ['360p'],
    ]);
    encoder.encode(media);
    expect(pipeline.status()).toMatchObject({ state: 'live' });
    expect(pipeline.status().renditions.map(({ name }) => name)).toEqual(['360p', 'audio']);
    expect(viewer.ends).toHaveLength(1);
    encoder.fallBehind();
    expect(encoder.sources).toHaveLength(2);
  });

  it('reads a publisher anew when its media has changed', async () => {
    let hasAudio = false;
    const publisher = publication();
    Object.defineProperty(publisher, 'hasAudio', { get: () => hasAudio });
    const pipeline = build();
    pipeline.begin(publisher);
    encoder.encode(media);
    hasAudio = true;
    encoder.finishSource();
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (encoder.sources.length < 2) return;
        clearInterval(look);
        resolve();
      }, 5);
    });
    expect(encoder.sources.map(({ input }) => input)).toEqual([
      { kind: 'pipe', format: 'flv', hasAudio: false },
      { kind: 'pipe', format: 'flv', hasAudio: true },
    ]);
  });

  it('says what is wrong when the encoder sends what cannot be read, and does not fall over', () => {
    const pipeline = build();
    pipeline.begin(publication());
    encoder.garble();
    expect(troubles).toHaveLength(1);
    expect(pipeline.status().state).toBe('starting');
  });

  it("believes a publisher's own account of its start", () => {
    const pipeline = build();
    nowMs = 50_000;
    pipeline.begin(publication({ startedAtMs: 1_000_000 + 20_000 }));
    encoder.encode(media);
    expect(pipeline.status().uptimeSeconds).toBe(30);
  });

  it('closes twice, ends everybody, and takes nobody on air any more', async () => {
    const pipeline = build();
    pipeline.begin(publication());
    encoder.encode(media);
    const viewer = new Viewer();
    pipeline.rendition('audio')?.fanOut.subscribe(viewer, 'keyframe');
    await pipeline.close();
    await pipeline.close();
    expect(viewer.ends).toEqual(['closed']);
    expect(encoder.closed).toBe(true);
    expect(pipeline.begin(publication())).toBe('busy');
  });
});
