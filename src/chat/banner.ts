import type { Message } from './message.ts';
import type { PublicModes } from './modes.ts';
import type { PollStatus } from './poll.ts';

/** What stands above the talk for everybody. */
export interface Banner {
  readonly pinned?: Message;
  readonly poll?: PollStatus;
  readonly modes: PublicModes;
}
