import type { JSX } from 'preact';
import type { ScheduleView } from '../broadcast/schedule.ts';
import { DeskPage } from './desk-page.tsx';
import { renderDocument } from './document.tsx';
import type { Reader } from './reader.ts';
import type { Texts } from './texts/en.ts';
import { filled } from './texts/words.ts';
import { momentText } from './time-text.ts';

/** Names of the fields of the desk's page about the beginning and the end. */
export const scheduleFields = {
  token: 'token',
  /** Which form: `plan`, `begin`, `end` or `confirm`. */
  action: 'do',
  start: 'start',
  stop: 'stop',
} as const;

/** `/broadcaster/schedule`: when the broadcast begins and ends. */
export interface ScheduleDeskData {
  readonly formToken: string;
  readonly schedule: ScheduleView;
  /** Why the last form was not carried out. */
  readonly refusal?: keyof Texts['schedule']['refusals'];
}

/** The page of the desk about the beginning and the end. Every form posts to the page itself. */
export function renderScheduleDesk(data: ScheduleDeskData & Reader & { readonly styleHref: string }): string {
  const { texts, base, styleHref, refusal } = data;
  const words = texts.schedule;
  return renderDocument(
    <DeskPage
      {...{ texts, base, styleHref }}
      heading={words.heading}
      notice={refusal === undefined ? undefined : words.refusals[refusal]}
    >
      <div class="desk-cards">
        <Now {...data} />
        <Plan {...data} />
      </div>
    </DeskPage>,
  );
}

/** What the clock will do, in sentences; also for the desk itself. */
export function scheduleSentences({ phase, startsAtMs, stopsAtMs, confirmByMs }: ScheduleView, texts: Texts): string[] {
  const words = texts.schedule;
  const at = (sentence: string, atMs: number | undefined): string[] =>
    atMs === undefined ? [] : [filled(sentence, { t: momentText(atMs, texts) })];
  return [
    words.phases[phase],
    ...at(words.startsAt, startsAtMs),
    ...at(words.stopsAt, stopsAtMs),
    ...at(words.confirmBy, confirmByMs),
  ];
}

function Now({ schedule, texts, base, formToken }: ScheduleDeskData & Reader): JSX.Element {
  const words = texts.schedule;
  const isOpen = schedule.phase === 'open';
  return (
    <form class="card" method="post" action={`${base}/broadcaster/schedule`}>
      <input type="hidden" name={scheduleFields.token} value={formToken} />
      {scheduleSentences(schedule, texts).map((sentence) => (
        <p>{sentence}</p>
      ))}
      <p>
        {schedule.confirmByMs !== undefined && (
          <>
            <Button action="confirm" label={words.confirm} />{' '}
          </>
        )}
        <Button
          action={isOpen ? 'end' : 'begin'}
          label={isOpen ? words.end : words.begin}
          isQuiet={schedule.confirmByMs !== undefined}
        />
      </p>
    </form>
  );
}

function Plan({ schedule, texts, base, formToken }: ScheduleDeskData & Reader): JSX.Element {
  const words = texts.schedule;
  return (
    <form class="card" method="post" action={`${base}/broadcaster/schedule`} autocomplete="off">
      <h2>{words.plan}</h2>
      <input type="hidden" name={scheduleFields.token} value={formToken} />
      {schedule.phase !== 'open' && <Line name={scheduleFields.start} label={words.start} />}
      <Line name={scheduleFields.stop} label={words.stop} />
      <p class="small faint">{words.hint}</p>
      <p>
        <Button action="plan" label={texts.door.apply} />
      </p>
    </form>
  );
}

function Line({ name, label }: { name: string; label: string }): JSX.Element {
  return (
    <label class="setting">
      <span>{label}</span>
      <input class="field" type="text" name={name} dir="ltr" maxLength={64} />
    </label>
  );
}

function Button({ action, label, isQuiet }: { action: string; label: string; isQuiet?: boolean }): JSX.Element {
  return (
    <button class={isQuiet ? 'button quiet' : 'button'} type="submit" name={scheduleFields.action} value={action}>
      {label}
    </button>
  );
}
