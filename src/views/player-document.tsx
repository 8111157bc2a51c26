import type { JSX } from 'preact';
import type { RenditionInfo, StreamSnapshot } from '../broadcast/stream-state.ts';
import { cssString } from './css-string.ts';
import { Document, renderOpenDocument } from './document.tsx';
import { describeSnapshot, renditionLabel, type SnapshotText } from './snapshot-text.ts';
import { StateScreen, StreamInfo } from './stream-info.tsx';
import type { Reader } from './reader.ts';
import type { Texts } from './texts/en.ts';

/** What the player document is made of. */
export interface PlayerDocumentData extends Reader {
  readonly snapshot: StreamSnapshot;
  readonly styleHref: string;
  /** The view key: ties this document to its media response. */
  readonly view: string;
  /** The rendition to play, one of the snapshot's; absent if there is nothing to play. */
  readonly rendition?: RenditionInfo;
  /** As many are watching as may: the screen says so. */
  readonly isTurnedAway?: boolean;
  /** Starts with sound; browsers may then wait for a click. */
  readonly sound: boolean;
  /** The browser starts only what has a length: the address of the media asks for one. */
  readonly needsLength: boolean;
  /** Seconds between the end of the document and its reload: 0 for an endless document. */
  readonly refreshSeconds: number;
}

/**
 * The open half of the player document: the picture, and the information under it. The browser runs the refresh only when the document ends,
 * so the server reloads the player by ending it. Needs `style-src 'self' 'unsafe-inline'`: there is no script in it, and `renderPlayerUpdate` is style.
 */
export function renderPlayerDocument(data: PlayerDocumentData): string {
  const { texts } = data;
  const { title, screen } = describeSnapshot(data.snapshot, texts);
  const shown = data.isTurnedAway === true ? texts.full : screen;
  return renderOpenDocument(
    <Document
      texts={texts}
      title={title}
      styleHref={data.styleHref}
      kind="frame player-frame"
      head={
        <>
          <meta http-equiv="refresh" content={String(data.refreshSeconds)} />
          <style>{screenRule(shown) + waitedRule(texts) + clockRules(data.snapshot, texts)}</style>
        </>
      }
    >
      <main>
        <div class="stage">
          {data.rendition !== undefined && <Picture data={data} rendition={data.rendition} />}
          <StateScreen screen={shown} />
        </div>
        <div class="info">
          <StreamInfo snapshot={data.snapshot} texts={texts} />
          <Choices data={data} />
        </div>
      </main>
    </Document>,
  );
}

function Picture({ data, rendition }: { data: PlayerDocumentData; rendition: RenditionInfo }): JSX.Element {
  const { texts, base } = data;
  // Muted, a browser has no use for sound; and without any it does not wait for a second of it before it begins.
  const silentType = data.sound ? undefined : rendition.pictureMimeType;
  const wishes = { ...(silentType !== undefined && { sound: '0' }), ...(data.needsLength && { length: '1' }) };
  const source = `${base}/stream/${encodeURIComponent(rendition.name)}.mp4?${query(data, wishes)}`;
  return (
    <>
      {rendition.height === undefined && <p class="sound-only">{texts.audioOnly}</p>}
      <video class="picture" autoplay muted={!data.sound} controls playsinline aria-label={texts.video}>
        <source src={source} type={silentType ?? rendition.mimeType} />
        {texts.noVideo} <a href={source}>{texts.openStream}</a>
      </video>
    </>
  );
}

/** Quality, sound and the way back to live, as links to this document. */
function Choices({ data }: { data: PlayerDocumentData }): JSX.Element | null {
  const { rendition, snapshot, sound, texts, base } = data;
  if (rendition === undefined) return null;
  const link = (name: string, withSound: boolean): string =>
    `${base}/player?${query(data, { r: name, ...(withSound && { sound: '1' }) })}`;
  return (
    <div class="choices-and-hint">
      <nav class="choices" aria-label={texts.quality}>
        <a class="chip" href={link(rendition.name, !sound)}>
          {sound ? texts.soundOff : texts.soundOn}
        </a>
        <a class="chip" href={link(rendition.name, sound)} title={texts.goLiveTitle} accesskey="l">
          {texts.goLive}
        </a>
        <span class="segments">
          {snapshot.renditions.map((other) => (
            <a
              key={other.name}
              class="segment"
              href={link(other.name, sound)}
              aria-current={other.name === rendition.name ? 'true' : undefined}
            >
              {renditionLabel(other, texts)}
            </a>
          ))}
        </span>
      </nav>
      <small class="hint">{texts.clickToPlay}</small>
    </div>
  );
}

/**
 * Style rules, to be appended to an open player document, that bring it up to date: title, state, viewers, uptime.
 * Only for documents that are already open, since the clock counts from the moment the rules arrive.
 */
export function renderPlayerUpdate(snapshot: StreamSnapshot, texts: Texts): string {
  const text = describeSnapshot(snapshot, texts);
  const rules = [
    textRule('title', text.title),
    textRule('sentence', text.sentence),
    textRule('viewers', text.viewers),
    `#light{--light:var(--light-${text.light})}`,
    screenRule(text.screen),
    ...(text.screen === undefined
      ? []
      : [textRule('screen-heading', text.screen.heading), textRule('screen-advice', text.screen.advice)]),
    clockRules(snapshot, texts),
  ];
  return `<style>${rules.join('')}</style>`;
}

/** The words that were there give way to these. */
function textRule(id: string, text: string): string {
  return `#${id}>*{display:none}#${id}::after{content:${cssString(text)}}`;
}

function screenRule(screen: SnapshotText['screen']): string {
  return `#screen{display:${screen === undefined ? 'none' : 'grid'}}`;
}

/** What stands around the counted seconds is a sentence of the catalogue. */
function waitedRule({ client }: Texts): string {
  const [before = '', after = ''] = client.waited.split('{n}');
  return `.waited::after{content:${cssString(before)} counter(t) ${cssString(after)}}`;
}

function clockRules(snapshot: StreamSnapshot, texts: Texts): string {
  return (
    clockRule('uptime', snapshot.uptimeSeconds) + clockRule('waited', describeSnapshot(snapshot, texts).waitedSeconds)
  );
}

/** A name of its own for each start makes the animation begin anew: moving the start of a running one would count from where that one began. */
function clockRule(id: string, seconds: number | undefined): string {
  if (seconds === undefined) return `#${id}{display:none}`;
  const start = Math.max(0, Math.floor(seconds));
  const name = `${id}-${start}`;
  return `@keyframes ${name}{from{--t:0}to{--t:8640000}}#${id}{display:inline-flex;animation-name:${name};animation-delay:-${start}s}`;
}

/** The view key, and more. */
function query(data: PlayerDocumentData, more: Readonly<Record<string, string>>): string {
  return new URLSearchParams({ view: data.view, ...more }).toString();
}
