import { expect, it } from 'vitest';
import { FanOut } from './fan-out.ts';
import { withPersonal } from './personal-channel.ts';

it('what is of one subscriber alone stands right behind the head, once, and reaches nobody else', () => {
  const shared = new FanOut({ maxPieces: 10, maxBytes: 1000 });
  shared.setHead(Buffer.from('head '));
  shared.publish(Buffer.from('old '));
  const written = { mine: '', other: '' };
  const sinkOf = (who: keyof typeof written) => ({
    write: (bytes: Buffer) => {
      written[who] += bytes.toString();
    },
    end: () => undefined,
  });
  withPersonal(Buffer.from('mine '), shared).subscribe(sinkOf('mine'), { afterId: 0 });
  shared.subscribe(sinkOf('other'), { afterId: 0 });
  shared.publish(Buffer.from('new'));
  expect(written).toEqual({ mine: 'head mine old new', other: 'head old new' });
  shared.close();
});
