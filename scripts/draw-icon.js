import { crc32, deflateSync } from 'node:zlib';

/** The accent colour on which the style sheet's mark is drawn, and the paper of the icon. */
const accent = [179, 157, 255];
const paper = [24, 24, 27];

/**
 * The icon of the site as a PNG (RFC 2083) of `size` by `size` pixels: the mark of the word mark, rings around the middle of the lower edge,
 * on a dark tile with round corners.
 */
export function drawIcon(size) {
  const rows = [];
  for (let y = 0; y < size; y += 1) {
    const row = [0];
    for (let x = 0; x < size; x += 1) row.push(...pixel((x + 0.5) / size, (y + 0.5) / size, size));
    rows.push(Buffer.from(row));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function pixel(x, y, size) {
  const ring = mark(x, y, size);
  const colour = paper.map((from, index) => Math.round(from + (accent[index] - from) * ring));
  return [...colour, Math.round(255 * tile(x, y, size))];
}

/** How much of the pixel the mark covers, 0 to 1: three rings, cut by the lower edge of a circle. */
function mark(x, y, size) {
  const distance = Math.hypot(x - 0.5, y - 0.82);
  const inside = soft(0.36 - Math.hypot(x - 0.5, y - 0.48), size);
  const bands = [
    [0, 0.15],
    [0.25, 0.37],
    [0.48, 0.61],
  ];
  const covered = bands.map(([from, to]) =>
    Math.min(soft(to - distance, size), from === 0 ? 1 : soft(distance - from, size)),
  );
  return Math.min(inside, Math.max(...covered));
}

function tile(x, y, size) {
  const radius = 0.22;
  const dx = Math.max(0, Math.abs(x - 0.5) - (0.5 - radius));
  const dy = Math.max(0, Math.abs(y - 0.5) - (0.5 - radius));
  return soft(radius - Math.hypot(dx, dy), size);
}

/** Antialiasing over one pixel around the edge. */
function soft(distance, size) {
  return Math.min(1, Math.max(0, distance * size + 0.5));
}

function chunk(type, data) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
