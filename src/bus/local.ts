import { EventEmitter } from 'node:events';
import type { Bus, BusTopics } from './port.ts';

/** The bus of a single node: listeners are called before `publish` returns. */
export class LocalBus implements Bus {
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  readonly #onError: (error: unknown) => void;

  /** `onError` hears of listeners that throw; the others hear the value all the same. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  publish<Topic extends keyof BusTopics>(topic: Topic, value: BusTopics[Topic]): void {
    this.#emitter.emit(topic, value);
  }

  subscribe<Topic extends keyof BusTopics>(topic: Topic, listener: (value: BusTopics[Topic]) => void): () => void {
    const guarded = (value: BusTopics[Topic]): void => {
      try {
        listener(value);
      } catch (error) {
        this.#onError(error);
      }
    };
    this.#emitter.on(topic, guarded);
    return () => {
      this.#emitter.off(topic, guarded);
    };
  }

  close(): void {
    this.#emitter.removeAllListeners();
  }
}
