import type { Channel } from './endless-response.ts';

/** A channel with something of this subscriber's own behind its first piece, the head that all share. */
export function withPersonal(bytes: Buffer, channel: Channel): Channel {
  return {
    subscribe(sink, from) {
      let isFirst = true;
      return channel.subscribe(
        {
          write(piece) {
            sink.write(piece);
            if (isFirst) sink.write(bytes);
            isFirst = false;
          },
          end: (reason) => sink.end(reason),
        },
        from,
      );
    },
  };
}
