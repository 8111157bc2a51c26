/** One variant stream: a rendition with picture and sound in the same segments, or the sound alone. */
export interface VariantStream {
  /** Address of its media playlist: `/stream/360p/index.m3u8`. */
  readonly uri: string;
  /** Upper bound of any segment's bit rate, in bits per second, picture and sound together. */
  readonly bandwidth: number;
  readonly averageBandwidth?: number;
  /** RFC 6381 names. */
  readonly codecs: readonly string[];
  /** Absent for sound alone. */
  readonly width?: number;
  readonly height?: number;
  /** Frames a second, at most. */
  readonly frameRate?: number;
}

/**
 * The multivariant playlist (RFC 8216bis 4.4.6), variants in the given order: players begin with the first. Picture and sound are never separate playlists:
 * over Tor each request costs a round trip. No tag in it needs EXT-X-VERSION (8).
 */
export function renderMultivariantPlaylist(variants: readonly VariantStream[]): string {
  const entries = variants.flatMap((variant) => [`#EXT-X-STREAM-INF:${renderAttributes(variant)}`, variant.uri]);
  return `${['#EXTM3U', '#EXT-X-INDEPENDENT-SEGMENTS', ...entries].join('\n')}\n`;
}

function renderAttributes(variant: VariantStream): string {
  const { bandwidth, averageBandwidth, codecs, width, height, frameRate } = variant;
  const attributes = [`BANDWIDTH=${Math.ceil(bandwidth)}`];
  if (averageBandwidth !== undefined) attributes.push(`AVERAGE-BANDWIDTH=${Math.ceil(averageBandwidth)}`);
  // A quoted string holds neither quotes nor line breaks (RFC 8216bis 4.2), and a codec's name is plain by RFC 6381.
  attributes.push(`CODECS="${codecs.map((codec) => codec.replaceAll(/[^\w.+-]/g, '')).join(',')}"`);
  if (width !== undefined && height !== undefined) attributes.push(`RESOLUTION=${width}x${height}`);
  if (frameRate !== undefined) attributes.push(`FRAME-RATE=${frameRate.toFixed(3)}`);
  return attributes.join(',');
}
