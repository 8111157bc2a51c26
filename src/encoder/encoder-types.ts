import type { Readable } from 'node:stream';
import type { Reach } from './fence.ts';

/** x264's speed against quality, fastest first. */
export type X264Preset =
  | 'ultrafast'
  | 'superfast'
  | 'veryfast'
  | 'faster'
  | 'fast'
  | 'medium'
  | 'slow'
  | 'slower'
  | 'veryslow';

/** Pixels of a picture as it is shown. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** One video rendition of the ladder. All renditions share one audio, whose output is called `audio`. */
export interface LadderRung {
  /** Public name and name of FFmpeg's output: `360p`. */
  readonly name: string;
  readonly height: number;
  /** The width is what keeps the picture's shape within this box, even, never enlarged. */
  readonly maxWidth: number;
  readonly bitsPerSecond: number;
  /** How much CPU this rung is worth; absent: by its height. */
  readonly preset?: X264Preset;
}

/** What FFmpeg is to read. `capture`: it opens the source itself; `pipe`: media arrives on its standard input in a pinned format. */
export type EncoderInput =
  | {
      readonly kind: 'capture';
      /** Input arguments, in the order of the streams: the first input holds the video. Never from the network. */
      readonly args: readonly string[];
      /** FFmpeg's stream specifier of the audio (`0:a:0`, `1:a:0`), absent if the source has none: silence is encoded then. */
      readonly audio?: string;
      /** Variables FFmpeg must see to reach the source (`DISPLAY`, `PULSE_SERVER`); it gets nothing else of ours. */
      readonly environment?: Readonly<Record<string, string>>;
      /** What it opens on this machine, which a fence would otherwise keep from it. Default: nothing. */
      readonly reach?: Reach;
    }
  | {
      readonly kind: 'pipe';
      readonly format: 'flv' | 'mp4';
      readonly hasAudio: boolean;
      /** The picture is wanted as it comes, too: as the output `source`. */
      readonly keepsPicture?: boolean;
    };

/** What the encoder asks for at the start of every run; a run is one FFmpeg process. */
export interface EncoderSource {
  readonly input: EncoderInput;
  /** How large its picture is, if that is known before it is opened. */
  readonly picture?: PictureSize;
  /** What it is encoded to, in place of the encoder's own ladder. */
  readonly ladder?: readonly LadderRung[];
  /** Only for `pipe`: media from the beginning of a decodable stream (headers, then a keyframe). A new one for each run. It ends when the source does. */
  open?(): Readable;
}

/** Why a run is over. After `failed` and `stalled` the encoder tries again by itself after `retryInMs`. */
export type RunEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'source-ended' }
  | { readonly kind: 'failed'; readonly message: string; readonly retryInMs: number }
  | { readonly kind: 'stalled'; readonly message: string; readonly retryInMs: number };

/** What the owner of an encoder hears. `run` counts from 1 and never repeats. Nothing of a run comes after its end. */
export interface EncoderListener {
  onRunStarted(run: number): void;
  /** Bytes of a fragmented MP4: `output` is a rung's name, `audio` or `source`. */
  onBytes(run: number, output: string, bytes: Buffer): void;
  onRunEnded(run: number, end: RunEnd): void;
  /** This machine has been too slow for the run for a while. Said again after as long, while it is so. */
  onBehind?(run: number): void;
}
