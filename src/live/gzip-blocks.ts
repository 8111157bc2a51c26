import { constants, deflateRawSync } from 'node:zlib';

/*
 * A gzip stream (RFC 1952) whose blocks know nothing of each other, so that many responses can share them: whatever has been made by one of these
 * functions may follow anything else, behind one header. Responses without end have no end of it either.
 */

/** Begins the stream: no name, no time, no system. */
export const gzipHeader: Buffer = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** A stored block has 16 bits for its length (RFC 1951, 3.2.4). */
const maxStoredBytes = 0xffff;

/** The bytes as they are: five more for every 65,535. */
export function storedBlocks(bytes: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += maxStoredBytes) {
    const stored = bytes.subarray(at, at + maxStoredBytes);
    const header = Buffer.alloc(5);
    header.writeUInt16LE(stored.length, 1);
    header.writeUInt16LE(0xffff - stored.length, 3);
    blocks.push(header, stored);
  }
  return blocks;
}

/** The bytes compressed, up to a whole byte (RFC 1951, 3.2.3: an empty stored block at the end sees to that). */
export function squeezedBlocks(bytes: Buffer): Buffer {
  return deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** Ends the stream: an empty last block, and what the bytes must come to (RFC 1952, 2.3.1). */
export function gzipEnd(crc: number, length: number): Buffer {
  const end = Buffer.from([0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  end.writeUInt32LE(crc >>> 0, 2);
  end.writeUInt32LE(length % 2 ** 32, 6);
  return end;
}
