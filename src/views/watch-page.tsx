import type { JSX } from 'preact';
import { startingRendition } from '../broadcast/renditions.ts';
import type { RenditionInfo, StreamSnapshot } from '../broadcast/stream-state.ts';
import type { ChatFormData, ChatLimits } from '../chat/chat-view.ts';
import type { Capcode } from '../chat/message.ts';
import { openModes, publicModes } from '../chat/modes.ts';
import { palette } from '../identity/colour.ts';
import { ChatForm } from './chat-form.tsx';
import { type PageAssets, renderDocument, renderForwarder } from './document.tsx';
import { HlsNote, HlsStage } from './hls-stage.tsx';
import { PeopleCount } from './people-page.tsx';
import { Keys, PlayerControls, SoundPill } from './player-controls.tsx';
import { renderFirstPlayer } from './player-document.tsx';
import { playerHref } from './player-address.ts';
import type { InlineFiles } from './inline-file.ts';
import { InlineScript, ScriptData, ScriptMarkup } from './raw-html.tsx';
import { Shell } from './shell.tsx';
import { describeSnapshot } from './snapshot-text.ts';
import { RecordingsChip, StateScreen, StreamInfo } from './stream-info.tsx';
import { titleRoom } from './title-room.ts';
import { earlyMediaScript } from './early-media.ts';
import type { Reader } from './reader.ts';
import type { OfferedLanguage } from './texts/catalogues.ts';
import type { PageSettings } from './wire.ts';

/** What the watch page is made of. */
export interface WatchPageData extends Reader {
  readonly snapshot: StreamSnapshot;
  readonly assets: PageAssets;
  /** What of these stands in the page, so that the connections that are there are free for the stream. */
  readonly inlined?: InlineFiles;
  /** Stands in the title bar after the stream's title. */
  readonly siteName: string;
  /** A few sentences about the site, below the stream; may be empty. */
  readonly about: string;
  /** View key, new for every page. */
  readonly view: string;
  /** What the player's frame plays at once; absent if there is nothing, or nothing for this viewer: the frame then asks what to show. */
  readonly firstPlayer?: { readonly rendition: RenditionInfo; readonly needsLength: boolean };
  /** The quality that has been chosen: a rendition's name, or `auto`. */
  readonly choice: string;
  /** The browser keeps no cookies, so that the links of the page carry the choice. */
  readonly carriesChoice?: boolean;
  /** hls.js, or without script the browser's own player of HLS, in place of our own. */
  readonly player?: 'hls';
  /** False for the page without script: the frames stand in the open and no script is loaded. */
  readonly script: boolean;
  /** Those to choose from. */
  readonly languages: readonly OfferedLanguage[];
  /** How many are here; absent for those who may not see who. */
  readonly people?: number;
  /** There are recordings for everybody. */
  readonly hasRecordings?: boolean;
  /** Other addresses of the same stream. */
  readonly elsewhere?: readonly string[];
  /** Viewers may make clips. */
  readonly mayClip?: boolean;
  /** The form will ask for a captcha: its frame needs room for that. */
  readonly isCaptchaAsked?: boolean;
  /** Set for the broadcaster and moderators: under which mark they write. */
  readonly capcode?: Capcode;
  readonly chat: { readonly limits: ChatLimits; readonly hasEmotes?: boolean };
}

/**
 * The one page, with and without script. Without, frames that stay open carry picture, log and form (three endless responses at most);
 * with, the script puts in what is made for it.
 */
export function renderWatchPage(data: WatchPageData): string {
  const { texts, base } = data;
  const told = describeSnapshot(data.snapshot, texts);
  const { lines } = titleRoom(told);
  return renderDocument(
    <Shell
      texts={texts}
      base={base}
      title={`${told.title} - ${data.siteName}`}
      styleHref={data.assets.style}
      style={data.inlined?.style}
      kind={lines === 0 ? 'watch' : `watch room-${lines}`}
      first={data.script && <EarlyMedia data={data} />}
      head={<Head data={data} />}
      tools={<Tools data={data} />}
    >
      <main class="watch-main">
        <div class="column">
          {data.script && (
            <ScriptMarkup>
              <Stage data={data} />
            </ScriptMarkup>
          )}
          <Frames script={data.script}>
            {data.player === 'hls' ? <HlsStage {...data} /> : <PlayerIframe data={data} />}
          </Frames>
          <section class={data.player === 'hls' ? 'info' : 'info for-script'} aria-label={texts.information}>
            <StreamInfo snapshot={data.snapshot} texts={texts} />
          </section>
          {data.player === 'hls' && <HlsNote {...data} />}
          <input class="fold" type="checkbox" aria-label={texts.more} title={texts.more} autocomplete="off" />
          {data.about !== '' && <p class="about">{data.about}</p>}
          <Foot data={data} />
        </div>
        <Chat data={data} />
      </main>
      {data.script && (
        <ScriptMarkup>
          <Keys texts={texts} isStaff={data.capcode !== undefined} />
        </ScriptMarkup>
      )}
    </Shell>,
  );
}

