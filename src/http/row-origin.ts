import type { RowOrigin } from '../chat/chat-view.ts';
import type { Place } from './place.ts';

/** Where the row is whose link has been followed; rows of the open chat say nothing about it. */
export function rowOriginOf(text: string | undefined): RowOrigin {
  return text === 'log' ? 'log' : 'chat';
}

/** The way back there. */
export function hrefOfOrigin(origin: RowOrigin, { base }: Pick<Place, 'base'>): string {
  return origin === 'log' ? `${base}/chat/log` : `${base}/chat`;
}
