import { chunkPayload, frameChunk } from '../live/chunked.ts';
import type { Channel } from '../live/endless-response.ts';
import { setDuration } from '../mp4/set-duration.ts';

/*
 * Chromium starts a video by itself only when it believes that it can play to the end without a pause, which for media without a length it never
 * does: it waits three seconds, and the three seconds stay as latency. So it is told a length, in bytes and in seconds, that promises less than any
 * stream needs: what is missing seems to arrive long before its time.
 */

/** More than anybody is sent in the life of a response: a day at 100 Mbit/s. */
export const announcedBytes: number = 2 ** 40;
/** 31 years: together with the bytes a stream of 9 kbit/s. */
const announcedSeconds = 1_000_000_000;

/** Whether this is the User-Agent of a browser with Chromium's media player. */
export function startsOnlyWithLength(userAgent: string | undefined): boolean {
  return userAgent?.includes('Chrome/') === true;
}

/** The same channel with init segments that say how long the movie is. */
export function withLength(channel: Channel): Channel {
  return {
    subscribe: (sink, from) =>
      channel.subscribe({ write: (bytes) => sink.write(lengthened(bytes)), end: (reason) => sink.end(reason) }, from),
  };
}

/** Whether a browser asks for more of a response that it takes for a file that broke off. There is no more: the next response begins elsewhere. */
export function asksForTheRest(range: string | undefined): boolean {
  return range !== undefined && /^bytes=0*[1-9]/.test(range);
}

/** The same chunk, with an init segment that says how long the movie is if it is one. */
export function lengthened(framed: Buffer): Buffer {
  const payload = chunkPayload(framed);
  const isInit = payload.toString('latin1', 4, 8) === 'ftyp';
  return isInit ? frameChunk(setDuration(payload, announcedSeconds)) : framed;
}
