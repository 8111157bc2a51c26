import type { Author, TripcodeMark } from '../chat/message.ts';
import { parseColour } from './colour.ts';
import { cleanName, type NameRule, type NameRules } from './name.ts';
import { type TripcodeRule, tripcodeProblem } from './tripcode.ts';

/** How a viewer appears in the chat; kept from their first message or wish on. */
export interface ViewerIdentity {
  /** Absent while the default name is used. */
  readonly name?: string;
  /** Index into the palette. */
  readonly colour: number;
  /** False while the colour was chosen for them. */
  readonly isColourChosen: boolean;
  readonly tripcode?: TripcodeMark;
}

/** What a viewer wants to change, as typed; absent fields stay as they are. */
export interface AppearanceWish {
  readonly name?: string;
  /** An index in decimal, or `auto`. */
  readonly colour?: string;
  readonly tripcode?: TripcodeWish;
}

/** The password is never stored, logged or given back; an empty one removes the tripcode. */
export type TripcodeWish = { readonly kind: 'set'; readonly password: string } | { readonly kind: 'remove' };

export type AppearanceRule = NameRule | TripcodeRule | 'colour';

export type AppearanceResult =
  | { readonly kind: 'changed'; readonly identity: ViewerIdentity }
  | { readonly kind: 'unchanged' }
  /** Allowed so far; decide again with the tripcode of this password. */
  | { readonly kind: 'needs-tripcode'; readonly password: string }
  /** All rules that the wish breaks. */
  | { readonly kind: 'refused'; readonly rules: readonly [AppearanceRule, ...AppearanceRule[]] };

/** What a wish is measured against. */
export interface AppearanceSurroundings {
  readonly names: NameRules;
  /** Whether a name belongs to somebody else, for a person with that tripcode. */
  isTaken(name: string, tripcode: TripcodeMark | undefined): boolean;
}

/** Decides what a wish makes of an identity: all of it or nothing. `newTripcode` is that of the wished password, once it is known. */
export function changeAppearance(
  identity: ViewerIdentity,
  wish: AppearanceWish,
  around: AppearanceSurroundings,
  newTripcode?: TripcodeMark,
): AppearanceResult {
  const password = wish.tripcode?.kind === 'set' && wish.tripcode.password !== '' ? wish.tripcode.password : undefined;
  const isPending = password !== undefined && newTripcode === undefined;
  const tripcode = wish.tripcode === undefined ? identity.tripcode : newTripcode;
  // Whose a name is may depend on the tripcode, which is costly to make: then this is asked when all else is well.
  const isTaken = (name: string): boolean => name !== identity.name && !isPending && around.isTaken(name, tripcode);
  const named = wish.name === undefined ? undefined : cleanName(wish.name, around.names, isTaken);
  const colour = wish.colour === undefined || wish.colour === 'auto' ? identity.colour : parseColour(wish.colour);
  const [first, ...others] = [
    ...(named?.kind === 'refused' ? [named.rule] : []),
    ...(colour === undefined ? (['colour'] as const) : []),
    ...problemsOf(password),
  ];
  if (first !== undefined || colour === undefined) return { kind: 'refused', rules: [first ?? 'colour', ...others] };
  if (isPending) return { kind: 'needs-tripcode', password };
  const name = named === undefined ? identity.name : named.kind === 'named' ? named.name : undefined;
  const next: ViewerIdentity = {
    ...(name === undefined ? {} : { name }),
    colour,
    isColourChosen: wish.colour === undefined ? identity.isColourChosen : wish.colour !== 'auto',
    ...(tripcode === undefined ? {} : { tripcode }),
  };
  return isSame(identity, next) ? { kind: 'unchanged' } : { kind: 'changed', identity: next };
}

/** How a viewer signs: the chosen name, or the default one with a tag. */
export function authorOf(identity: ViewerIdentity, tag: string, defaultName: string): Author {
  const { name, colour, tripcode } = identity;
  return {
    ...(name === undefined ? { name: defaultName, tag } : { name }),
    colour,
    ...(tripcode === undefined ? {} : { tripcode }),
  };
}

function problemsOf(password: string | undefined): readonly TripcodeRule[] {
  const problem = password === undefined ? undefined : tripcodeProblem(password);
  return problem === undefined ? [] : [problem];
}

function isSame(a: ViewerIdentity, b: ViewerIdentity): boolean {
  return (
    a.name === b.name &&
    a.colour === b.colour &&
    a.isColourChosen === b.isColourChosen &&
    a.tripcode?.code === b.tripcode?.code &&
    a.tripcode?.isWeak === b.tripcode?.isWeak
  );
}
