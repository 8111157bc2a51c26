import { displayLinesOf } from './display-lines.ts';
import {
  amountWaitMs,
  type FloodPolicy,
  type RateLimit,
  remember,
  rememberAmount,
  type Spending,
  waitMs,
} from './flood.ts';
import type { ChatModes } from './modes.ts';
import { RecentMap } from './recent-map.ts';
import type { PostPaceRule } from './refusal.ts';
import type { Requester } from './requester.ts';
import type { Familiarity } from './familiarity.ts';

/** A message as far as pace is concerned. */
export interface PacedPost {
  readonly requester: Requester;
  /** Clean. */
  readonly text: string;
  /** True when nobody but staff will see it for now: it makes nobody a new speaker. */
  readonly isHeld: boolean;
}

/** A wait, and the rule that asks for it. */
export interface Wait {
  readonly rule: PostPaceRule;
  readonly waitMs: number;
}

/** What was sent by one source: a viewer, a circuit, everybody. */
interface Flow {
  readonly posts: readonly number[];
  readonly lines: readonly Spending[];
}

interface Speaker extends Flow {
  readonly texts: readonly SaidText[];
  /** Outlives the windows: slow mode may be slower than they are long. */
  readonly lastMs: number;
}

interface SaidText {
  readonly key: string;
  readonly viewerId: string;
  readonly atMs: number;
}

const still: Flow = { posts: [], lines: [] };
const silent: Speaker = { ...still, texts: [], lastMs: Number.NEGATIVE_INFINITY };

/** Bounds of what is remembered. */
const maxSources = 4096;
const maxOwnTexts = 8;
const maxTexts = 512;
const newSpeakerMemory: RateLimit = { count: 10_000, windowMs: 60_000 };

/** Short words are said by many at once without any malice: hello, yes, lol. */
const minCopiedLength = 12;

/**
 * Who must wait before the next message, and for how long. Deciding changes nothing; what was posted counts from `accept` on.
 * All times are of one monotonic clock.
 */
export class Pace {
  readonly #policy: FloodPolicy;
  readonly #familiarity: Familiarity;
  readonly #speakers = new RecentMap<string, Speaker>(maxSources);
  readonly #circuits = new RecentMap<number, Flow>(maxSources);
  #room: Flow = still;
  #texts: readonly SaidText[] = [];
  #newSpeakers: readonly number[] = [];

  constructor(policy: FloodPolicy, familiarity: Familiarity) {
    this.#policy = policy;
    this.#familiarity = familiarity;
  }

