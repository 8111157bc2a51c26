import type { ComponentChildren, JSX } from 'preact';
import { twinOf } from '../broadcast/renditions.ts';
import type { RenditionInfo, StreamSnapshot } from '../broadcast/stream-state.ts';
import { playerHref, viewQuery } from './player-address.ts';
import type { Reader } from './reader.ts';
import { QualityLinks } from './quality-links.tsx';
import { RewindLinks } from './rewind-links.tsx';
import { describeSnapshot } from './snapshot-text.ts';
import { StreamInfo } from './stream-info.tsx';
import type { Texts } from './texts/en.ts';
import { titleRoom } from './title-room.ts';

/** Which picture, and how. */
export interface PictureData extends Reader {
  /** The view key: ties what is on one screen together. */
  readonly view: string;
  readonly rendition: RenditionInfo;
  readonly snapshot: StreamSnapshot;
  /** Starts with sound; browsers may then wait for a click. */
  readonly sound: boolean;
  /** The browser starts only what has a length: the address of the media asks for one. */
  readonly needsLength: boolean;
  /** Which of the pictures of its document this is: absent for the first one, else how many have been put over that. */
  readonly layer?: number;
  /** Sound alone, and that only until the connection carries a picture again. */
  readonly isForNow?: boolean;
  /** Begins at this time of the timeline, which is not the newest. */
  readonly fromSeconds?: number;
}

/** What stands below the picture. */
export interface InformationData extends Reader {
  readonly snapshot: StreamSnapshot;
  readonly view: string;
  /** Absent if nothing is played, and there is nothing to choose. */
  readonly rendition?: RenditionInfo;
  readonly sound: boolean;
  /** What has been chosen: a rendition's name or `auto`. */
  readonly choice: string;
  /** The connection did not carry what has been chosen. */
  readonly isBehind?: boolean;
  /** How far behind the newest moment the picture is, if it was begun behind it. */
  readonly behindSeconds?: number;
}

/**
 * The picture; it plays by itself as long as it is muted. A browser takes the first codec that it knows, and asks for no other; one that knows none of them asks for
 * what stands behind them, which tells us. `children` is what browsers without video show.
 */
export function Picture({
  data,
  children,
}: {
  readonly data: PictureData;
  readonly children?: ComponentChildren;
}): JSX.Element {
  const { texts, rendition, sound, snapshot } = data;
  const twin = twinOf(snapshot.renditions, rendition);
  return (
    <>
      {rendition.height === undefined && (
        <SoundScreen
          advice={data.isForNow === true ? texts.playback.soundForNow : texts.playback.soundChosen}
          texts={texts}
        />
      )}
      <video class="picture" autoplay muted={!sound} controls playsinline aria-label={texts.video}>
        <PictureSource data={data} />
        {twin !== undefined && <PictureSource data={{ ...data, rendition: twin }} />}
        <source src={`${data.base}/player/unplayable?${viewQuery(data.view, {})}`} />
        {children}
      </video>
    </>
  );
}

function PictureSource({ data }: { readonly data: PictureData }): JSX.Element {
  return <source src={pictureHref(data)} type={silentType(data) ?? data.rendition.mimeType} />;
}

/** What is seen while only sound is played. */
function SoundScreen({ advice, texts }: { readonly advice: string; readonly texts: Texts }): JSX.Element {
  return (
    <div class="screen sound-only">
      <i class="rings" aria-hidden="true" />
      <p class="screen-heading">{texts.audioOnly}</p>
      <p class="screen-advice">{advice}</p>
    </div>
  );
}

/** The address of the media. */
export function pictureHref(data: PictureData): string {
  const { fromSeconds, layer } = data;
  const wishes = {
    ...(silentType(data) !== undefined && { sound: '0' }),
    ...(data.needsLength && { length: '1' }),
    ...(layer !== undefined && { layer: String(layer) }),
    ...(fromSeconds !== undefined && { from: notBefore(fromSeconds) }),
  };
  return `${data.base}/stream/${encodeURIComponent(data.rendition.name)}.mp4?${viewQuery(data.view, wishes)}`;
}

/** To the millisecond, rounded up: at a time before that of a keyframe begins the one before it. */
function notBefore(seconds: number): string {
  return (Math.ceil(seconds * 1000) / 1000).toFixed(3);
}