/** The player without script. Where the page holds its first document, the request for the media need not wait for that of a document. */
function PlayerIframe({ data }: { data: WatchPageData }): JSX.Element {
  const { firstPlayer, assets, texts } = data;
  const first =
    firstPlayer &&
    renderFirstPlayer({ ...data, ...firstPlayer, styleHref: assets.style, style: data.inlined?.firstPlayerStyle });
  return (
    <iframe
      class="player-iframe"
      name="player"
      title={texts.video}
      src={playerHref(data, data.choice === 'auto' ? {} : { r: data.choice })}
      srcdoc={first}
      allow="autoplay; fullscreen"
    />
  );
}

/** The page's own script, and what staff need. */
function Head({ data }: { data: WatchPageData }): JSX.Element {
  return (
    <>
      {data.script && <Scripts data={data} />}
      {data.capcode !== undefined && <link rel="stylesheet" href={data.assets.staffStyle} />}
      {data.capcode !== undefined && data.script && <script type="module" src={data.assets.staffScript} />}
    </>
  );
}

/** The request for the stream, if there is one: the first of all. */
function EarlyMedia({ data }: { data: WatchPageData }): JSX.Element | null {
  const { base, choice, snapshot, player } = data;
  const first = snapshot.renditions.find(({ name }) => name === choice) ?? startingRendition(snapshot.renditions);
  if (player === 'hls' || first === undefined) return null;
  return <script data-url={`${base}/stream/${first.name}.mp4`}>{earlyMediaScript}</script>;
}

function Scripts({ data }: { data: WatchPageData }): JSX.Element {
  const { base, choice, snapshot, texts, assets, inlined } = data;
  const isHls = data.player === 'hls';
  const settings: PageSettings = { base, choice, snapshot, texts: texts.client };
  return (
    <>
      {isHls && <link rel="modulepreload" href={assets.hlsLibrary} />}
      <ScriptData id="page" data={settings} />
      {inlined?.script === undefined ? (
        <script type="module" src={isHls ? assets.hlsScript : assets.script} />
      ) : (
        <InlineScript file={inlined.script} />
      )}
    </>
  );
}

/** Frames are for browsers without script: in the page with script they stand in `noscript`. */
function Frames({ script, children }: { script: boolean; children: JSX.Element | JSX.Element[] }): JSX.Element {
  return script ? <noscript>{children}</noscript> : <>{children}</>;
}

function Tools({ data: { texts, base, script, choice, carriesChoice } }: { data: WatchPageData }): JSX.Element {
  const carried = carriesChoice === true && choice !== 'auto' ? { q: choice } : {};
  const href = (wishes: Readonly<Record<string, string>>): string => {
    const query = new URLSearchParams({ ...wishes, ...carried }).toString();
    return `${base}/${query === '' ? '' : `?${query}`}`;
  };
  return (
    <nav class="tools">
      <a class="skip" href="#chat">
        {texts.skipToChat}
      </a>{' '}
      {script ? (
        <a class="faint to-plain" href={href({ script: '0' })}>
          <span class="long">{texts.notWorking} </span>
          {texts.withoutScript}
        </a>
      ) : (
        <a class="faint" href={href({})}>
          {texts.withScript}
        </a>
      )}
    </nav>
  );
}

function Stage({ data }: { data: WatchPageData }): JSX.Element {
  const { snapshot, texts } = data;
  return (
    <section class="stage" id="stage" aria-label={texts.video}>
      <StateScreen screen={describeSnapshot(snapshot, texts).screen}>
        {data.hasRecordings === true && <RecordingsChip {...data} />}
      </StateScreen>
      <p class="stage-notice" id="stage-notice" role="status" hidden />
      <PlayerControls texts={texts} />
      <SoundPill texts={texts} />
    </section>
  );
}

/** As many characters of an onion address as tell it from others; the link has all of it. */
const shownOfAddress = 12;

function Foot({ data }: { data: WatchPageData }): JSX.Element {
  const { texts, base, languages, hasRecordings, mayClip, elsewhere = [] } = data;
  return (
    <footer class="foot">
      <a href={`${base}/chat/log`}>{texts.chatLogTitle}</a> <a href="/stream.m3u8">{texts.otherPlayers}</a>
      {mayClip === true && (
        <>
          {' '}
          <a href={`${base}/clip`} target="_blank">
            {texts.recordings.clip.make}
          </a>
        </>
      )}
      {hasRecordings === true && (
        <>
          {' '}
          <a href={`${base}/recordings`}>{texts.recordings.heading}</a>
        </>
      )}
      {languages.length > 1 && (
        <>
          {' '}
          <a href={`${base}/language`}>{texts.language}</a>
        </>
      )}
      {elsewhere.length > 0 && <span class="faint"> {texts.alsoAt}</span>}
      {elsewhere.map((address) => (
        <>
          {' '}
          <a href={`http://${address}/`} dir="ltr">{`${address.slice(0, shownOfAddress)}…`}</a>
        </>
      ))}
    </footer>
  );
}

