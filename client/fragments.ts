/** What an endless media response is made of: whole, so that two responses can be joined between any two of them. */
export interface Fragment {
  /** `init`: the init segment; else a movie fragment of one track, with whatever boxes stood before it. */
  readonly kind: 'init' | 'picture' | 'sound';
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** On the timeline of the broadcast, in seconds; 0 for an init segment. */
  readonly start: number;
  readonly end: number;
  /** Decoding can begin here. */
  readonly isKeyframe: boolean;
}

/** Every rendition has its picture in this track (see `mp4/packager.ts`). */
const pictureTrack = 1;
/** Far more than ten seconds of the best rendition: what claims to be larger is no media of ours. */
const maxBoxBytes = 16 * 1024 * 1024;
/** sample_is_non_sync_sample, ISO/IEC 14496-12 8.8.3.1. */
const notSync = 0x10000;

interface Box {
  readonly type: string;
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** Cuts the bytes of a response, however they come, into fragments, and reads from each when it is to be played. */
export class FragmentReader {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Where the next box begins that has not been looked at. */
  #at = 0;
  #moof: Box | undefined;
  readonly #timescales = new Map<number, number>();

  /** Takes the next bytes; gives the fragments that are whole by now. Throws if this is no media of ours. */
  push(bytes: Uint8Array<ArrayBuffer>): Fragment[] {
    this.#bytes = this.#bytes.length === 0 ? bytes : concat(this.#bytes, bytes);
    const found: Fragment[] = [];
    for (;;) {
      const box = boxAt(viewOf(this.#bytes), this.#at);
      if (box === undefined || box.end > this.#bytes.length) return found;
      const fragment = this.#take(box);
      if (fragment !== undefined) found.push(fragment);
    }
  }

  #take(box: Box): Fragment | undefined {
    this.#at = box.end;
    if (box.type === 'moof') this.#moof = box;
    if (box.type !== 'moov' && (box.type !== 'mdat' || this.#moof === undefined)) return undefined;
    const view = viewOf(this.#bytes);
    const bytes = this.#bytes.subarray(0, box.end);
    const fragment =
      box.type === 'moov'
        ? this.#readInit(view, box, bytes)
        : readMoof(view, this.#moof ?? box, bytes, this.#timescales);
    this.#bytes = this.#bytes.subarray(box.end);
    this.#at = 0;
    this.#moof = undefined;
    return fragment;
  }

  #readInit(view: DataView, moov: Box, bytes: Uint8Array<ArrayBuffer>): Fragment {
    for (const trak of children(view, moov).filter(({ type }) => type === 'trak')) {
      const tkhd = find(view, trak, 'tkhd');
      const mdhd = find(view, find(view, trak, 'mdia'), 'mdhd');
      // Two times stand before what is wanted, as wide as the version says.
      const isWide = (box: Box): boolean => view.getUint8(box.body) === 1;
      const track = view.getUint32(tkhd.body + (isWide(tkhd) ? 20 : 12));
      this.#timescales.set(track, view.getUint32(mdhd.body + (isWide(mdhd) ? 20 : 12)));
    }
    return { kind: 'init', bytes, start: 0, end: 0, isKeyframe: false };
  }
}

/** ISO/IEC 14496-12 8.8.7, 8.8.8 and 8.8.12. */
function readMoof(
  view: DataView,
  moof: Box,
  bytes: Uint8Array<ArrayBuffer>,
  timescales: ReadonlyMap<number, number>,
): Fragment {
  const traf = find(view, moof, 'traf');
  const tfhd = find(view, traf, 'tfhd');
  const tfdt = find(view, traf, 'tfdt');
  const track = view.getUint32(tfhd.body + 4);
  const timescale = timescales.get(track);
  if (timescale === undefined) throw new Error('A fragment has an unknown track');
  const isWide = view.getUint8(tfdt.body) === 1;
  const start = isWide ? Number(view.getBigUint64(tfdt.body + 4)) : view.getUint32(tfdt.body + 4);
  const { ticks, firstFlags } = readRun(view, find(view, traf, 'trun'), readDefaults(view, tfhd));
  return {
    kind: track === pictureTrack ? 'picture' : 'sound',
    bytes,
    start: start / timescale,
    end: (start + ticks) / timescale,
    isKeyframe: (firstFlags & notSync) === 0,
  };
}

interface Defaults {
  readonly duration: number;
  readonly flags: number;
}

function readDefaults(view: DataView, tfhd: Box): Defaults {
  const flags = view.getUint32(tfhd.body) & 0xffffff;
  let at = tfhd.body + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
  const next = (isThere: number): number => {
    if (isThere === 0) return 0;
    at += 4;
    return view.getUint32(at - 4);
  };
  const duration = next(flags & 0x8);
  next(flags & 0x10);
  return { duration, flags: next(flags & 0x20) };
}

function readRun(
  view: DataView,
  trun: Box,
  defaults: Defaults,
): { readonly ticks: number; readonly firstFlags: number } {
  const flags = view.getUint32(trun.body) & 0xffffff;
  const count = view.getUint32(trun.body + 4);
  let at = trun.body + 8 + (flags & 0x1 ? 4 : 0);
  const ownFirst = flags & 0x4 ? view.getUint32(at) : undefined;
  if (ownFirst !== undefined) at += 4;
  const width = 4 * [0x100, 0x200, 0x400, 0x800].filter((field) => flags & field).length;
  if (count * width > trun.end - at) throw new Error('A run is longer than its box');
  const flagsAt = at + (flags & 0x100 ? 4 : 0) + (flags & 0x200 ? 4 : 0);
  const firstFlags = ownFirst ?? (flags & 0x400 ? view.getUint32(flagsAt) : defaults.flags);
  if (!(flags & 0x100)) return { ticks: count * defaults.duration, firstFlags };
  let ticks = 0;
  for (let index = 0; index < count; index += 1) ticks += view.getUint32(at + index * width);
  return { ticks, firstFlags };
}

function boxAt(view: DataView, start: number): Box | undefined {
  if (start + 8 > view.byteLength) return undefined;
  const size = view.getUint32(start);
  const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(start + offset)));
  if (size < 8 || size > maxBoxBytes) throw new Error('A box has an impossible size');
  return { type, start, body: start + 8, end: start + size };
}

function children(view: DataView, parent: Box): Box[] {
  const found: Box[] = [];
  for (let at = parent.body; at < parent.end; ) {
    const box = boxAt(view, at);
    if (box === undefined || box.end > parent.end) throw new Error('A box is longer than what holds it');
    found.push(box);
    at = box.end;
  }
  return found;
}

function find(view: DataView, parent: Box, type: string): Box {
  const box = children(view, parent).find((child) => child.type === type);
  if (box === undefined) throw new Error(`A box lacks ${type}`);
  return box;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function concat(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
