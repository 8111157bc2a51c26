import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Trace } from '../../broadcast/person.ts';
import { startingRendition } from '../../broadcast/renditions.ts';
import type { StreamSnapshot } from '../../broadcast/stream-state.ts';
import type { ChatLimits } from '../../chat/chat-view.ts';
import type { Capcode } from '../../chat/message.ts';
import type { PageAssets } from '../../views/document.tsx';
import { renderWatchPage } from '../../views/watch-page.tsx';
import type { OfferedLanguage } from '../../views/texts/catalogues.ts';
import { startsOnlyWithLength } from '../announced-length.ts';
import type { InlineFiles } from '../../views/inline-file.ts';
import { mayCompress, sendPage } from '../compressed-page.ts';
import { scriptPageHeaders, watchPageHeaders } from '../headers.ts';
import type { Places } from '../place.ts';
import { rememberQuality, wishedQuality } from '../quality-choice.ts';
import { countedAs } from '../viewer.ts';
import { automatic } from '../viewings.ts';
import { pageRoute } from './place.ts';

/** What the watch page needs to know; asked anew for each page. */
export interface WatchRouteOptions {
  snapshot(): StreamSnapshot;
  readonly places: Pick<Places, 'welcome'>;
  /** Those to choose from. */
  readonly languages: readonly OfferedLanguage[];
  /** Whether the form will ask this person for a captcha. */
  isCaptchaAsked(request: FastifyRequest, reply: FastifyReply): boolean;
  /** Set for staff. */
  roleOf(request: FastifyRequest): Capcode | undefined;
  /** Whether this viewer would be given the stream. */
  hasRoomFor(who: Trace): boolean;
  /** A new view key. */
  mintViewKey(): string;
  readonly assets: PageAssets;
  /** What of these can stand in a page. */
  readonly inline: InlineFiles;
  readonly siteName: string;
  /** A few sentences about the site; may be empty. */
  readonly about: string;
  readonly chat: { readonly limits: ChatLimits };
  /** How many people are here, if whoever asks may see the list of them. */
  peopleFor(request: FastifyRequest): number | undefined;
  /** Whether there are emotes to choose from. */
  hasEmotes(): boolean;
  /** Whether there are recordings for everybody, and whether viewers may make clips. */
  keeps(): { readonly hasRecordings: boolean; readonly mayClip: boolean };
  /** Other addresses of the same stream, for whoever may know them. */
  elsewhere(request: FastifyRequest): readonly string[];
}

interface WatchQuery {
  readonly script?: unknown;
  readonly player?: unknown;
  readonly videojs?: unknown;
}

/**
 * `/`: the watch page; `/?script=0`: the same page without script; `/?player=hls`, or `?videojs=1` as links to a page of this kind have long said: with a player of
 * HLS in place of our own. With `?q=` the browser remembers a quality, as it does for a choice in the page.
 */
export function registerWatchRoutes(app: FastifyInstance, options: WatchRouteOptions): void {
  app.get<{ Querystring: WatchQuery }>('/', pageRoute, (request, reply) => {
    const script = request.query.script !== '0';
    const isHls = request.query.player === 'hls' || request.query.videojs === '1';
    const { texts, base, viewer } = options.places.welcome(request, reply);
    const snapshot = options.snapshot();
    const hasRoom = options.hasRoomFor(countedAs(viewer, request));
    const wished = wishedQuality(request);
    const choice = snapshot.renditions.some(({ name }) => name === wished) ? (wished ?? automatic) : automatic;
    const people = options.peopleFor(request);
    const capcode = options.roleOf(request);
    const inlined = !isHls && mayCompress(request, viewer) ? inlinedFor(options.inline, script, request) : {};
    const html = renderWatchPage({
      texts,
      base,
      languages: options.languages,
      snapshot,
      choice,
      carriesChoice: viewer.from !== 'cookie',
      ...(hasRoom ? firstPlayerFor(snapshot, choice, request.headers['user-agent']) : {}),
      assets: options.assets,
      inlined,
      siteName: options.siteName,
      ...options.keeps(),
      elsewhere: options.elsewhere(request),
      about: options.about,
      view: options.mintViewKey(),
      script,
      ...(isHls ? { player: 'hls' } : {}),
      ...(people === undefined ? {} : { people }),
      isCaptchaAsked: options.isCaptchaAsked(request, reply),
      ...(capcode === undefined ? {} : { capcode }),
      chat: { ...options.chat, hasEmotes: options.hasEmotes() },
    });
    // No header can be made of it: the guards let only names of our own through.
    const host = request.headers.host ?? '';
    reply.headers(rememberQuality(request));
    reply.headers(script ? scriptPageHeaders(host, inlined) : watchPageHeaders(host, inlined));
    return sendPage(request, reply, html, viewer, textsOf(inlined));
  });
}

/**
 * Through Tor a new connection costs two round trips, one that is there one. When the page has come, Chromium has one and Firefox, which opens another when the first is not there within
 * 250 ms, two: those are for the stream and, in Firefox, for the script.
 */
function inlinedFor(inline: InlineFiles, hasScript: boolean, request: FastifyRequest): InlineFiles {
  const hasOneConnection = startsOnlyWithLength(request.headers['user-agent']);
  return hasScript && hasOneConnection ? inline : { ...inline, script: undefined };
}

/** Those that stand in it as they are, in this order. */
function textsOf({ style, script }: InlineFiles): string[] {
  return [style, script].flatMap((file) => (file === undefined ? [] : [file.text]));
}

/** What plays at once; nothing if there is no picture, or something stands before it. */
function firstPlayerFor({ state, renditions }: StreamSnapshot, choice: string, userAgent: string | undefined) {
  const rendition = renditions.find(({ name }) => name === choice) ?? startingRendition(renditions);
  if (state !== 'live' || rendition === undefined) return {};
  return { firstPlayer: { rendition, needsLength: startsOnlyWithLength(userAgent) } };
}
