import { malformed } from './boxes.ts';
import { placeFragment, type Fragment } from './fragment.ts';
import { FragmentReader } from './fragment-reader.ts';
import { parseInitSegment, retrackInitSegment, type InitSegment, type Track } from './init-segment.ts';
import { metadataError, metadataInFragment, metadataInInit, unitLengthBytes } from './metadata-check.ts';
import { MuxedRendition } from './muxed-rendition.ts';
import type { Piece, RenditionInit } from './piece.ts';
import { scrubInitSegment } from './scrub.ts';

/** Name of the encoder's sound output, and of the rendition that carries sound alone. */
export const audioRendition = 'audio';

const videoTrackId = 1;
/** Also in the audio-only rendition, so that one buffer serves every rendition. */
const audioTrackId = 2;
/** Sound can be entered anywhere; a second between starting points keeps the burst to a new viewer short. */
const audioStartIntervalSeconds = 1;
/** Far below a tick of any timescale, far above the error of adding seconds. */
const epsilonSeconds = 1e-6;

/** Where the packaged renditions go: the init segment first, then pieces. */
export interface PackagerSink {
  onInit(rendition: string, init: RenditionInit): void;
  onPiece(rendition: string, piece: Piece): void;
}

/** A video output. */
export interface VideoOutput {
  readonly name: string;
  /** It begins whenever its first picture comes: others say where the run begins. What it sends before they have is left out. */
  readonly follows?: boolean;
}

/** What the packager of one run must know. */
export interface PackagerOptions {
  /** The video outputs; each becomes a rendition with the shared sound. */
  readonly video: readonly VideoOutput[];
  /** Where the run begins on the broadcast's timeline: 0, or at least the end of the run before. */
  readonly startSeconds: number;
  /** The outputs are on the broadcast's timeline already: nothing is shifted, and what is before `startSeconds` is left out. */
  readonly isPlaced?: boolean;
  readonly sink: PackagerSink;
}

/** One output of the encoder: its bytes, and what is known about them so far. */
interface Output {
  readonly name: string;
  readonly kind: 'video' | 'audio';
  readonly follows: boolean;
  readonly reader: FragmentReader;
  track: Track | undefined;
  /** Of the lengths of its NAL units, if it is H.264. */
  unitLengthBytes: number | undefined;
  lastStartSeconds: number;
}

/**
 * Turns the outputs of one encoder run into what viewers get: per video rendition the picture merged with the shared sound, and the sound alone.
 * Init segments are scrubbed, and everything is checked for metadata before it leaves; fragments are shifted by one offset for all outputs (exact to a tick), chosen so that
 * the first fragment of the run begins at `startSeconds`. What another output has from before that moment is left out.
 *
 * In rendition `audio` a piece is a starting point (`keyframe`) when the one before is at least a second back.
 */
export class Packager {
  readonly #sink: PackagerSink;
  readonly #startSeconds: number;
  readonly #outputs = new Map<string, Output>();
  readonly #renditions = new Map<string, MuxedRendition>();
  #offsetSeconds: number | undefined;
  #endSeconds: number;
  #audioStartSeconds = Number.NEGATIVE_INFINITY;

