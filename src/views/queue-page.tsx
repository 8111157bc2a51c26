import { renderDocument } from './document.tsx';
import type { Reader } from './reader.ts';
import { Shell } from './shell.tsx';

/** The page before a full house. */
export interface QueuePageData extends Reader {
  /** How many are before this one, about. */
  readonly ahead: number;
  /** Where to ask again, for browsers that do not do so by themselves. */
  readonly href: string;
  readonly styleHref: string;
}

/** Up to here the place is told exactly; from there on by tens, since the length of the queue says how many want to watch. */
const exactPlaces = 10;

/** Renews itself by a header of its answer. */
export function renderQueuePage({ ahead, href, texts, base, styleHref }: QueuePageData): string {
  const { queue } = texts;
  return renderDocument(
    <Shell texts={texts} base={base} title={queue.heading} styleHref={styleHref} kind="queue-page">
      <main class="login">
        <div class="card">
          <h1>{queue.heading}</h1>
          <p>{queue.reason}</p>
          <p>
            <strong>{placeText(ahead, queue)}</strong>
          </p>
          <p class="small faint">{queue.hint}</p>
          <p>
            <a class="button" href={href}>
              {queue.again}
            </a>
          </p>
        </div>
      </main>
    </Shell>,
  );
}

function placeText(ahead: number, { next, place, about }: Reader['texts']['queue']): string {
  if (ahead === 0) return next;
  if (ahead < exactPlaces) return place.replace('{n}', String(ahead + 1));
  return about.replace('{n}', String(Math.ceil(ahead / 10) * 10));
}
