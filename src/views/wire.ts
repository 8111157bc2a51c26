import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import type { ChatFormData } from '../chat/chat-view.ts';
import type { ClientTexts } from './texts/en.ts';

/**
 * What travels between the server and the script of the watch page. `/events` carries the log (see `ChatChannel` in `talk/chat-channel.ts`): `row` and `rows`
 * (HTML made by `renderChatRow`), `removed` (JSON array of message ids), `reset`, `banner` (HTML); and `info` (JSON of a `StreamSnapshot`).
 */

/**
 * JSON of `/chat/form` for `Accept: application/json`: the form as it would be rendered. A post has the same fields and encoding
 * (`application/x-www-form-urlencoded`) as the form without script; `posted` is true when the message was taken.
 */
export interface ChatFormAnswer {
  readonly posted: boolean;
  readonly form: ChatFormData;
  /** What holds for the next message in words, and once the wait (`form.modes.waitSeconds`) is over. */
  readonly notice: { readonly now: string; readonly later: string };
  /** HTML of the captcha, if one must be solved. */
  readonly captcha?: string;
}

/** What the page tells its script, as JSON in the data block `page`. */
export interface PageSettings {
  /** Stands before every address, see `Reader`. */
  readonly base: string;
  /** The stream when the page was made: playing can begin before the first event has come. */
  readonly snapshot: StreamSnapshot;
  /** The quality that has been chosen: a rendition's name, or `auto`. */
  readonly choice: string;
  readonly texts: ClientTexts;
}