  constructor({ video, startSeconds, isPlaced, sink }: PackagerOptions) {
    this.#sink = sink;
    this.#startSeconds = startSeconds;
    this.#endSeconds = startSeconds;
    if (isPlaced === true) this.#offsetSeconds = 0;
    for (const { name, follows } of video) {
      this.#addOutput(name, 'video', follows);
      this.#renditions.set(
        name,
        new MuxedRendition({
          onInit: (init) => sink.onInit(name, init),
          onPiece: (piece) => sink.onPiece(name, piece),
        }),
      );
    }
    this.#addOutput(audioRendition, 'audio');
  }

  /** End of the latest piece on the broadcast's timeline; `startSeconds` before the first. */
  get endSeconds(): number {
    return this.#endSeconds;
  }

  /**
   * Takes the next bytes of an output (a name from `video`, or `audio`). Throws MEDIA_MALFORMED when they are no fragmented MP4 of one such track,
   * go back in time or begin anew, MEDIA_METADATA when they tell more than picture and sound; the run must end then.
   */
  push(output: string, bytes: Buffer): void {
    const known = this.#outputs.get(output);
    if (known === undefined) throw new Error(`The packager has no output called ${output}`);
    known.reader.push(bytes);
  }

  #addOutput(name: string, kind: Output['kind'], follows = false): void {
    const reader = new FragmentReader({
      onInit: (init) => this.#takeInit(output, init),
      onFragment: (fragment) => this.#takeFragment(output, fragment),
    });
    const lastStartSeconds = Number.NEGATIVE_INFINITY;
    const output: Output = {
      name,
      kind,
      follows,
      reader,
      track: undefined,
      unitLengthBytes: undefined,
      lastStartSeconds,
    };
    this.#outputs.set(name, output);
  }

  #takeInit(output: Output, init: InitSegment): void {
    const [track] = init.tracks;
    if (output.track !== undefined) throw malformed(`output ${output.name} began anew`);
    if (track?.kind !== output.kind || init.tracks.length > 1)
      throw malformed(`output ${output.name} holds another kind of media`);
    output.track = track;
    const scrubbed = parseInitSegment(scrubInitSegment(init.bytes));
    const clean = retrackInitSegment(scrubbed, trackIdOf(output));
    const found = metadataInInit(clean.bytes);
    if (found !== undefined) throw metadataError(output.name, found);
    output.unitLengthBytes = unitLengthBytes(clean.bytes);
    if (output.kind === 'video') {
      this.#renditions.get(output.name)?.setVideo(clean);
      return;
    }
    this.#sink.onInit(audioRendition, { bytes: clean.bytes, codecs: [track.codec] });
    for (const rendition of this.#renditions.values()) rendition.setAudio(clean);
  }

  #takeFragment(output: Output, fragment: Fragment): void {
    const found = metadataInFragment(fragment, output.unitLengthBytes);
    if (found !== undefined) throw metadataError(output.name, found);
    const piece = this.#place(output, fragment);
    if (piece === undefined) return;
    this.#endSeconds = Math.max(this.#endSeconds, piece.startSeconds + piece.durationSeconds);
    if (output.kind === 'video') {
      this.#renditions.get(output.name)?.take(piece);
      return;
    }
    for (const rendition of this.#renditions.values()) rendition.take(piece);
    const isStart = piece.startSeconds - this.#audioStartSeconds >= audioStartIntervalSeconds - epsilonSeconds;
    if (isStart) this.#audioStartSeconds = piece.startSeconds;
    this.#sink.onPiece(audioRendition, { ...piece, keyframe: isStart });
  }

  /** The fragment on the broadcast's timeline; undefined when it is empty or from before the start. */
  #place(output: Output, fragment: Fragment): Piece | undefined {
    const [run] = fragment.tracks;
    const { track } = output;
    if (run === undefined || track === undefined || run.samples.length === 0) return undefined;
    if (output.follows && this.#offsetSeconds === undefined) return undefined;
    this.#offsetSeconds ??= this.#startSeconds - run.decodeTime / track.timescale;
    // Up to the next whole tick: never before `startSeconds`, and the same for the whole run.
    const shift = Math.ceil((this.#offsetSeconds - epsilonSeconds) * track.timescale);
    const startSeconds = (run.decodeTime + shift) / track.timescale;
    if (startSeconds < this.#startSeconds - epsilonSeconds) return undefined;
    if (startSeconds <= output.lastStartSeconds) throw malformed(`the time of output ${output.name} goes back`);
    output.lastStartSeconds = startSeconds;
    return {
      bytes: placeFragment(fragment, { trackId: trackIdOf(output), shift }),
      kind: output.kind,
      keyframe: output.kind === 'video' && run.startsWithSync,
      startSeconds,
      durationSeconds: run.duration / track.timescale,
      samples: run.samples.length,
    };
  }
}

function trackIdOf(output: Output): number {
  return output.kind === 'video' ? videoTrackId : audioTrackId;
}
