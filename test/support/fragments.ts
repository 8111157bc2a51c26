/** One movie fragment as it stands in a fragmented MP4 with a single track. */
export interface Fragment {
  /** Decode time of its first sample, in the track's own unit. */
  readonly tfdt: bigint;
  readonly sizeBytes: number;
}

/** The movie fragments of a file with one track, found by walking its top-level boxes. An unfinished last box is left out. */
export function fragmentsOf(file: Buffer): Fragment[] {
  const found: Fragment[] = [];
  let at = 0;
  while (at + 8 <= file.length) {
    const size = file.readUInt32BE(at);
    if (size < 8 || at + size > file.length) break;
    if (file.toString('latin1', at + 4, at + 8) === 'moof') {
      const moof = file.subarray(at, at + size);
      const body = moof.indexOf('tfdt', 0, 'latin1') + 4;
      const tfdt = moof[body] === 1 ? moof.readBigUInt64BE(body + 4) : BigInt(moof.readUInt32BE(body + 4));
      found.push({ tfdt, sizeBytes: size });
    }
    at += size;
  }
  return found;
}
