import type { JSX } from 'preact';
import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import type { ChatFormData, ChatLimits } from '../chat/chat-view.ts';
import { palette } from '../identity/colour.ts';
import { ChatForm } from './chat-form.tsx';
import { type PageAssets, renderDocument } from './document.tsx';
import { Keys, PlayerControls, SoundPill } from './player-controls.tsx';
import { ScriptMarkup } from './raw-html.tsx';
import { Shell } from './shell.tsx';
import { describeSnapshot } from './snapshot-text.ts';
import { StateScreen, StreamInfo } from './stream-info.tsx';
import { earlyMediaScript } from './early-media.ts';
import { en } from './texts/en.ts';
import type { PageSettings } from './wire.ts';

/** What the watch page is made of. */
export interface WatchPageData {
  readonly snapshot: StreamSnapshot;
  readonly assets: PageAssets;
  /** Stands in the title bar after the stream's title. */
  readonly siteName: string;
  /** A few sentences about the site, below the stream; may be empty. */
  readonly about: string;
  /** View key, new for every page. */
  readonly view: string;
  /** `v=TOKEN` for the addresses of frames; empty if the browser keeps the cookie. */
  readonly viewerQuery: string;
  /** False for the page without script: the frames stand in the open and no script is loaded. */
  readonly script: boolean;
  /** The form will ask for a captcha: its frame needs room for that. */
  readonly isCaptchaAsked?: boolean;
  readonly chat: { readonly limits: ChatLimits; readonly defaultName: string };
}

/**
 * The one page, with and without script. Without, frames that stay open carry picture, log and form (three endless responses at most);
 * with, the script puts in what is made for it.
 */
export function renderWatchPage(data: WatchPageData): string {
  const title = describeSnapshot(data.snapshot).title;
  return renderDocument(
    <Shell
      title={`${title} - ${data.siteName}`}
      styleHref={data.assets.style}
      kind="watch"
      head={data.script && <Scripts data={data} />}
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
            <iframe
              class="player-iframe"
              name="player"
              title={en.video}
              src={`/player?view=${encodeURIComponent(data.view)}${viewerQuery(data, '&')}`}
              allow="autoplay; fullscreen"
            />
          </Frames>
          <section class="info" aria-label={en.information}>
            <StreamInfo snapshot={data.snapshot} />
          </section>
          <input class="fold" type="checkbox" aria-label={en.more} title={en.more} autocomplete="off" />
          {data.about !== '' && <p class="about">{data.about}</p>}
          <Foot data={data} />
        </div>
        <Chat data={data} />
      </main>
      {data.script && (
        <ScriptMarkup>
          <Keys />
        </ScriptMarkup>
      )}
    </Shell>,
  );
}

/** The page's own script, and before it the request for the stream, if there is one. */
function Scripts({ data }: { data: WatchPageData }): JSX.Element {
  const [best] = data.snapshot.renditions;
  const query = new URLSearchParams(data.viewerQuery);
  query.set('view', data.view);
  return (
    <>
      {best !== undefined && <script data-url={`/stream/${best.name}.mp4?${query}`}>{earlyMediaScript}</script>}
      <script type="module" src={data.assets.script} />
    </>
  );
}

/** Frames are for browsers without script: in the page with script they stand in `noscript`. */
function Frames({ script, children }: { script: boolean; children: JSX.Element | JSX.Element[] }): JSX.Element {
  return script ? <noscript>{children}</noscript> : <>{children}</>;
}

function Tools({ data }: { data: WatchPageData }): JSX.Element {
  return (
    <nav class="tools">
      <a class="skip" href="#chat">
        {en.skipToChat}
      </a>{' '}
      {data.script ? (
        <a class="faint to-plain" href="/?script=0">
          <span class="long">{en.notWorking} </span>
          {en.withoutScript}
        </a>
      ) : (
        <a class="faint" href="/">
          {en.withScript}
        </a>
      )}
    </nav>
  );
}

function Stage({ data }: { data: WatchPageData }): JSX.Element {
  const { snapshot } = data;
  const settings: PageSettings = {
    view: data.view,
    viewerQuery: data.viewerQuery,
    snapshot,
    texts: en.client,
  };
  return (
    <section class="stage" id="stage" aria-label={en.video} data-page={JSON.stringify(settings)}>
      <StateScreen screen={describeSnapshot(snapshot).screen} />
      <p class="stage-notice" id="stage-notice" role="status" hidden />
      <PlayerControls renditions={snapshot.renditions} />
      <SoundPill />
    </section>
  );
}

function Foot({ data }: { data: WatchPageData }): JSX.Element {
  return (
    <footer class="foot">
      <a href={`/chat/log${viewerQuery(data, '?')}`}>{en.chatLogTitle}</a> <a href="/stream.m3u8">{en.otherPlayers}</a>
    </footer>
  );
}

function Chat({ data }: { data: WatchPageData }): JSX.Element {
  return (
    <section class="chat" id="chat" aria-labelledby="chat-heading">
      <header class="chat-head">
        <h2 id="chat-heading">{en.chat}</h2>
        <span class="chat-links">
          <Frames script={data.script}>
            <a class="quiet-link" href={`/chat${viewerQuery(data, '?')}`} target="chat" title={en.reloadChat}>
              {en.reload}
            </a>
          </Frames>{' '}
          <a class="quiet-link" href={`/chat/log${viewerQuery(data, '?')}`} target="_blank" title={en.logTitle}>
            {en.log}
          </a>
        </span>
      </header>
      <Frames script={data.script}>
        <iframe class="chat-iframe" name="chat" title={en.chatMessages} src={`/chat${viewerQuery(data, '?')}`} />
        <iframe
          class={data.isCaptchaAsked === true ? 'form-iframe tall' : 'form-iframe'}
          name="chat-form"
          title={en.writeMessage}
          src={`/chat/form${viewerQuery(data, '?')}`}
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

function LiveChat({ data }: { data: WatchPageData }): JSX.Element {
  return (
    <div class="live-chat">
      <div class="banner" id="banner" />
      <div class="chat-box" id="chat-box" tabIndex={0} aria-label={en.chatMessages} role="region">
        <div class="chat-log" id="chat-log" role="log" aria-live="polite" aria-label={en.chatMessages}>
          <p class="chat-empty">{en.noMessages}</p>
        </div>
      </div>
      <button class="newer" id="newer" type="button" hidden />
      <p class="chat-notice" id="chat-notice" role="status" hidden />
      <ChatForm data={blankForm(data)} />
    </div>
  );
}

/** The form before the script has fetched its own: nothing in it is personal, so the page holds no secret of the chat. */
function blankForm(data: WatchPageData): ChatFormData {
  return {
    action: `/chat/form${viewerQuery(data, '?')}`,
    logHref: `/chat/log${viewerQuery(data, '?')}`,
    formToken: '',
    nonce: '',
    draft: '',
    name: '',
    defaultName: data.chat.defaultName,
    tag: '',
    paletteSize: palette.length,
    limits: data.chat.limits,
  };
}

function viewerQuery(data: WatchPageData, sign: '?' | '&'): string {
  return data.viewerQuery === '' ? '' : sign + data.viewerQuery;
}
