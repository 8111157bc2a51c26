import type { JSX } from 'preact';
import type { RenditionInfo, StreamSnapshot } from '../broadcast/stream-state.ts';
import { renderToString } from 'preact-render-to-string';
import { Document, renderDocument, renderForwarder, renderOpenDocument } from './document.tsx';
import type { InlineFile } from './inline-file.ts';
import { playerHref, viewQuery } from './player-address.ts';
import { Information, type InformationData, Picture, type PictureData, pictureHref } from './player-parts.tsx';
import { informationRules, noScreenRule, screenRule } from './player-update.ts';
import { playingRule } from './quality-links.tsx';
import { StyleRules } from './raw-html.tsx';
import type { Reader } from './reader.ts';
import { describeSnapshot } from './snapshot-text.ts';
import { RecordingsChip, StateScreen } from './stream-info.tsx';

/** What the player document is made of. */
export interface PlayerDocumentData extends Reader {
  readonly snapshot: StreamSnapshot;
  readonly styleHref: string;
  /** The view key: ties this document to its media response. */
  readonly view: string;
  /** The rendition to play, one of the snapshot's; absent if there is nothing to play. */
  readonly rendition?: RenditionInfo;
  /** What the viewer has chosen: a rendition's name or `auto`. */
  readonly choice: string;
  /** The connection did not carry what the viewer has chosen. */
  readonly isBehind?: boolean;
  /** As many are watching as may: the screen says so. */
  readonly isTurnedAway?: boolean;
  /** Starts with sound; browsers may then wait for a click. */
  readonly sound: boolean;
  /** The browser starts only what has a length: the address of the media asks for one. */
  readonly needsLength: boolean;
  /** The picture begins behind the newest moment: where on the timeline, and by how much. */
  readonly rewound?: { readonly startSeconds: number; readonly behindSeconds: number };
  /** Seconds between the end of the document and its reload: 0 for an endless document. */
  readonly refreshSeconds: number;
  /** There are recordings for everybody. */
  readonly hasRecordings?: boolean;
}

/**
 * The open half of the player document: the picture, and the information under it. The browser runs the refresh only when the document ends,
 * so the server reloads the player by ending it. Needs `style-src 'self' 'unsafe-inline'`: there is no script in it, and `renderPlayerUpdate` is style.
 */
export function renderPlayerDocument(data: PlayerDocumentData): string {
  const { rendition, rewound, snapshot, texts } = data;
  // What holds at the newest moment does not hold where this picture is.
  const { screen } = rewound === undefined ? describeSnapshot(snapshot, texts) : {};
  const shown = data.isTurnedAway === true ? texts.full : screen;
  return renderOpenDocument(
    <PlayerFrame
      data={data}
      head={
        <>
          <meta http-equiv="refresh" content={String(data.refreshSeconds)} />
          <StyleRules rules={screenRule(shown) + informationRules(snapshot, texts)} />
          {rewound !== undefined && <StyleRules rules={noScreenRule} />}
        </>
      }
    >
      <div class="stage">
        {rendition !== undefined && (
          <PictureOrLink
            data={{
              ...data,
              rendition,
              isForNow: data.choice !== rendition.name,
              ...(rewound && { fromSeconds: rewound.startSeconds }),
            }}
          />
        )}
        <StateScreen screen={shown}>
          <a class="chip" href={playerHref(data, { r: data.choice, ...(data.sound && { sound: '1' }) })}>
            {texts.playback.reload}
          </a>
          {data.hasRecordings === true && <RecordingsChip {...data} />}
        </StateScreen>
      </div>
      <Information data={{ ...data, ...rewound }} />
    </PlayerFrame>,
  );
}

/** What the first player document of a page is made of. */
export interface FirstPlayerData extends Omit<PictureData, 'sound'> {
  readonly styleHref: string;
  /** The rules for the picture and the frame below it: all it needs, unless it plays sound alone. */
  readonly style?: InlineFile | undefined;
  /** What the viewer has chosen: a rendition's name or `auto`. */
  readonly choice: string;
}

/**
 * The player document that stands in the page itself (`srcdoc`), so that the request for the media leaves as soon as the page is there. It is whole; what is
 * endless in it is the strip below the picture, a frame of its own. The browser runs the refresh only when the strip ends: that loads `/player`. It has the policy
 * of the page, so no style of its own, and shows nothing but the picture: whatever else is to be seen in its place is for `/player`.
 */
export function renderFirstPlayer(data: FirstPlayerData): string {
  const { choice, rendition } = data;
  const wishes = choice === 'auto' ? {} : { r: choice };
  const strip = `${data.base}/player/strip?${viewQuery(data.view, { r: rendition.name, ...(wishes.r && { q: wishes.r }) })}`;
  return renderDocument(
    <PlayerFrame
      data={data}
      isWithin
      style={rendition.height === undefined ? undefined : data.style}
      head={<meta http-equiv="refresh" content={`0; url=${playerHref(data, wishes)}`} />}
    >
      <div class="stage">
        <Picture data={{ ...data, sound: false, isForNow: choice !== rendition.name }} />
      </div>
      <iframe title={data.texts.information} src={strip} srcdoc={renderForwarder(strip)} />
    </PlayerFrame>,
  );
}

/** What a picture that is put over another one is made of. */
export interface PlayerLayerData extends PictureData {
  readonly layer: number;
}

/**
 * Another picture, to be appended to an open player document: it lies over the one that is there, which is seen through it until it has something to show. So
 * the quality changes without a reload and without a moment in the dark.
 */
export function renderPlayerLayer(data: PlayerLayerData): string {
  const { layer, rendition, texts } = data;
  // What lies two below has been covered for long.
  const covered = layer < 2 ? '' : layer === 2 ? '.stage:not(.layer)>.picture' : `#layer-${layer - 2}`;
  const rules = `${covered === '' ? '' : `${covered}{visibility:hidden}`}${playingRule(rendition, texts)}`;
  const picture = renderToString(
    <div class="stage layer" id={`layer-${layer}`}>
      <PictureOrLink data={{ ...data, isForNow: true }} />
    </div>,
  );
  return `${picture}<style>${rules}</style>`;
}

/** The open half of the strip below the picture of a first player document. Like `renderPlayerDocument`, it is brought up to date by style rules. */
export function renderPlayerStrip(data: InformationData & { readonly styleHref: string }): string {
  return renderOpenDocument(
    <PlayerFrame data={data} head={<StyleRules rules={informationRules(data.snapshot, data.texts)} />}>
      <Information data={data} target="_parent" />
    </PlayerFrame>,
  );
}

function PictureOrLink({ data }: { readonly data: PictureData }): JSX.Element {
  const { texts } = data;
  return (
    <Picture data={data}>
      {texts.noVideo} <a href={pictureHref(data)}>{texts.openStream}</a>
    </Picture>
  );
}

interface PlayerFrameProps {
  readonly data: Reader & { readonly snapshot: StreamSnapshot; readonly styleHref: string };
  readonly isWithin?: boolean;
  readonly style?: InlineFile | undefined;
  readonly head: JSX.Element;
  readonly children: JSX.Element | readonly JSX.Element[];
}

function PlayerFrame({ data, isWithin = false, style, head, children }: PlayerFrameProps): JSX.Element {
  const { snapshot, styleHref, texts } = data;
  const { title } = describeSnapshot(snapshot, texts);
  return (
    <Document {...{ texts, title, styleHref, style, isWithin, head }} kind="frame player-frame">
      <main>{children}</main>
    </Document>
  );
}
