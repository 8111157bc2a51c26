import { chatFormFields } from '../chat/chat-view.ts';
import { emoteCodeShape } from '../chat/markup.ts';
import type { FormFields } from './form-body.ts';

/** What a button changes in the form that it sends: everything else comes back as it was typed. */
export interface FormEdit {
  readonly draft: string;
  readonly picksEmote?: true;
  readonly givesUpReply?: true;
}

/** The change that the form's button asks for; undefined for the buttons that post or save. */
export function formEditOf(fields: FormFields): FormEdit | undefined {
  const action = fields.get(chatFormFields.action) ?? '';
  const draft = (fields.get(chatFormFields.message) ?? '').toWellFormed();
  if (action === 'no-reply') return { draft, givesUpReply: true };
  if (action === 'emotes') return { draft, picksEmote: true };
  const code = action.startsWith('emote:') ? action.slice('emote:'.length) : '';
  return emoteCodeShape.test(code) ? { draft: withEmote(draft, code) } : undefined;
}

/** The code behind the text, with a space on both sides where one is missing. */
function withEmote(draft: string, code: string): string {
  return `${draft}${draft === '' || /\s$/u.test(draft) ? '' : ' '}:${code}: `;
}
