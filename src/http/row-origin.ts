import { type RowOrigin, rowOrigins } from '../chat/chat-view.ts';
import type { Place } from './place.ts';

/** Where the link stood that was followed; rows of the open chat say nothing about it. */
export function rowOriginOf(text: string | undefined): RowOrigin {
  return rowOrigins.find((origin) => origin === text) ?? 'chat';
}

const pages: Readonly<Record<RowOrigin, string>> = { chat: '/chat', log: '/chat/log', staff: '/staff' };

/** The way back there. */
export function hrefOfOrigin(origin: RowOrigin, { base }: Pick<Place, 'base'>): string {
  return `${base}${pages[origin]}`;
}
