import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../chat/room-event.ts';
import { LocalBus } from './local.ts';

const removal = (id: number): RoomEvent => ({ kind: 'removed', ids: [id] });
const idOf = (event: RoomEvent): string => (event.kind === 'removed' ? event.ids.join() : event.kind);

describe('LocalBus', () => {
  it('gives every listener every value, in order, until it leaves', () => {
    const bus = new LocalBus(() => undefined);
    const heard: string[] = [];
    const leave = bus.subscribe('room', (event) => heard.push(`a${idOf(event)}`));
    bus.subscribe('room', (event) => heard.push(`b${idOf(event)}`));
    bus.publish('room', removal(1));
    leave();
    leave();
    bus.publish('room', removal(2));
    bus.close();
    bus.publish('room', removal(3));
    expect(heard).toEqual(['a1', 'b1', 'b2']);
  });

  it('T39 reports a listener that throws and goes on with the others', () => {
    const errors: unknown[] = [];
    const bus = new LocalBus((error) => errors.push(error));
    const heard: string[] = [];
    bus.subscribe('room', () => {
      throw new Error('broken listener');
    });
    bus.subscribe('room', (event) => heard.push(idOf(event)));
    bus.publish('room', removal(1));
    expect(heard).toEqual(['1']);
    expect(errors).toEqual([new Error('broken listener')]);
  });
});
