import type { ComponentChildren, JSX } from 'preact';
import { choicesAmong, twinOf } from '../broadcast/renditions.ts';
import type { RenditionInfo, StreamSnapshot } from '../broadcast/stream-state.ts';
import type { Reader } from './reader.ts';
import { RewindLinks } from './rewind-links.tsx';
import { renditionLabel } from './snapshot-text.ts';
import { StreamInfo } from './stream-info.tsx';

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
  /** How far behind the newest moment the picture is, if it was begun behind it. */
  readonly behindSeconds?: number;
}

/**
 * The picture; it plays by itself as long as it is muted. A browser takes the first codec that it knows, and asks for no other. `children` is what browsers without
 * video show.
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
      {rendition.height === undefined && <p class="sound-only">{texts.audioOnly}</p>}
      <video class="picture" autoplay muted={!sound} controls playsinline aria-label={texts.video}>
        <PictureSource data={data} />
        {twin !== undefined && <PictureSource data={{ ...data, rendition: twin }} />}
        {children}
      </video>
    </>
  );
}

function PictureSource({ data }: { readonly data: PictureData }): JSX.Element {
  return <source src={pictureHref(data)} type={silentType(data) ?? data.rendition.mimeType} />;
}

/** The address of the media. */
export function pictureHref(data: PictureData): string {
  const { fromSeconds } = data;
  const wishes = {
    ...(silentType(data) !== undefined && { sound: '0' }),
    ...(data.needsLength && { length: '1' }),
    ...(fromSeconds !== undefined && { from: fromSeconds.toFixed(3) }),
  };
  return `${data.base}/stream/${encodeURIComponent(data.rendition.name)}.mp4?${viewQuery(data.view, wishes)}`;
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
  return (
    <div class="info">
      <StreamInfo snapshot={data.snapshot} texts={data.texts} behindSeconds={data.behindSeconds} />
      <Choices data={data} target={target} />
    </div>
  );
}

/** Quality, sound and the way back to live. */
function Choices({ data, target }: { data: InformationData; target: '_parent' | undefined }): JSX.Element | null {
  const { rendition, snapshot, sound, texts } = data;
  if (rendition === undefined) return null;
  const wishes = (name: string, withSound: boolean) => ({ r: name, ...(withSound && { sound: '1' }) });
  const ago = data.behindSeconds === undefined ? {} : { ago: data.behindSeconds.toFixed(0) };
  const link = (name: string, withSound: boolean): string => playerHref(data, { ...wishes(name, withSound), ...ago });
  const live = playerHref(data, wishes(rendition.name, sound));
  // Whoever plays VP9 has no H.264; of all others it is assumed, and if it is not so the browser takes the twin.
  const isOfCodec = ({ codec }: RenditionInfo): boolean => codec !== (rendition.codec === 'vp9' ? 'h264' : 'vp9');
  return (
    <div class="choices-and-hint">
      <nav class="choices" aria-label={texts.quality}>
        <a class="chip" href={link(rendition.name, !sound)} target={target}>
          {sound ? texts.soundOff : texts.soundOn}
        </a>
        <RewindLinks data={data} wishes={wishes(rendition.name, sound)} target={target} />
        <a class="chip" href={live} target={target} title={texts.goLiveTitle} accesskey="l">
          {texts.goLive}
        </a>
        <span class="segments">
          {choicesAmong(snapshot.renditions, isOfCodec).map((other) => (
            <a
              key={other.name}
              class="segment"
              href={link(other.name, sound)}
              target={target}
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

/** The address of a player document of this view. */
export function playerHref(
  { base, view }: Pick<InformationData, 'base' | 'view'>,
  wishes: Readonly<Record<string, string>> = {},
): string {
  return `${base}/player?${viewQuery(view, wishes)}`;
}

/** The view key, and more. */
export function viewQuery(view: string, more: Readonly<Record<string, string>>): string {
  return new URLSearchParams({ view, ...more }).toString();
}