function Chat({ data }: { data: WatchPageData }): JSX.Element {
  const { texts, base } = data;
  return (
    <section class="chat" id="chat" aria-labelledby="chat-heading">
      <header class="chat-head">
        <h2 id="chat-heading">{texts.chat}</h2>
        <span class="chat-links">
          <PeopleLink data={data} />{' '}
          <Frames script={data.script}>
            <a class="quiet-link" href={`${base}/chat`} target="chat" title={texts.reloadChat}>
              {texts.reload}
            </a>
          </Frames>{' '}
          {/* Without script the form has this link, and here is less room. */}
          {data.capcode !== undefined && data.script && (
            <ScriptMarkup>
              <a class="quiet-link" href={`${base}/staff`} target="_blank">
                {texts.staff.heading}
              </a>
            </ScriptMarkup>
          )}{' '}
          <a class="quiet-link" href={`${base}/chat/log`} target="_blank" title={texts.logTitle}>
            {texts.log}
          </a>
        </span>
      </header>
      <Frames script={data.script}>
        <iframe class="chat-iframe" name="chat" title={texts.chatMessages} {...afterPicture(data, `${base}/chat`)} />
        <iframe
          class={`form-iframe${data.isCaptchaAsked === true ? ' tall' : ''}`}
          name="chat-form"
          title={texts.writeMessage}
          {...afterPicture(data, `${base}/chat/form`)}
        />
      </Frames>
      {data.script && (
        <ScriptMarkup>
          <LiveChat data={data} />
        </ScriptMarkup>
      )}
    </section>
  );
}

/**
 * Where the page asks for media, frames beside the picture are asked for by a document in the page, which takes them a moment longer: a connection that is
 * there is for the picture. Text browsers go by `src`.
 */
function afterPicture({ firstPlayer }: WatchPageData, src: string): { src: string; srcdoc?: string } {
  return firstPlayer === undefined ? { src } : { src, srcdoc: renderForwarder(src) };
}

/** Shows the list of people where the messages are: in their frame, or with script in their place. */
function PeopleLink({ data: { texts, base, people, script } }: { data: WatchPageData }): JSX.Element | null {
  if (people === undefined) return null;
  return (
    <>
      <Frames script={script}>
        <a class="quiet-link" href={`${base}/people`} target="chat">
          <PeopleCount total={people} texts={texts} />
        </a>
      </Frames>
      {script && (
        <ScriptMarkup>
          <button
            class="quiet-link plain-button"
            id="people-toggle"
            type="button"
            aria-expanded="false"
            aria-controls="people"
          >
            <PeopleCount total={people} texts={texts} />
          </button>
        </ScriptMarkup>
      )}
    </>
  );
}

function LiveChat({ data }: { data: WatchPageData }): JSX.Element {
  const { texts } = data;
  return (
    <div class="live-chat">
      <div class="banner" id="banner" />
      <div class="ballot" id="ballot" />
      <div class="chat-box" id="chat-box" tabIndex={0} aria-label={texts.chatMessages} role="region">
        <div class="chat-log" id="chat-log" role="log" aria-live="polite" aria-label={texts.chatMessages}>
          <p class="chat-empty">{texts.noMessages}</p>
        </div>
      </div>
      {data.people !== undefined && (
        <div class="people" id="people" tabIndex={-1} aria-label={texts.people.heading} role="region" hidden />
      )}
      <button class="newer" id="newer" type="button" hidden />
      <p class="chat-notice" id="chat-notice" role="status" hidden />
      <ChatForm data={blankForm(data)} texts={texts} isForScript />
    </div>
  );
}

/** The form before the script has fetched its own: nothing in it is personal, so the page holds no secret of the chat. */
function blankForm(data: WatchPageData): ChatFormData {
  return {
    action: `${data.base}/chat/form`,
    logHref: `${data.base}/chat/log`,
    formToken: '',
    nonce: '',
    draft: '',
    name: '',
    defaultName: data.texts.anonymous,
    tag: '',
    paletteSize: palette.length,
    limits: data.chat.limits,
    ...(data.chat.hasEmotes === true ? { hasEmotes: true } : {}),
    ...(data.capcode === undefined ? {} : { capcode: data.capcode }),
    modes: { rules: publicModes(openModes), held: 0 },
  };
}
