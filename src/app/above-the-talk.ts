import type { Bus } from '../bus/port.ts';
import type { Banner } from '../chat/banner.ts';
import type { Emotes } from '../chat/emote.ts';
import { publicModes } from '../chat/modes.ts';
import type { Room } from '../chat/room.ts';
import type { ModerationService } from '../staff/moderation-service.ts';
import { PollService } from '../talk/poll-service.ts';
import type { Database } from '../store/database.ts';
import type { MessageRepository } from '../store/messages.ts';
import { PollRepository } from '../store/polls.ts';
import { renderBanner } from '../views/banner.tsx';
import { pollResultText } from '../views/poll-result.ts';
import { textsIn } from '../views/texts/catalogues.ts';

export interface AboveTheTalkOptions {
  readonly database: Database;
  readonly bus: Bus;
  readonly room: Room;
  readonly messages: MessageRepository;
  /** Of what the house says itself. */
  readonly language: string;
  emotes(): Emotes;
  /** Asked only once all is connected. */
  moderation(): ModerationService;
}

/** What stands above the talk: the polls, and the banner with them, the pinned message and the rules of the moment. */
export interface AboveTheTalk {
  readonly polls: PollService;
  renderBanner(language: string): string;
}

/** Connects polls, pinned message and switches with what everybody sees of them. `polls.start()` and `polls.stop()` are for the owner to call. */
export function openAboveTheTalk(options: AboveTheTalkOptions): AboveTheTalk {
  const { database, bus, room, messages, language } = options;
  const stored = new PollRepository(database);
  const polls = new PollService({
    store: {
      commit: (work) => database.commit(work),
      add: (poll) => stored.add(poll),
      saveVote: (vote) => stored.saveVote(vote),
      close: (id) => stored.close(id),
      lastId: () => stored.lastId(),
      open: () => stored.open(),
    },
    now: () => Date.now(),
    onChange: () => bus.publish('room', { kind: 'banner' }),
    onOver: () => options.moderation().moderate({ kind: 'house' }, { kind: 'close-poll' }),
    resultText: (result) => pollResultText(result, textsIn(language)),
  });
  const bannerNow = (): Banner => {
    const { pinnedId } = options.moderation().record;
    const pinned = pinnedId === undefined ? undefined : (room.find(pinnedId) ?? messages.find(pinnedId));
    const poll = polls.status;
    return {
      ...(pinned === undefined ? {} : { pinned: pinned.message }),
      ...(poll === undefined ? {} : { poll }),
      modes: publicModes(room.fairness.modes),
    };
  };
  return {
    polls,
    renderBanner: (wanted) => renderBanner(bannerNow(), { texts: textsIn(wanted), emotes: options.emotes() }),
  };
}
