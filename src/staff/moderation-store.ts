import type { Database } from '../store/database.ts';
import type { HeldRepository } from '../store/held.ts';
import type { MessageRepository } from '../store/messages.ts';
import type { ModerationRepository } from '../store/moderation.ts';
import type { ModerationStore } from './moderation-service.ts';

/** Moderation's store in the database. */
export function moderationStoreOf(
  database: Database,
  acts: ModerationRepository,
  messages: MessageRepository,
  held: HeldRepository,
): ModerationStore {
  return {
    commit: (work) => database.commit(work),
    appendAct: (acted) => acts.append(acted),
    appendAppeal: (sanctionId, appeal) => acts.appendAppeal(sanctionId, appeal),
    appendMessage: (posted) => messages.append(posted),
    setHidden: (ids, isHidden) => messages.setHidden(ids, isHidden),
    removeHeld: (holdId) => held.remove(holdId),
    addHeld: (message) => held.add(message),
    findMessage: (id) => messages.find(id),
    shownOf: (viewerId) => messages.shownOf(viewerId),
  };
}
