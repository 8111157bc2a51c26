import type { JSX } from 'preact';
import { pollLimits } from '../chat/poll.ts';
import { staffFields } from './staff-fields.ts';
import { Do } from './staff-parts.tsx';
import type { Texts } from './texts/en.ts';
import { counted } from './texts/words.ts';

/** Minutes after which a poll closes by itself, to choose from. */
const minuteChoices = [1, 2, 5, 10, 30, 60];

/** Asks everybody a question, and ends it. */
export function PollTools({ texts }: { readonly texts: Texts }): JSX.Element {
  const { poll } = texts;
  return (
    <section class="card">
      <h2>{poll.ask}</h2>
      <label class="setting">
        <span>{poll.question}</span>
        <input
          class="field"
          type="text"
          name={staffFields.pollQuestion}
          maxLength={pollLimits.questionCharacters * 4}
        />
      </label>
      {Array.from({ length: pollLimits.maxOptions }, (_, index) => (
        <input
          key={index}
          class="field"
          type="text"
          name={`${staffFields.pollOptionPrefix}${index + 1}`}
          aria-label={`${poll.answer} ${index + 1}`}
          placeholder={`${poll.answer} ${index + 1}`}
          maxLength={pollLimits.optionCharacters * 4}
        />
      ))}
      <label class="setting">
        <span>{poll.closes}</span>
        <select class="field" name={staffFields.pollSeconds}>
          <option value="">{poll.byHand}</option>
          {minuteChoices.map((minutes) => (
            <option key={minutes} value={minutes * 60}>
              {counted(poll.minutes, minutes, texts.lang)}
            </option>
          ))}
        </select>
      </label>
      <p class="staff-actions">
        <Do what="open-poll">{poll.open}</Do>{' '}
        <Do what="close-poll" isQuiet>
          {poll.close}
        </Do>
      </p>
    </section>
  );
}
