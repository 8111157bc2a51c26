import { BoxReader, defaultMaxBoxBytes } from './box-reader.ts';
import { joinBytes, malformed } from './boxes.ts';
import { parseFragment, type Fragment } from './fragment.ts';
import { parseInitSegment, type InitSegment } from './init-segment.ts';

/** Who hears what a fragmented stream holds. */
export interface FragmentSink {
  /** Before the first fragment, and again if the writer starts anew in the middle of the stream: what follows belongs to the new one. */
  onInit(init: InitSegment): void;
  /** `position`: how many bytes of the stream came before it. */
  onFragment(fragment: Fragment, position: number): void;
}

/**
 * Reads a stream of fragmented MP4: init segments, and fragments with their buffers ready to keep. What streaming does not need
 * (styp, sidx, prft, emsg, mfra, free and unknown boxes between fragments) is passed over.
 */
export class FragmentReader {
  readonly #sink: FragmentSink;
  readonly #boxes: BoxReader;
  #fileType: Buffer | undefined;
  #init: InitSegment | undefined;
  /** A moof and what came after it; data offsets count from its first byte, so nothing may be left out before the mdat. */
  #fragment: Buffer[] = [];
  #position = 0;

  constructor(sink: FragmentSink, maxBoxBytes: number = defaultMaxBoxBytes) {
    this.#sink = sink;
    this.#boxes = new BoxReader((type, bytes) => this.#takeBox(type, bytes), maxBoxBytes);
  }

  /** Takes the next bytes of the stream. Throws MEDIA_MALFORMED; the stream is useless afterwards. */
  push(bytes: Buffer): void {
    this.#boxes.push(bytes);
  }

  #takeBox(type: string, bytes: Buffer): void {
    if (type === 'ftyp') this.#fileType = bytes;
    else if (type === 'moov') this.#takeMovie(bytes);
    else if (type === 'moof') this.#takeMoof(bytes);
    else if (type === 'mdat') this.#takeData(bytes);
    else this.#takeOther(bytes);
    this.#position += bytes.length;
  }

  #takeMovie(bytes: Buffer): void {
    this.#fragment = [];
    this.#init = parseInitSegment(joinBytes(this.#fileType === undefined ? [bytes] : [this.#fileType, bytes]));
    this.#fileType = undefined;
    this.#sink.onInit(this.#init);
  }

  #takeMoof(bytes: Buffer): void {
    if (this.#fragment.length > 0) throw malformed('a fragment has no media data');
    this.#fragment = [bytes];
  }

  #takeOther(bytes: Buffer): void {
    if (this.#fragment.length === 0) return;
    if (this.#fragment.length > 4) throw malformed('a fragment has no media data');
    this.#fragment.push(bytes);
  }

  #takeData(bytes: Buffer): void {
    if (this.#init === undefined) throw malformed('there is media before its init segment');
    if (this.#fragment.length === 0) throw malformed('this MP4 is not fragmented');
    const before = this.#fragment;
    this.#fragment = [];
    const start = this.#position - before.reduce((sum, part) => sum + part.length, 0);
    this.#sink.onFragment(parseFragment(joinBytes([...before, bytes]), this.#init.tracks, start), start);
  }
}
