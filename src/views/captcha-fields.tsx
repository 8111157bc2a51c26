import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { type CaptchaView, chatFormFields } from '../chat/chat-view.ts';
import type { Texts } from './texts/en.ts';

type Words = Texts['captcha'];

/** The captcha as part of a form, to stand before the button that sends. */
export function CaptchaFields({ captcha, texts }: { captcha: CaptchaView; texts: Words }): JSX.Element {
  const { picture, question } = captcha;
  return (
    <div class="captcha">
      {picture !== undefined && (
        <>
          <input type="hidden" name={chatFormFields.captcha} value={picture.name} />
          <img class="captcha-picture" src={picture.href} width={160} height={56} alt={texts.picture} />
          <Answer
            name={chatFormFields.captchaPicture}
            value={captcha.pictureAnswer}
            label={texts.pictureAnswer}
            title={texts.hint}
          />
        </>
      )}
      {question !== undefined && (
        <label class="captcha-question">
          <span>{question}</span>
          <Answer
            name={chatFormFields.captchaQuestion}
            value={captcha.questionAnswer}
            label={texts.questionAnswer}
            title={texts.hint}
          />
        </label>
      )}
    </div>
  );
}

/** The button for another picture, to stand after the one that sends: Enter takes the first one. */
export function AnotherPicture({ isHidden, texts }: { isHidden: boolean; texts: Words }): JSX.Element {
  return (
    <button class="another" type="submit" name={chatFormFields.action} value="picture" hidden={isHidden}>
      {texts.another}
    </button>
  );
}

/** The captcha as HTML by itself. */
export function renderCaptchaFields(captcha: CaptchaView, texts: Texts): string {
  return renderToString(<CaptchaFields captcha={captcha} texts={texts.captcha} />);
}

function Answer(props: { name: string; value: string; label: string; title: string }): JSX.Element {
  return (
    <input
      class="field captcha-answer"
      type="text"
      name={props.name}
      value={props.value}
      placeholder={props.label}
      aria-label={props.label}
      title={props.title}
      autocomplete="off"
      autocapitalize="none"
      spellcheck={false}
      maxLength={200}
    />
  );
}
