/** What a text is made of. `source` is the piece of the text it stands for: joined in order, the sources are the text again. */
export type MarkupToken =
  | { readonly kind: 'text'; readonly source: string }
  | { readonly kind: 'break'; readonly source: string }
  /** An address. It stays text: nobody should leave Tor Browser's circuit, or learn what a stranger made, by a slip of the finger. */
  | { readonly kind: 'address'; readonly source: string }
  /** `@name` of somebody who was there; `name` is written as that person writes it. */
  | { readonly kind: 'mention'; readonly source: string; readonly name: string }
  /** `:code:` of a picture of the operator's. */
  | { readonly kind: 'emote'; readonly source: string; readonly code: string };

/** What the text may name. */
export interface MarkupNames {
  /** People, by folded name (`foldMention`); two with one name are the same to a reader. */
  readonly people: ReadonlyMap<string, string>;
  hasEmote(code: string): boolean;
}

/** Pictures in one message; what comes after them stays text. */
export const maxEmotes = 40;
/** Mentions in one message; what comes after them stays text. */
export const maxMentions = 10;
/** How many `@` are looked at, so that a text of nothing else costs no more than another. */
const maxMentionAttempts = 64;
/** A name is 24 characters of a few code units each, a tag four more; nothing longer is looked up. */
const maxMentionUnits = 132;

/** Code of an emote: the name of its file without the ending. */
export const emoteCodeShape = /^[a-z0-9_-]{2,24}$/;

/** Where something other than plain text may begin. Every alternative is bounded or consumes what it looked at, so that a pass is linear. */
const special =
  /\r\n|\r|\n|(?<![\p{L}\p{N}])https?:\/\/\S+|:([a-z0-9_-]{2,24}):(?!\p{M})|(?<![\p{L}\p{N}])@(?=[\p{L}\p{N}])/giu;

const letter = /[\p{L}\p{N}\p{M}_]/u;

/**
 * Takes a clean text apart, once; what shows messages draws tokens and looks at no text again.
 * Tokens do not nest: an address holds no mention, a mention no emote.
 */
// Threat: T10
export function tokenise(text: string, names: MarkupNames): readonly MarkupToken[] {
  const pass = new Pass(names);
  const places = new RegExp(special);
  let from = 0;
  for (let match = places.exec(text); match !== null; match = places.exec(text)) {
    const token = pass.tokenAt(text, match);
    // `:no:wave:` holds a code behind one that is none: look again right behind the sign.
    places.lastIndex = match.index + (token?.source.length ?? 1);
    if (token === undefined) continue;
    if (match.index > from) pass.tokens.push({ kind: 'text', source: text.slice(from, match.index) });
    pass.tokens.push(token);
    from = places.lastIndex;
  }
  if (from < text.length) pass.tokens.push({ kind: 'text', source: text.slice(from) });
  return pass.tokens;
}

/** The people a text names, each once, in order; as they write their names. `people` is asked only if the text could name somebody. */
export function mentionsIn(text: string, people: () => ReadonlyMap<string, string>): readonly string[] {
  if (!text.includes('@')) return [];
  const tokens = tokenise(text, { people: people(), hasEmote: () => false });
  return [...new Set(tokens.flatMap((token) => (token.kind === 'mention' ? [token.name] : [])))];
}

/** A name in one piece, as people type it: with the tag of those who have chosen none. */
export function shownName(name: string, tag: string | undefined): string {
  return tag === undefined ? name : `${name}#${tag}`;
}

/** A name as mentions compare it: however it was typed, case and width aside. */
export function foldMention(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** People as `MarkupNames` wants them. */
export function peopleByFold(names: Iterable<string>): ReadonlyMap<string, string> {
  return new Map([...names].map((name) => [foldMention(name), name]));
}

/** One text being taken apart, with what has been spent of its bounds. */
class Pass {
  readonly tokens: MarkupToken[] = [];
  readonly #names: MarkupNames;
  #emotes = 0;
  #mentions = 0;
  #attempts = 0;

  constructor(names: MarkupNames) {
    this.#names = names;
  }

  tokenAt(text: string, { 0: source, 1: code, index }: RegExpExecArray): MarkupToken | undefined {
    if (source.startsWith('\n') || source.startsWith('\r')) return { kind: 'break', source };
    if (source === '@') return this.#mentionAt(text, index);
    return code === undefined ? { kind: 'address', source } : this.#emote(source, code);
  }

  #emote(source: string, code: string): MarkupToken | undefined {
    if (this.#emotes >= maxEmotes || !this.#names.hasEmote(code)) return undefined;
    this.#emotes += 1;
    return { kind: 'emote', source, code };
  }

  /** The longest name that stands behind the `@` and ends where a word ends: names may hold spaces. */
  #mentionAt(text: string, at: number): MarkupToken | undefined {
    if (this.#mentions >= maxMentions || this.#attempts >= maxMentionAttempts) return undefined;
    if (this.#names.people.size === 0) return undefined;
    this.#attempts += 1;
    const [line = ''] = text.slice(at + 1, at + 1 + maxMentionUnits).split(/[\r\n]/u, 1);
    for (const end of wordEndsOf(line).reverse()) {
      const name = this.#names.people.get(foldMention(line.slice(0, end)));
      if (name === undefined) continue;
      this.#mentions += 1;
      return { kind: 'mention', source: `@${line.slice(0, end)}`, name };
    }
    return undefined;
  }
}

/** Where a name may end: behind a letter or digit that no other follows, or behind a sign that stands after such an end. */
function wordEndsOf(line: string): number[] {
  const ends: number[] = [];
  const characters = Array.from(line);
  let offset = 0;
  for (const [index, character] of characters.entries()) {
    offset += character.length;
    const next = characters[index + 1];
    if (character !== ' ' && (next === undefined || !letter.test(next) || !letter.test(character))) ends.push(offset);
  }
  return ends;
}
