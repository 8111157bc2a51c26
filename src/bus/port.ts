import type { RoomEvent } from '../chat/room-event.ts';

/** What travels between the parts of a server and, with another bus, between its nodes. Values are plain data. */
export interface BusTopics {
  /** What has happened in the chat and has been committed. */
  readonly room: RoomEvent;
  /** Somebody appears otherwise than before: name, colour or tripcode. */
  readonly appearance: { readonly kind: 'changed'; readonly viewerId: string };
  /** What holds against or in favour of somebody has changed: whoever keeps responses open looks at all of them anew. */
  readonly standing: { readonly kind: 'changed' };
}

/** Carries what has happened to whoever must know. */
export interface Bus {
  /** Every listener of the topic hears the value, in the order of publishing. */
  publish<Topic extends keyof BusTopics>(topic: Topic, value: BusTopics[Topic]): void;
  /** Returns a function that ends the subscription (safe to call twice). */
  subscribe<Topic extends keyof BusTopics>(topic: Topic, listener: (value: BusTopics[Topic]) => void): () => void;
}
