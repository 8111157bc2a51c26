import { describe, expect, it } from 'vitest';
import type { Message } from '../chat/message.ts';
import { LocalBus } from './local.ts';

const message = (id: number): Message => ({ id, atMs: 0, author: { name: 'Mallow', colour: 0 }, text: 'hello' });

describe('LocalBus', () => {
  it('gives every listener every value, in order, until it leaves', () => {
    const bus = new LocalBus(() => undefined);
    const heard: string[] = [];
    const leave = bus.subscribe('message', ({ id }) => heard.push(`a${id}`));
    bus.subscribe('message', ({ id }) => heard.push(`b${id}`));
    bus.publish('message', message(1));
    leave();
    leave();
    bus.publish('message', message(2));
    bus.close();
    bus.publish('message', message(3));
    expect(heard).toEqual(['a1', 'b1', 'b2']);
  });

  it('reports a listener that throws and goes on with the others', () => {
    const errors: unknown[] = [];
    const bus = new LocalBus((error) => errors.push(error));
    const heard: number[] = [];
    bus.subscribe('message', () => {
      throw new Error('broken listener');
    });
    bus.subscribe('message', ({ id }) => heard.push(id));
    bus.publish('message', message(1));
    expect(heard).toEqual([1]);
    expect(errors).toEqual([new Error('broken listener')]);
  });
});