  /** The longest of all waits that a message meets, so that whoever waits once is not sent away for another reason after it. */
  decide(post: PacedPost, modes: ChatModes, nowMs: number): Wait | undefined {
    const lines = displayLinesOf(post.text);
    const waits = [
      ...this.#paceWaits(post.requester, lines, modes, nowMs),
      ...this.#textWaits(post, nowMs),
      ...(post.isHeld ? [] : this.#newcomerWaits(post.requester, modes, nowMs)),
    ];
    return longest(waits);
  }

  /** How long a viewer must wait before even the shortest message; undefined when they may write now. */
  next(requester: Requester, modes: ChatModes, nowMs: number): Wait | undefined {
    return longest([
      ...this.#paceWaits(requester, 1, modes, nowMs),
      ...(modes.holdsFirst ? [] : this.#newcomerWaits(requester, modes, nowMs)),
    ]);
  }

  /** Counts a message that was taken. */
  accept({ requester, text, isHeld }: PacedPost, nowMs: number): void {
    const { viewerId, circuitId } = requester;
    const { viewer, viewerLines, circuit, circuitLines, room, roomLines, copies, sameTextMs } = this.#policy;
    const lines = displayLinesOf(text);
    const said = { key: keyOf(text), viewerId, atMs: nowMs };
    const speaker = this.#speakers.get(viewerId) ?? silent;
    this.#speakers.set(viewerId, {
      ...flowAfter(speaker, viewer, viewerLines, lines, nowMs),
      texts: withText(speaker.texts, said, sameTextMs, maxOwnTexts),
      lastMs: nowMs,
    });
    if (circuitId !== undefined) {
      const flow = this.#circuits.get(circuitId) ?? still;
      this.#circuits.set(circuitId, flowAfter(flow, circuit, circuitLines, lines, nowMs));
    }
    this.#room = flowAfter(this.#room, room, roomLines, lines, nowMs);
    this.#texts = withText(this.#texts, said, copies.windowMs, maxTexts);
    if (isHeld || this.#familiarity.isKnown(viewerId, nowMs)) return;
    this.#newSpeakers = remember(this.#newSpeakers, newSpeakerMemory, nowMs);
  }

  #paceWaits({ viewerId, circuitId }: Requester, lines: number, modes: ChatModes, nowMs: number): Wait[] {
    const policy = this.#policy;
    const speaker = this.#speakers.get(viewerId) ?? silent;
    const circuit = (circuitId === undefined ? undefined : this.#circuits.get(circuitId)) ?? still;
    const since = nowMs - speaker.lastMs;
    const age = this.#familiarity.ageMs(viewerId, nowMs);
    const isKnown = this.#familiarity.isKnown(viewerId, nowMs);
    return [
      { rule: 'too-quick', waitMs: policy.gapMs - since },
      { rule: 'slow-mode', waitMs: modes.slowMs - since },
      { rule: 'slow-down', waitMs: waitMs(speaker.posts, policy.viewer, nowMs) },
      { rule: 'too-many-rows', waitMs: amountWaitMs(speaker.lines, policy.viewerLines, lines, nowMs) },
      { rule: 'circuit-busy', waitMs: waitMs(circuit.posts, policy.circuit, nowMs) },
      { rule: 'circuit-busy', waitMs: amountWaitMs(circuit.lines, policy.circuitLines, lines, nowMs) },
      { rule: 'room-busy', waitMs: waitMs(this.#room.posts, policy.room, nowMs) },
      { rule: 'room-busy', waitMs: amountWaitMs(this.#room.lines, policy.roomLines, lines, nowMs) },
      { rule: 'too-new', waitMs: isKnown ? 0 : modes.minSessionAgeMs - age },
    ];
  }

  #newcomerWaits({ viewerId }: Requester, modes: ChatModes, nowMs: number): Wait[] {
    const count = modes.newSpeakersPerMinute;
    if (count === 0 || this.#familiarity.isKnown(viewerId, nowMs)) return [];
    const limit = { count, windowMs: newSpeakerMemory.windowMs };
    return [{ rule: 'new-speakers', waitMs: waitMs(this.#newSpeakers, limit, nowMs) }];
  }

  #textWaits({ requester, text }: PacedPost, nowMs: number): Wait[] {
    const { sameTextMs, copies } = this.#policy;
    const key = keyOf(text);
    const own = (this.#speakers.get(requester.viewerId) ?? silent).texts.findLast((said) => said.key === key);
    return [
      { rule: 'same-text', waitMs: own === undefined ? 0 : own.atMs + sameTextMs - nowMs },
      { rule: 'copied-text', waitMs: waitMs(this.#timesOfCopies(key, requester.viewerId), copies, nowMs) },
    ];
  }

  /** When others have said the same last, one time for each of them, ascending. */
  #timesOfCopies(key: string, viewerId: string): number[] {
    if (key.length < minCopiedLength) return [];
    const others = this.#texts.filter((said) => said.key === key && said.viewerId !== viewerId);
    const lastOf = new Map(others.map((said) => [said.viewerId, said.atMs]));
    return [...lastOf.values()].toSorted((a, b) => a - b);
  }
}

function flowAfter(flow: Flow, messages: RateLimit, rows: RateLimit, lines: number, nowMs: number): Flow {
  return {
    posts: remember(flow.posts, messages, nowMs),
    lines: rememberAmount(flow.lines, rows, lines, nowMs),
  };
}

function withText(texts: readonly SaidText[], said: SaidText, windowMs: number, most: number): SaidText[] {
  return [...texts.filter(({ atMs }) => atMs > said.atMs - windowMs), said].slice(-most);
}

/** The same words whatever case, spaces and punctuation; a text without any letter is itself. */
function keyOf(text: string): string {
  const bare = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
  return bare === '' ? text : bare;
}

function longest(waits: readonly Wait[]): Wait | undefined {
  let found: Wait | undefined;
  for (const wait of waits) if (wait.waitMs > (found?.waitMs ?? 0)) found = wait;
  return found;
}
