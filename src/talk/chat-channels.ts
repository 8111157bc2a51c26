import type { Bus } from '../bus/port.ts';
import type { Readers } from '../chat/readers.ts';
import { ChatChannel, type ChatChannelOptions } from './chat-channel.ts';

export interface ChatChannelsOptions extends Omit<ChatChannelOptions, 'readers' | 'epoch'> {
  readonly bus: Bus;
  randomBytes(size: number): Buffer;
}

/** Long enough that no two channels are taken for each other. */
const epochBytes = 6;

/** The channels of the chat, one for each kind of reader, made when the first of them comes. There are as many as languages times circles at most. */
export class ChatChannels {
  readonly #options: ChatChannelsOptions;
  readonly #channels = new Map<string, { readonly channel: ChatChannel; readonly leaveBus: () => void }>();
  #closed = false;

  constructor(options: ChatChannelsOptions) {
    this.#options = options;
  }

  /** The channel for these readers; `language` is one of the catalogue. */
  of({ language, circle }: Readers): ChatChannel {
    const key = `${circle} ${language}`;
    const known = this.#channels.get(key);
    if (known !== undefined) return known.channel;
    const epoch = this.#options.randomBytes(epochBytes).toString('hex');
    const channel = new ChatChannel({ ...this.#options, readers: { language, circle }, epoch });
    const leaveBus = this.#options.bus.subscribe('room', (event) => channel.take(event));
    this.#channels.set(key, { channel, leaveBus });
    if (this.#closed) this.close();
    return channel;
  }

  /** Ends everybody; safe to call twice. */
  close(): void {
    this.#closed = true;
    for (const { channel, leaveBus } of this.#channels.values()) {
      leaveBus();
      channel.close();
    }
  }
}
