import { LocalBus } from '../../src/bus/local.ts';
import { messageTextLimits } from '../../src/chat/message-text.ts';
import { Room } from '../../src/chat/room.ts';
import { Database } from '../../src/store/database.ts';
import { MessageRepository } from '../../src/store/messages.ts';
import { ViewerRepository } from '../../src/store/viewers.ts';
import { ChatService } from '../../src/talk/chat-service.ts';
import { chatStoreOf } from '../../src/talk/chat-store.ts';
import { freePace } from './free-pace.ts';
import { TripcodeMaker } from '../../src/people/tripcode-maker.ts';

/** Run by a test: posts numbered messages, prints the id of each one acknowledged, and kills itself before publishing the given one. */
const [file = ':memory:', killAt = 'never'] = process.argv.slice(2);

class DeadlyBus extends LocalBus {
  override publish: LocalBus['publish'] = (topic, value) => {
    if (value.kind === 'message' && String(value.message.id) === killAt) process.kill(process.pid, 'SIGKILL');
    super.publish(topic, value);
  };
}

const database = Database.open({ path: file, onWarning: ({ message }) => process.stderr.write(message) });
const messages = new MessageRepository(database, 100_000);
const room = new Room(
  {
    history: 256,
    text: messageTextLimits(512),
    flood: freePace,
    names: { defaultName: 'Anonymous', broadcasterName: 'Broadcaster' },
  },
  messages.newest().slice(-256),
);
const chat = new ChatService({
  room,
  store: chatStoreOf(database, messages, new ViewerRepository(database)),
  bus: new DeadlyBus((error) => process.stderr.write(String(error))),
  tripcodes: new TripcodeMaker({ secret: Buffer.alloc(32), allowsClassic: false }),
  tagKey: Buffer.alloc(32),
  now: () => ({ wallMs: Date.now(), monotonicMs: performance.now() }),
  random: Math.random,
});

async function post(): Promise<void> {
  const id = room.lastId + 1;
  const outcome = await chat.submit({
    requester: { viewerId: 'viewer' },
    wish: {},
    post: { text: `message ${id}`, nonce: `${process.pid}-${id}` },
  });
  if (outcome.kind !== 'done') throw new Error(outcome.kind === 'refused' ? outcome.rule : outcome.kind);
  // The next one only after this one is out: an acknowledgement that nobody heard is none.
  process.stdout.write(`${id}\n`, () => setImmediate(() => void post()));
}

void post();
