/**
 * A clock that survives lossy video: the time in milliseconds as black and white blocks, drawn into the raw frame before any encoder sees it and read
 * back from the displayed picture. 44 bits of time and a 4-bit check, in two rows of 24 blocks of 20 pixels, at the top left of a 640x360 picture.
 */
export const pictureWidth = 640;
export const pictureHeight = 360;

const blockSize = 20;
const blocksPerRow = 24;
const timeBits = 44;
const totalBits = 48;
/** The part of the picture that the clock covers. */
export const clockWidth = blocksPerRow * blockSize;
export const clockHeight = 2 * blockSize;
const white = 235;
const black = 16;
const grey = 128;

/** Draws `ms` into a yuv420p frame, in place. */
export function drawClock(frame: Buffer, ms: number): void {
  for (let bit = 0; bit < totalBits; bit += 1) {
    const left = (bit % blocksPerRow) * blockSize;
    const top = Math.floor(bit / blocksPerRow) * blockSize;
    const level = bitOf(ms, bit) ? white : black;
    for (let y = top; y < top + blockSize; y += 1) {
      const row = y * pictureWidth + left;
      frame.fill(level, row, row + blockSize);
    }
  }
  greyChroma(frame);
}

/** What a video element shows at one moment. */
export interface Look {
  /** The time of this machine, in milliseconds. */
  readonly now: number;
  /** The time that the picture shows; null if there is no picture or none that can be read. */
  readonly shown: number | null;
  /** Pixels of the rendition; 0 without a picture. */
  readonly height: number;
  /** The position in the stream, in seconds. */
  readonly position: number;
}

/**
 * Source text of an expression that looks at `video` (an expression that gives the element) in a page and gives a `Look`.
 */
export function readClockExpression(video: string): string {
  return `(() => {
    const v = ${video};
    const look = { now: Date.now(), shown: null, height: v ? v.videoHeight : 0, position: v ? v.currentTime : 0 };
    if (!v || !v.videoWidth || v.readyState < 2) return look;
    const scale = v.videoWidth / ${pictureWidth};
    const w = Math.round(${blocksPerRow * blockSize} * scale), h = Math.round(${2 * blockSize} * scale);
    const canvas = v.ownerDocument.createElement('canvas');
    canvas.width = w; canvas.height = h;
    const g = canvas.getContext('2d');
    look.now = Date.now();
    g.drawImage(v, 0, 0, w, h, 0, 0, w, h);
    const d = g.getImageData(0, 0, w, h).data;
    let ms = 0, check = 0;
    for (let i = 0; i < ${totalBits}; i++) {
      const x = Math.round(((i % ${blocksPerRow}) * ${blockSize} + ${blockSize / 2}) * scale);
      const y = Math.round((Math.floor(i / ${blocksPerRow}) * ${blockSize} + ${blockSize / 2}) * scale);
      if (d[(y * w + x) * 4] > 128) { if (i < ${timeBits}) ms += 2 ** i; else check |= 1 << (i - ${timeBits}); }
    }
    if (((ms % 16) ^ 10) === check) look.shown = ms;
    return look;
  })()`;
}

/** Reads the clock from the luma of its part of the picture, cut out at its full size; undefined if it cannot be read. */
export function readClock(luma: Buffer): number | undefined {
  let ms = 0;
  let check = 0;
  for (let bit = 0; bit < totalBits; bit += 1) {
    const x = (bit % blocksPerRow) * blockSize + blockSize / 2;
    const y = Math.floor(bit / blocksPerRow) * blockSize + blockSize / 2;
    if ((luma[y * clockWidth + x] ?? 0) <= grey) continue;
    if (bit < timeBits) ms += 2 ** bit;
    else check |= 1 << (bit - timeBits);
  }
  return ((ms % 16) ^ 0b1010) === check ? ms : undefined;
}

function bitOf(ms: number, bit: number): boolean {
  const whole = Math.floor(ms);
  if (bit < timeBits) return Math.floor(whole / 2 ** bit) % 2 === 1;
  return (((whole % 16) ^ 0b1010) >> (bit - timeBits)) % 2 === 1;
}

function greyChroma(frame: Buffer): void {
  const luma = pictureWidth * pictureHeight;
  for (const plane of [luma, luma + luma / 4]) {
    for (let y = 0; y < blockSize; y += 1) {
      const row = plane + (y * pictureWidth) / 2;
      frame.fill(grey, row, row + (blocksPerRow * blockSize) / 2);
    }
  }
}
