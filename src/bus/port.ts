import type { Message } from '../chat/message.ts';

/** What travels between the parts of a server and, with another bus, between its nodes. Values are plain data. */
export interface BusTopics {
  /** A message of the chat that has been committed. */
  readonly message: Message;
}

/** Carries what has happened to whoever must know. */
export interface Bus {
  /** Every listener of the topic hears the value, in the order of publishing. */
  publish<Topic extends keyof BusTopics>(topic: Topic, value: BusTopics[Topic]): void;
  /** Returns a function that ends the subscription (safe to call twice). */
  subscribe<Topic extends keyof BusTopics>(topic: Topic, listener: (value: BusTopics[Topic]) => void): () => void;
}
