import type { JSX } from 'preact';
import { renderDocument } from './document.tsx';
import type { Reader } from './reader.ts';
import { Shell } from './shell.tsx';
import type { Texts } from './texts/en.ts';
import { clockText, dayText } from './time-text.ts';

/** A recording as everybody may know it. */
export interface ShownRecording {
  readonly id: string;
  readonly title: string;
  readonly seconds: number;
  /** Absent where pages do not say when a recording was made. */
  readonly createdAtMs?: number;
}

/** `/recordings`. */
export interface RecordingsPageData {
  /** The newest first. */
  readonly recordings: readonly ShownRecording[];
}

/** A rendition of a recording, and the files it is played from. */
export interface ShownRendition {
  readonly name: string;
  readonly mimeType: string;
  readonly height?: number | undefined;
  readonly parts: readonly { readonly startSeconds: number; readonly seconds: number }[];
}

/** `/recordings/<id>`, `/clips/<id>`. */
export interface RecordingPageData {
  readonly recording: ShownRecording;
  readonly isClip: boolean;
  /** Otherwise only the broadcaster can see it. */
  readonly isPublished: boolean;
  readonly renditions: readonly ShownRendition[];
  readonly rendition: ShownRendition;
  /** Counted from 1. */
  readonly part: number;
}

type Styled = Reader & { readonly styleHref: string };

/** All recordings that are published. */
export function renderRecordingsPage(data: RecordingsPageData & Styled): string {
  const { texts, base, recordings, styleHref } = data;
  const words = texts.recordings;
  return renderDocument(
    <Shell
      {...{ texts, base, styleHref }}
      title={`${words.heading} - ${texts.productName}`}
      kind="log-page"
      tools={<Tool href={`${base}/`} label={texts.backToStream} />}
    >
      <main class="log-main">
        <h1>{words.heading}</h1>
        {recordings.length === 0 && <p>{words.none}</p>}
        <ul class="recordings">
          {recordings.map((recording) => (
            <li key={recording.id}>
              <a class="card" href={`${base}/recordings/${recording.id}`}>
                <bdi>{titleOf(recording, texts)}</bdi> <Facts recording={recording} texts={texts} />
              </a>
            </li>
          ))}
        </ul>
      </main>
    </Shell>,
  );
}

/** A recording or a clip, in the browser's own player: it works with and without script, and goes to any place. */
export function renderRecordingPage(data: RecordingPageData & Styled): string {
  const { texts, base, recording, isClip, styleHref } = data;
  const words = texts.recordings;
  const title = titleOf(recording, texts);
  const back = isClip
    ? { href: `${base}/`, label: texts.backToStream }
    : { href: `${base}/recordings`, label: words.all };
  return renderDocument(
    <Shell
      {...{ texts, base, styleHref }}
      title={`${title} - ${texts.productName}`}
      kind="recording-page"
      tools={<Tool {...back} />}
    >
      <main class="recording-main">
        <RecordedPicture data={data} />
        <div class="info">
          <h1 class="info-title">
            <bdi>{title}</bdi>
          </h1>
          <p>
            <Facts recording={recording} texts={texts} />
            {isClip && <> {words.isClip}</>}
            {!data.isPublished && <strong> {words.onlyYou}</strong>}
          </p>
          <Choices data={data} />
        </div>
      </main>
    </Shell>,
  );
}

function RecordedPicture({ data }: { readonly data: RecordingPageData & Styled }): JSX.Element {
  const { rendition, texts } = data;
  const src = fileOf(data, 'mp4');
  return (
    <div class="stage">
      {rendition.height === undefined && (
        <div class="screen sound-only">
          <i class="rings" aria-hidden="true" />
          <p class="screen-heading">{texts.audioOnly}</p>
        </div>
      )}
      <video class="recorded" controls playsinline preload="metadata" aria-label={texts.video}>
        <source src={src} type={rendition.mimeType} />
        {texts.noVideo} <a href={src}>{texts.openStream}</a>
      </video>
    </div>
  );
}

/** Parts of a long recording, renditions, and the file itself. */
function Choices({ data }: { readonly data: RecordingPageData & Styled }): JSX.Element {
  const { rendition, renditions, part, texts } = data;
  const words = texts.recordings;
  return (
    <nav class="choices recording-choices" aria-label={texts.quality}>
      {rendition.parts.length > 1 && (
        <span class="segments">
          {rendition.parts.map(({ startSeconds }, n) => (
            <Segment
              key={startSeconds}
              href={pageOf(data, rendition.name, n + 1)}
              label={clockText(Math.round(startSeconds))}
              isCurrent={n + 1 === part}
            />
          ))}
        </span>
      )}
      {renditions.length > 1 && (
        <span class="segments">
          {renditions.map(({ name, height }) => (
            <Segment
              key={name}
              href={pageOf(data, name, 1)}
              label={height === undefined ? texts.audioOnly : name}
              isCurrent={name === rendition.name}
            />
          ))}
        </span>
      )}
      <a class="chip" href={fileOf(data, 'mp4')} download>
        {words.save}
      </a>
      <a class="chip" href={fileOf({ ...data, part: 1 }, 'm3u8')}>
        {texts.otherPlayers}
      </a>
    </nav>
  );
}

function Segment({ href, label, isCurrent }: { href: string; label: string; isCurrent: boolean }): JSX.Element {
  return (
    <a class="segment" href={href} aria-current={isCurrent ? 'true' : undefined}>
      {label}
    </a>
  );
}

function Facts({ recording, texts }: { readonly recording: ShownRecording; readonly texts: Texts }): JSX.Element {
  const { seconds, createdAtMs } = recording;
  return (
    <span class="faint small">
      {clockText(Math.round(seconds))}
      {createdAtMs !== undefined && <> · {dayText(createdAtMs, texts)}</>}
    </span>
  );
}

function Tool({ href, label }: { href: string; label: string }): JSX.Element {
  return (
    <a class="quiet-link" href={href}>
      {label}
    </a>
  );
}

/** A recording made without a title is called as streams without one are. */
export function titleOf({ title }: Pick<ShownRecording, 'title'>, texts: Texts): string {
  return title === '' ? texts.untitled : title;
}

function fileOf({ base, recording, rendition, part }: RecordingPageData & Styled, type: 'mp4' | 'm3u8'): string {
  const ending = part === 1 ? type : `part${part}.${type}`;
  return `${base}/recordings/${recording.id}/${rendition.name}.${ending}`;
}

function pageOf({ base, recording, isClip }: RecordingPageData & Styled, rendition: string, part: number): string {
  const query = new URLSearchParams({ r: rendition, ...(part > 1 && { part: String(part) }) });
  return `${base}/${isClip ? 'clips' : 'recordings'}/${recording.id}?${query}`;
}
