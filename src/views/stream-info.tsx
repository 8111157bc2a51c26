import type { ComponentChildren, JSX } from 'preact';
import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import type { Reader } from './reader.ts';
import { describeSnapshot, type SnapshotText } from './snapshot-text.ts';
import { titleRoom } from './title-room.ts';
import type { Texts } from './texts/en.ts';
import { clockText } from './time-text.ts';

/** A text that appended style rules or a script can replace: the words are in a child of their own. */
export function LiveText({ id, text }: { readonly id: string; readonly text: string }): JSX.Element {
  return (
    <span id={id}>
      <span>{text}</span>
    </span>
  );
}

/** `m:ss` or `h:mm:ss`, counted on by the style sheet: `--t` is animated, counters show it (`styles/clock.css`). */
function Clock({ id }: { readonly id: string }): JSX.Element {
  return (
    <span id={id} class="clock" role="timer">
      <i class="clock-hours" />
      <i class="clock-minutes" />
      <i class="clock-seconds" />
    </span>
  );
}

interface StreamInfoProps {
  readonly snapshot: StreamSnapshot;
  readonly texts: Texts;
  /** The picture is so far behind the newest moment: that is said in place of the state, which is not what is seen. */
  readonly behindSeconds?: number | undefined;
  /** A title that is too long for the narrow page is cut there, and shown in full while it is pointed at or has the focus. */
  readonly cutsTitle?: boolean;
}

/** The information about the stream: title, light and sentence, viewers, uptime. The same in the page and in the player document. */
export function StreamInfo({ snapshot, texts, behindSeconds, cutsTitle = false }: StreamInfoProps): JSX.Element {
  const text = describeSnapshot(snapshot, texts);
  return (
    <div class="info-body">
      <h1 class="info-title" dir="auto" tabIndex={cutsTitle && titleRoom(text).isCut ? 0 : undefined}>
        <LiveText id="title" text={text.title} />
      </h1>
      <div class="info-line">
        {behindSeconds === undefined ? (
          <p class="info-state" role="status">
            <i id="light" class={`light light-${text.light}`} aria-hidden="true" />
            <LiveText id="sentence" text={text.sentence} /> <span id="waited" class="waited" />
          </p>
        ) : (
          <p class="info-state">
            <i class="light light-trouble" aria-hidden="true" />
            {texts.rewind.behind.replace('{t}', clockText(Math.round(behindSeconds)))}
          </p>
        )}
        <p class="info-numbers">
          <LiveText id="viewers" text={text.viewers} /> <Clock id="uptime" />
        </p>
      </div>
    </div>
  );
}

interface StateScreenProps {
  readonly screen: SnapshotText['screen'];
  /** What can be done about it. */
  readonly children?: ComponentChildren;
}

/** What covers the picture while there is none; whoever shows it hides it while there is one. */
export function StateScreen({ screen, children }: StateScreenProps): JSX.Element {
  return (
    <div id="screen" class="screen">
      <i class="rings" aria-hidden="true" />
      <p class="screen-heading">
        <LiveText id="screen-heading" text={screen?.heading ?? ''} />
      </p>
      <p class="screen-advice">
        <LiveText id="screen-advice" text={screen?.advice ?? ''} />
      </p>
      {children !== undefined && children !== false && <p class="ways">{children}</p>}
    </div>
  );
}

/** The way to what is kept, for a screen that has nothing else to show. */
export function RecordingsChip({ texts, base }: Reader): JSX.Element {
  return (
    <a class="chip" href={`${base}/recordings`} target="_top">
      {texts.recordings.heading}
    </a>
  );
}
