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

/**
 * Source text of an expression that reads the clock of `video` (an expression that gives the element) in a page:
 * `{ now, shown, height }` in milliseconds and pixels, or null if no clock can be read.
 */
export function readClockExpression(video: string): string {
  return `(() => {
    const v = ${video};
    if (!v || !v.videoWidth || v.readyState < 2) return null;
    const scale = v.videoWidth / ${pictureWidth};
    const w = Math.round(${blocksPerRow * blockSize} * scale), h = Math.round(${2 * blockSize} * scale);
    const canvas = v.ownerDocument.createElement('canvas');
    canvas.width = w; canvas.height = h;
    const g = canvas.getContext('2d');
    const now = Date.now();
    g.drawImage(v, 0, 0, w, h, 0, 0, w, h);
    const d = g.getImageData(0, 0, w, h).data;
    let ms = 0, check = 0;
    for (let i = 0; i < ${totalBits}; i++) {
      const x = Math.round(((i % ${blocksPerRow}) * ${blockSize} + ${blockSize / 2}) * scale);
      const y = Math.round((Math.floor(i / ${blocksPerRow}) * ${blockSize} + ${blockSize / 2}) * scale);
      if (d[(y * w + x) * 4] > 128) { if (i < ${timeBits}) ms += 2 ** i; else check |= 1 << (i - ${timeBits}); }
    }
    if (((ms % 16) ^ 10) !== check) return null;
    return { now, shown: ms, height: v.videoHeight };
  })()`;
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
