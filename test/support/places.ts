import { randomBytes } from 'node:crypto';
import { Places } from '../../src/http/place.ts';
import { catalogues } from '../../src/views/texts/catalogues.ts';

/** Places in all languages there are, English unless asked for another. */
export function placesWith(secret: Uint8Array, random: (size: number) => Uint8Array = randomBytes): Places {
  return new Places({ secret, random, catalogues, language: 'en', keepSeconds: 43_200 });
}
