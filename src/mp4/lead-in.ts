import { buildBox } from './boxes.ts';

/**
 * Firefox begins to play a stream of unknown length only once it trusts its estimate of the download rate: after a second, or after 57 segments of
 * 1460 bytes. A live stream of a few hundred kbit/s takes that second, and the second stays as latency.
 */
const trustedBytes = 57 * 1460;

/**
 * Bytes without meaning (a `free` box, ISO/IEC 14496-12 8.1.2), to be sent before an init segment, so that a browser without script begins with
 * the first pictures it gets. To be sent compressed: the browser counts what comes out of that.
 */
export function leadIn(): Buffer {
  return buildBox('free', Buffer.alloc(trustedBytes));
}
