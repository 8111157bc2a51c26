import type { Database } from '../store/database.ts';
import { HeldRepository } from '../store/held.ts';
import type { MessageRepository } from '../store/messages.ts';
import type { ViewerRepository } from '../store/viewers.ts';
import type { ChatStore } from './chat-service.ts';

/** The chat's store in the database. */
export function chatStoreOf(database: Database, messages: MessageRepository, viewers: ViewerRepository): ChatStore {
  const held = new HeldRepository(database);
  return {
    commit: (work) => database.commit(work),
    appendMessage: (posted) => messages.append(posted),
    appendHeld: (message) => held.add(message),
    findMessage: (id) => messages.find(id),
    findViewer: (id) => viewers.find(id),
    namesSince: (timeMs) => viewers.namesSince(timeMs),
    saveViewer: (id, identity, nowMs) => viewers.save(id, identity, nowMs),
  };
}
