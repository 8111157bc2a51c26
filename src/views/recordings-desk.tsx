import type { JSX } from 'preact';
import { DeskPage } from './desk-page.tsx';
import { renderDocument } from './document.tsx';
import type { Reader } from './reader.ts';
import { titleOf } from './recordings-page.tsx';
import type { Texts } from './texts/en.ts';
import { filled } from './texts/words.ts';
import { clockText, momentText, sizeText } from './time-text.ts';

/** Names of the fields of the desk's forms. */
export const recordingFields = { token: 'token', action: 'action', id: 'id', title: 'title' } as const;

/** A recording or clip as the broadcaster sees it. */
export interface RecordingRow {
  readonly id: string;
  readonly title: string;
  readonly seconds: number;
  readonly bytes: number;
  readonly createdAtMs: number;
  readonly isPublished: boolean;
}

/** `/broadcaster/recordings`. */
export interface RecordingsDeskData {
  readonly formToken: string;
  readonly status: {
    readonly isOn: boolean;
    readonly isRecording: boolean;
    readonly seconds: number;
    readonly bytes: number;
    readonly stopped?: keyof Texts['recordings']['stopped'];
  };
  /** The newest first. */
  readonly recordings: readonly RecordingRow[];
  readonly clips: readonly RecordingRow[];
  readonly notice?: keyof Texts['recordings']['notices'];
}

type Data = RecordingsDeskData & Reader & { readonly styleHref: string };

/** The broadcaster's page of what is kept. */
export function renderRecordingsDesk(data: Data): string {
  const { texts, base, styleHref, notice } = data;
  const words = texts.recordings;
  return renderDocument(
    <DeskPage {...{ texts, base, styleHref }} heading={words.heading} notice={notice && words.notices[notice]}>
      <div class="desk-column">
        <Switch data={data} />
        <Kept data={data} heading={words.kept} rows={data.recordings} none={words.nothingKept} />
        {data.clips.length > 0 && <Kept data={data} heading={words.clips} rows={data.clips} isClips />}
      </div>
    </DeskPage>,
  );
}

function Switch({ data }: { readonly data: Data }): JSX.Element {
  const { texts, status } = data;
  const words = texts.recordings;
  const facts = { t: clockText(Math.round(status.seconds)), s: sizeText(status.bytes, texts) };
  const sentence = status.isRecording ? filled(words.recording, facts) : status.isOn ? words.waiting : words.off;
  return (
    <section class="card">
      <div class="card-head">
        <h2>{words.record}</h2>
        <a class="quiet-link" href={`${data.base}/broadcaster/recordings`}>
          {texts.reload}
        </a>
      </div>
      {status.stopped !== undefined && (
        <p class="alert" role="alert">
          {words.stopped[status.stopped]}
        </p>
      )}
      <p class="desk-state">
        <i class={`light light-${status.isRecording ? 'ended' : 'off'}`} aria-hidden="true" /> {sentence}
      </p>
      <form method="post" action={`${data.base}/broadcaster/recordings`}>
        <Token data={data} />
        <Action action={status.isOn ? 'stop' : 'start'} label={status.isOn ? words.stop : words.start} />
      </form>
    </section>
  );
}

interface KeptProps {
  readonly data: Data;
  readonly heading: string;
  readonly rows: readonly RecordingRow[];
  readonly none?: string;
  readonly isClips?: boolean;
}

function Kept({ data, heading, rows, none, isClips = false }: KeptProps): JSX.Element {
  return (
    <section class="card">
      <h2>{heading}</h2>
      {rows.length === 0 && <p class="faint">{none}</p>}
      {rows.map((row) => (
        <Row key={row.id} data={data} row={row} isClip={isClips} />
      ))}
    </section>
  );
}

function Row({ data, row, isClip }: { readonly data: Data; readonly row: RecordingRow; isClip: boolean }): JSX.Element {
  const { texts, base } = data;
  const words = texts.recordings;
  const { id, title, seconds, bytes, createdAtMs, isPublished } = row;
  return (
    <form class="recording-row" method="post" action={`${base}/broadcaster/recordings`} autocomplete="off">
      <Token data={data} />
      <input type="hidden" name={recordingFields.id} value={id} />
      <p class="small faint">
        <a href={`${base}/${isClip ? 'clips' : 'recordings'}/${id}`}>{words.play}</a> · {clockText(Math.round(seconds))}{' '}
        · {sizeText(bytes, texts)} · {momentText(createdAtMs, texts)}
        {!isClip && <> · {isPublished ? words.published : words.notPublished}</>}
      </p>
      <div class="in-line">
        <input
          class="field"
          type="text"
          name={recordingFields.title}
          value={title}
          aria-label={texts.desk.title}
          placeholder={titleOf({ title: '' }, texts)}
        />{' '}
        <Action action="rename" label={texts.desk.change} />
      </div>
      <div class="recording-actions">
        {!isClip && (
          <Action
            action={isPublished ? 'unpublish' : 'publish'}
            label={isPublished ? words.unpublish : words.publish}
          />
        )}
        <details>
          <summary class="quiet-link">{words.delete}</summary>
          <p class="small">{words.deleteHint}</p>
          <Action action="delete" label={words.deleteForGood} />
        </details>
      </div>
    </form>
  );
}

function Action({ action, label }: { action: string; label: string }): JSX.Element {
  return (
    <button class="button quiet" type="submit" name={recordingFields.action} value={action}>
      {label}
    </button>
  );
}

function Token({ data }: { readonly data: Data }): JSX.Element {
  return <input type="hidden" name={recordingFields.token} value={data.formToken} />;
}
