import type { Channel } from './endless-response.ts';

/** A channel that says `resync` after so many pieces: an endless document must not grow for ever in a browser. */
export function limitedTo(maxPieces: number, channel: Channel): Channel {
  return {
    subscribe(sink, from) {
      let left = maxPieces;
      return channel.subscribe(
        {
          write(bytes) {
            sink.write(bytes);
            left -= 1;
            if (left === 0) sink.end('resync');
          },
          end: (reason) => sink.end(reason),
        },
        from,
      );
    },
  };
}
