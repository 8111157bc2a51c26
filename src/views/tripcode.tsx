import type { JSX } from 'preact';
import { chatFormFields, type OwnTripcode } from '../chat/chat-view.ts';
import type { TripcodeMark } from '../chat/message.ts';
import { maxTripcodePasswordBytes, tripcodeColour } from '../identity/tripcode.ts';
import type { Texts } from './texts/en.ts';

type TripcodeTexts = Texts['tripcode'];

/**
 * The tripcode of somebody, in a shape and with colours of its own that no name can have. Without styles it reads `<!code>`, a weak one `<?code>`,
 * which no name can hold either.
 */
export function TripcodePill({ mark, texts }: { mark: TripcodeMark; texts: TripcodeTexts }): JSX.Element {
  const kind = mark.isWeak ? 'trip trip-weak' : 'trip';
  return (
    <bdi class={`${kind} c${tripcodeColour(mark.code)}`} title={mark.isWeak ? texts.weak : undefined}>
      <i>{mark.isWeak ? '<?' : '<!'}</i>
      {mark.code}
      <i>{'>'}</i>
    </bdi>
  );
}

/** The part of the settings where a tripcode is set, changed and removed. Removing takes effect with saving, and is taken back until then. */
export function TripcodeFields(props: {
  own: OwnTripcode | undefined;
  isRemoving: boolean;
  allowsClassic: boolean;
  texts: TripcodeTexts;
}): JSX.Element {
  const { own, isRemoving, allowsClassic, texts } = props;
  return (
    <>
      <label class="setting">
        <span>{texts.password}</span>
        <input
          class="field"
          type="password"
          name={chatFormFields.tripcode}
          placeholder={texts.password}
          aria-label={texts.password}
          title={allowsClassic ? `${texts.hint} ${texts.classicHint}` : texts.hint}
          maxLength={maxTripcodePasswordBytes}
          autocomplete="new-password"
        />
      </label>
      <label class="own-trip" hidden={own === undefined}>
        <input
          type="checkbox"
          name={chatFormFields.tripcodeAction}
          value="remove"
          checked={isRemoving}
          aria-label={texts.remove}
        />{' '}
        {texts.remove} <TripcodePill mark={own ?? { code: '', isWeak: false }} texts={texts} />
      </label>
    </>
  );
}
