/** When a picture is asked before somebody may write: never, after a flood, or before the first message as well. */
export const captchaPolicies = ['off', 'flood', 'first'] as const;

export type CaptchaPolicy = (typeof captchaPolicies)[number];

/** The switches of the room. Staff change them while live; what holds takes effect with the next message. */
export interface ChatModes {
  /** Time between two messages of one viewer; 0 is off. */
  readonly slowMs: number;
  /** Read-only: nobody but staff writes. */
  readonly isLocked: boolean;
  /** Nobody but members and staff writes. */
  readonly isMembersOnly: boolean;
  /** Messages of people who are unknown here wait for approval. */
  readonly holdsFirst: boolean;
  /** How long somebody must have been here before the first message; 0 is off. */
  readonly minSessionAgeMs: number;
  /** How many people may write their first message within a minute, all together; 0 is without limit. */
  readonly newSpeakersPerMinute: number;
  readonly captcha: CaptchaPolicy;
}

/** A change of some switches. */
export type ModePatch = Partial<ChatModes>;

/** Everything open. */
export const openModes: ChatModes = {
  slowMs: 0,
  isLocked: false,
  isMembersOnly: false,
  holdsFirst: false,
  minSessionAgeMs: 0,
  newSpeakersPerMinute: 0,
  captcha: 'off',
};

/** The names of the switches where people write them: forms, the command line, the control socket, the audit log. */
const names = {
  slowMs: 'slow',
  isLocked: 'locked',
  isMembersOnly: 'members',
  holdsFirst: 'hold_first',
  minSessionAgeMs: 'min_age',
  newSpeakersPerMinute: 'new_speakers',
  captcha: 'captcha',
} as const satisfies Readonly<Record<keyof ChatModes, string>>;

export type ModeName = (typeof names)[keyof ChatModes];

/** The longest pause and age that can be asked for. */
export const maxModeMs = 24 * 60 * 60 * 1000;
export const maxNewSpeakers = 10_000;

const expected = {
  time: 'off, or a time up to 24h such as 12s or 5m',
  switch: 'on or off',
  count: `off, or a number from 1 to ${maxNewSpeakers}`,
  captcha: `one of ${captchaPolicies.join(', ')}`,
};

export type ModeParse =
  | { readonly kind: 'patch'; readonly patch: ModePatch }
  /** `name` is as it was given; `expects` completes "must be ...". */
  | { readonly kind: 'refused'; readonly name: string; readonly expects: string };

/**
 * Reads a change as people write it: `{ slow: '12s', locked: 'on' }`. All of it must make sense, and something must be in it.
 * What describes itself (`describeModePatch`) is read back the same.
 */
export function parseModePatch(words: Readonly<Record<string, string>>): ModeParse {
  let patch: ModePatch = {};
  for (const [name, word] of Object.entries(words)) {
    const read = isModeName(name) ? readers[name](word) : { expects: `one of ${Object.values(names).join(', ')}` };
    if ('expects' in read) return { kind: 'refused', name: name.slice(0, 40), expects: read.expects };
    patch = { ...patch, ...read };
  }
  if (Object.keys(patch).length === 0) return { kind: 'refused', name: '', expects: 'at least one switch' };
  return { kind: 'patch', patch };
}

/** Says a change the way it is written: `slow=12s locked=on`. The same words in every language, for logs and programs. */
export function describeModePatch(patch: ModePatch): string {
  return Object.entries(wordsOf(patch))
    .map(([name, word]) => `${name}=${word}`)
    .join(' ');
}

/** The words of each switch in a change, by its name: the values of a form, of an answer in JSON, and of what is stored. */
export function wordsOf(patch: ModePatch): Partial<Record<ModeName, string>> {
  const words: Partial<Record<ModeName, string>> = {};
  for (const [key, name] of Object.entries(names)) {
    if (!isModeKey(key)) continue;
    const value = patch[key];
    if (value !== undefined) words[name] = wordOf(key, value);
  }
  return words;
}

/** What in a change is not so yet; empty when nothing would change. */
export function changedModes(modes: ChatModes, patch: ModePatch): ModePatch {
  return Object.fromEntries(Object.entries(patch).filter(([key, value]) => isModeKey(key) && modes[key] !== value));
}

/** The part of the switches that would bring a change back: what `undo` needs. */
export function modesBefore(modes: ChatModes, patch: ModePatch): ModePatch {
  return Object.fromEntries(Object.entries(modes).filter(([key]) => key in patch));
}

/** What everybody should know before writing, for the banner and the form. The rest is told to those it concerns. */
export interface PublicModes {
  readonly slowMs: number;
  readonly isLocked: boolean;
  readonly isMembersOnly: boolean;
}

/** The switches that everybody sees. */
export function publicModes({ slowMs, isLocked, isMembersOnly }: ChatModes): PublicModes {
  return { slowMs, isLocked, isMembersOnly };
}

/** True if a change is to be told to everybody. */
export function isPublicChange(patch: ModePatch): boolean {
  return 'slowMs' in patch || 'isLocked' in patch || 'isMembersOnly' in patch;
}

type Reading = ModePatch | { readonly expects: string };

const readers: Readonly<Record<ModeName, (word: string) => Reading>> = {
  slow: (word) => timed(word, (slowMs) => ({ slowMs })),
  locked: (word) => switched(word, (isLocked) => ({ isLocked })),
  members: (word) => switched(word, (isMembersOnly) => ({ isMembersOnly })),
  hold_first: (word) => switched(word, (holdsFirst) => ({ holdsFirst })),
  min_age: (word) => timed(word, (minSessionAgeMs) => ({ minSessionAgeMs })),
  new_speakers: (word) => {
    const count = word === 'off' ? 0 : /^\d{1,5}$/.test(word) ? Number(word) : Number.NaN;
    return count <= maxNewSpeakers ? { newSpeakersPerMinute: count } : { expects: expected.count };
  },
  captcha: (word) => {
    const captcha = captchaPolicies.find((policy) => policy === word);
    return captcha === undefined ? { expects: expected.captcha } : { captcha };
  },
};

const units: Readonly<Record<string, number>> = { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function timed(word: string, patch: (ms: number) => ModePatch): Reading {
  if (word === 'off') return patch(0);
  const match = /^(\d{1,8})(ms|s|m|h|)$/.exec(word);
  const ms = Number(match?.[1]) * (units[match?.[2] ?? ''] ?? Number.NaN);
  return ms <= maxModeMs ? patch(ms) : { expects: expected.time };
}

function switched(word: string, patch: (isOn: boolean) => ModePatch): Reading {
  if (word === 'on') return patch(true);
  return word === 'off' ? patch(false) : { expects: expected.switch };
}

function wordOf(key: keyof ChatModes, value: boolean | number | string): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'string') return value;
  if (value === 0) return 'off';
  if (key === 'newSpeakersPerMinute') return String(value);
  const unit = ['h', 'm', 's'].find((name) => value % (units[name] ?? 1) === 0) ?? 'ms';
  return `${value / (units[unit] ?? 1)}${unit}`;
}

function isModeName(name: string): name is ModeName {
  return Object.hasOwn(readers, name);
}

function isModeKey(key: string): key is keyof ChatModes {
  return Object.hasOwn(openModes, key);
}
