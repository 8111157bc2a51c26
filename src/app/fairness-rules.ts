import type { FairnessRules } from '../chat/fairness.ts';
import { defaultFloodPolicy } from '../chat/flood.ts';
import type { ChatModes } from '../chat/modes.ts';
import type { OnioncastConfig } from '../config/schema.ts';

/** The window in which the messages of all are counted; the configuration says how many. */
const roomWindowMs = defaultFloodPolicy.room.windowMs;

/** What the configuration says about fairness in the chat; members and what staff have switched come from elsewhere. */
export function fairnessRulesOf({ chat, captcha }: OnioncastConfig): FairnessRules & { readonly modes: ChatModes } {
  const { flood, filter, modes } = chat;
  const { windowMs } = flood;
  return {
    flood: {
      viewer: { count: flood.messages, windowMs },
      viewerLines: { count: flood.lines, windowMs },
      circuit: { count: flood.circuitMessages, windowMs },
      circuitLines: { count: flood.circuitLines, windowMs },
      room: { count: flood.roomMessages, windowMs: roomWindowMs },
      roomLines: { count: flood.roomLines, windowMs: roomWindowMs },
      appearance: defaultFloodPolicy.appearance,
      gapMs: flood.gapMs,
      sameTextMs: flood.repeatMs,
      copies: { count: flood.copies, windowMs: flood.copiesWindowMs },
    },
    filters: filter,
    modes: {
      slowMs: modes.slowMs,
      isLocked: modes.locked,
      isMembersOnly: modes.members,
      holdsFirst: modes.holdFirst,
      minSessionAgeMs: modes.minAgeMs,
      newSpeakersPerMinute: modes.newSpeakers,
      captcha: captcha.ask,
    },
  };
}
