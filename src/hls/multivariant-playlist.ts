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
}

/**
 * The multivariant playlist (RFC 8216bis 4.4.6). Variants with a picture come first, in the given order, since players begin with the first; sound alone
 * comes last. Picture and sound are never separate playlists: over Tor each request costs a round trip.
 */
export function renderMultivariantPlaylist(variants: readonly VariantStream[]): string {
  const ordered = [...variants.filter(hasPicture), ...variants.filter((variant) => !hasPicture(variant))];
  const entries = ordered.flatMap((variant) => [`#EXT-X-STREAM-INF:${renderAttributes(variant)}`, variant.uri]);
  return `${['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS', ...entries].join('\n')}\n`;
}

function hasPicture(variant: VariantStream): boolean {
  return variant.width !== undefined && variant.height !== undefined;
}

function renderAttributes(variant: VariantStream): string {
  const { bandwidth, averageBandwidth, codecs, width, height } = variant;
  const attributes = [`BANDWIDTH=${Math.ceil(bandwidth)}`];
  if (averageBandwidth !== undefined) attributes.push(`AVERAGE-BANDWIDTH=${Math.ceil(averageBandwidth)}`);
  // A quoted string holds neither quotes nor line breaks (RFC 8216bis 4.2), and a codec's name is plain by RFC 6381.
  attributes.push(`CODECS="${codecs.map((codec) => codec.replaceAll(/[^\w.+-]/g, '')).join(',')}"`);
  if (width !== undefined && height !== undefined) attributes.push(`RESOLUTION=${width}x${height}`);
  return attributes.join(',');
}
