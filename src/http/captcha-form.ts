import type { GivenAnswer } from '../admission/challenge.ts';
import { chatFormFields } from '../chat/chat-view.ts';
import type { FormFields } from './form-body.ts';

/** What a form says about the captcha it showed. */
export function givenAnswer(fields: FormFields): GivenAnswer {
  const name = fields.get(chatFormFields.captcha);
  const picture = fields.get(chatFormFields.captchaPicture);
  const question = fields.get(chatFormFields.captchaQuestion);
  return {
    ...(name === undefined ? {} : { name }),
    ...(picture === undefined ? {} : { picture }),
    ...(question === undefined ? {} : { question }),
  };
}
