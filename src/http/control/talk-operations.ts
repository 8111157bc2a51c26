import { titleFrom } from '../../broadcast/title.ts';
import { parseModePatch } from '../../chat/modes.ts';
import { bind } from './bind.ts';
import { act, type ControlDeps } from './control-deps.ts';
import type { BoundOperation } from './control-server.ts';
import {
  describeHeld,
  describeMessage,
  describeModes,
  describePoll,
  describeStream,
  describeTor,
} from './described.ts';
import { operations } from './operations.ts';
import { ControlRefusal } from './refusals.ts';
import type { PollShape } from './shapes.ts';

/** As whom the operator writes: a session that no browser has. */
export const operatorId = 'operator';
const nonceBytes = 12;
const logLimits = { usual: 100, most: 500 } as const;

/** The stream, and what is said. */
export function talkOperations(deps: ControlDeps): readonly BoundOperation[] {
  const { room, polls, titles, log } = deps;
  const emoteCodes = () => ({ codes: [...deps.emotes.emotes.keys()] });
  return [
    bind(operations.status, () => statusOf(deps)),
    bind(operations.onions, () => ({ addresses: deps.onions().map((each) => ({ ...each })) })),
    bind(operations.title, () => ({ title: titles.title })),
    bind(operations.setTitle, ({ title }) => setTitle(deps, title)),
    bind(operations.say, (wish) => say(deps, wish)),
    bind(operations.announce, ({ text }) => act(deps, { kind: 'announce', text })),
    bind(operations.hide, ({ messageIds }) => act(deps, { kind: 'hide', messageIds })),
    bind(operations.unhide, ({ messageIds }) => act(deps, { kind: 'unhide', messageIds })),
    bind(operations.log, ({ before, count = logLimits.usual, search = '', hidden }) => {
      const { posted, hasOlder } = log.posted({
        ...(before === undefined ? {} : { beforeId: before }),
        count: Math.max(1, Math.min(count, logLimits.most)),
        search,
        withHidden: hidden !== 'no',
      });
      return { messages: posted.map(describeMessage), hasOlder };
    }),
    bind(operations.poll, () => pollNow(deps)),
    bind(operations.openPoll, (wish) => {
      const done = act(deps, { kind: 'open-poll', ...wish });
      return { ...done, poll: pollNow(deps).poll ?? nothingOpen() };
    }),
    bind(operations.closePoll, () => {
      // A result that nobody can vote on any more.
      const { poll } = pollNow(deps);
      const done = act(deps, { kind: 'close-poll' });
      return { ...done, poll: poll ?? nothingOpen() };
    }),
    bind(operations.modes, () => describeModes(room.fairness.modes)),
    bind(operations.setModes, (words) => setModes(deps, words)),
    bind(operations.pin, ({ messageId }) => act(deps, { kind: 'pin', messageId })),
    bind(operations.unpin, () => act(deps, { kind: 'unpin' })),
    bind(operations.held, () => ({ held: room.holds.list(deps.now()).map(describeHeld) })),
    bind(operations.approve, ({ heldIds }) => act(deps, { kind: 'approve', heldIds })),
    bind(operations.decline, ({ heldIds }) => act(deps, { kind: 'decline', heldIds })),
    bind(operations.emotes, emoteCodes),
    bind(operations.reloadEmotes, async () => {
      await deps.emotes.reload();
      return emoteCodes();
    }),
  ];

  function nothingOpen(): PollShape {
    throw new ControlRefusal(polls.status === undefined ? 'no-poll' : 'internal');
  }
}

function statusOf(deps: ControlDeps) {
  const { room, moderation, log, version, pid } = deps;
  const now = deps.snapshot();
  const circuits = deps.circuits();
  const tor = deps.tor();
  const { pinnedId } = moderation.record;
  const pinned = pinnedId === undefined ? undefined : log.find(pinnedId);
  return {
    ...{ version, pid },
    stream: describeStream(now),
    watching: now.viewers,
    ...deps.visitors(),
    ...(tor === undefined ? {} : { tor: describeTor(tor) }),
    ...(circuits === undefined ? {} : { circuits }),
    modes: describeModes(room.fairness.modes),
    ...pollNow(deps),
    ...(pinned === undefined ? {} : { pinned: describeMessage(pinned) }),
    held: room.holds.list(deps.now()).length,
    sanctions: moderation.record.sanctionsAt(deps.now()).length,
  };
}

function pollNow({ polls }: ControlDeps): { poll?: PollShape } {
  return polls.status === undefined ? {} : { poll: describePoll(polls.status) };
}

async function setTitle({ titles }: ControlDeps, title: string): Promise<{ title: string }> {
  try {
    await titles.set(titleFrom(title));
  } catch {
    throw new ControlRefusal('not-stored', 'The title is shown, but the disk refused it: it ends with this run.');
  }
  return { title: titles.title };
}

async function say(deps: ControlDeps, { text, replyTo }: { text: string; replyTo?: number | undefined }) {
  const nonce = deps.randomBytes(nonceBytes).toString('base64url');
  const outcome = await deps.chat.submit({
    requester: { viewerId: operatorId, role: 'broadcaster' },
    wish: {},
    post: { text, nonce, ...(replyTo === undefined ? {} : { replyTo }) },
  });
  if (outcome.kind === 'refused') throw new ControlRefusal(outcome.rule);
  const posted = deps.room.kept.findLast((one) => one.viewerId === operatorId && one.nonce === nonce);
  if (posted === undefined) throw new ControlRefusal('internal');
  return { messageId: posted.message.id };
}

function setModes(deps: ControlDeps, words: Readonly<Record<string, string | undefined>>) {
  const given = Object.entries(words).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const changes = Object.fromEntries(given);
  const parsed = parseModePatch(changes);
  if (parsed.kind === 'refused') {
    const { name, expects } = parsed;
    throw new ControlRefusal('unknown-mode', name === '' ? `Name ${expects}.` : `${name} must be ${expects}.`);
  }
  return act(deps, { kind: 'mode', changes });
}