/** Muted, a browser has no use for sound; and without any it does not wait for a second of it before it begins. Behind live that is of no use. */
function silentType({ sound, rendition, fromSeconds }: PictureData): string | undefined {
  return sound || fromSeconds !== undefined ? undefined : rendition.pictureMimeType;
}

/** The information, and the choices as links to player documents. `target`: the frame of the player, if this document is not the one in it. */
export function Information({
  data,
  target,
}: {
  readonly data: InformationData;
  readonly target?: '_parent';
}): JSX.Element {
  const { lines } = titleRoom(describeSnapshot(data.snapshot, data.texts));
  return (
    <div class={lines === 0 ? 'info brief' : 'info'}>
      <StreamInfo snapshot={data.snapshot} texts={data.texts} behindSeconds={data.behindSeconds} cutsTitle />
      <Choices data={data} target={target} />
      <Silence data={data} target={target} />
    </div>
  );
}

/** Without script nothing else tells a viewer that the connection stands still. The style sheet shows it when no pulse (`renderPulse`) comes any more. */
function Silence({ data, target }: { data: InformationData; target: '_parent' | undefined }): JSX.Element {
  const { choice, sound, texts } = data;
  return (
    <p class="lost" role="status">
      {texts.playback.silent}{' '}
      <a href={playerHref(data, { r: choice, ...(sound && { sound: '1' }) })} target={target}>
        {texts.playback.reload}
      </a>
    </p>
  );
}

/** Sound, the way back to live, quality. */
function Choices({ data, target }: { data: InformationData; target: '_parent' | undefined }): JSX.Element | null {
  const { rendition, snapshot, sound, choice, texts } = data;
  if (rendition === undefined) return null;
  const wishes = (name: string, withSound: boolean) => ({ r: name, ...(withSound && { sound: '1' }) });
  const ago = data.behindSeconds === undefined ? {} : { ago: data.behindSeconds.toFixed(0) };
  const link = (name: string, withSound: boolean): string => playerHref(data, { ...wishes(name, withSound), ...ago });
  const live = playerHref(data, wishes(choice, sound));
  const soundAlone = snapshot.renditions.find(({ codec }) => codec === 'none');
  return (
    <>
      {data.isBehind === true && (
        <p class="too-slow">
          {texts.playback.tooSlow}{' '}
          {choice !== 'auto' && (
            <a href={link('auto', sound)} target={target}>
              {texts.playback.auto}
            </a>
          )}
        </p>
      )}
      <Unplayed texts={texts}>
        {rendition.height !== undefined && soundAlone !== undefined && (
          <a href={link(soundAlone.name, sound)} target={target}>
            {texts.audioOnly}
          </a>
        )}
      </Unplayed>
      <nav class="choices" aria-label={texts.video}>
        <a class="chip" href={link(choice, !sound)} target={target}>
          {sound ? texts.soundOff : texts.soundOn}
        </a>
        <RewindLinks data={data} wishes={wishes(choice, sound)} target={target} />
        <a class="chip" href={live} target={target} title={texts.goLiveTitle} accesskey="l">
          {texts.goLive}
        </a>
        {rendition.height !== undefined && data.behindSeconds === undefined && <p class="hint">{texts.clickToPlay}</p>}
      </nav>
      <QualityLinks
        {...{ renditions: snapshot.renditions, playing: rendition, choice, texts, target }}
        hrefFor={(name) => link(name, sound)}
      />
    </>
  );
}

/**
 * What the server knows of a browser that plays nothing. It has asked for no format at all: something holds media back until it is clicked; the style sheet shows this
 * when `askedRule` has not come for a while. Or it has asked for what stands behind all formats (`unplayableRule`).
 */
function Unplayed({ texts, children }: { readonly texts: Texts; readonly children: ComponentChildren }): JSX.Element {
  return (
    <>
      <p class="unplayed blocked" role="status">
        {texts.client.clickToPlay}
      </p>
      <p class="unplayed no-format" role="status">
        {texts.playback.unplayable} {children} <a href="/stream.m3u8">{texts.otherPlayers}</a>
      </p>
    </>
  );
}
