import type { Author } from '../chat/message.ts';
import { parseColour } from './colour.ts';
import { cleanName, type NameRule, type NameRules } from './name.ts';

/** How a viewer appears in the chat; kept from their first message or wish on. */
export interface ViewerIdentity {
  /** Absent while the default name is used. */
  readonly name?: string;
  /** Index into the palette. */
  readonly colour: number;
  /** False while the colour was chosen for them. */
  readonly isColourChosen: boolean;
}

/** What a viewer wants to change, as typed; absent fields stay as they are. */
export interface AppearanceWish {
  readonly name?: string;
  /** An index in decimal, or `auto`. */
  readonly colour?: string;
}

export type AppearanceRule = NameRule | 'colour';

export type AppearanceResult =
  | { readonly kind: 'changed'; readonly identity: ViewerIdentity }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly rule: AppearanceRule };

/** Decides what a wish makes of an identity. A refused wish changes nothing of it. */
export function changeAppearance(identity: ViewerIdentity, wish: AppearanceWish, rules: NameRules): AppearanceResult {
  const named = wish.name === undefined ? undefined : cleanName(wish.name, rules);
  if (named?.kind === 'refused') return named;
  const colour = wish.colour === undefined || wish.colour === 'auto' ? identity.colour : parseColour(wish.colour);
  if (colour === undefined) return { kind: 'refused', rule: 'colour' };
  const name = namedOr(identity.name, named);
  const next: ViewerIdentity = {
    ...(name === undefined ? {} : { name }),
    colour,
    isColourChosen: wish.colour === undefined ? identity.isColourChosen : wish.colour !== 'auto',
  };
  const isSame =
    next.name === identity.name && next.colour === identity.colour && next.isColourChosen === identity.isColourChosen;
  return isSame ? { kind: 'unchanged' } : { kind: 'changed', identity: next };
}

/** How a viewer signs: the chosen name, or the default one with a tag. */
export function authorOf(identity: ViewerIdentity, tag: string, defaultName: string): Author {
  return identity.name === undefined
    ? { name: defaultName, tag, colour: identity.colour }
    : { name: identity.name, colour: identity.colour };
}

function namedOr(
  current: string | undefined,
  named: { readonly kind: 'named'; readonly name: string } | { readonly kind: 'default' } | undefined,
): string | undefined {
  if (named === undefined) return current;
  return named.kind === 'named' ? named.name : undefined;
}
