import type { JSX } from 'preact';
import { choicesAmong } from '../broadcast/renditions.ts';
import type { RenditionInfo } from '../broadcast/stream-state.ts';
import { LiveText } from './stream-info.tsx';
import { renditionLabel } from './snapshot-text.ts';
import { textRule } from './player-update.ts';
import type { Texts } from './texts/en.ts';

/** The choice of who leaves the choice to us. */
const automatic = 'auto';

interface QualityLinksProps {
  readonly renditions: readonly RenditionInfo[];
  /** What is played now. */
  readonly playing: RenditionInfo;
  /** What has been chosen: a rendition's name or `auto`. */
  readonly choice: string;
  readonly texts: Texts;
  readonly target: '_parent' | undefined;
  hrefFor(choice: string): string;
}

/** All qualities that this viewer can choose from, each with what it takes; the chosen one is marked, and beside `auto` stands what that is now. */
export function QualityLinks({ renditions, playing, choice, texts, target, hrefFor }: QualityLinksProps): JSX.Element {
  const { playback } = texts;
  // Whoever plays VP9 has no H.264; of all others it is assumed, and if it is not so the browser takes the twin.
  const isOfCodec = ({ codec }: RenditionInfo): boolean => codec !== (playing.codec === 'vp9' ? 'h264' : 'vp9');
  const link = (name: string, title: string, children: JSX.Element): JSX.Element => (
    <a
      key={name}
      class="segment"
      href={hrefFor(name)}
      target={target}
      title={title}
      aria-current={name === choice ? 'true' : undefined}
    >
      {children}
    </a>
  );
  return (
    <nav class="choices qualities" aria-label={texts.quality}>
      <span class="segments">
        {link(
          automatic,
          playback.autoTitle,
          <>
            {playback.auto}
            {choice === automatic && (
              <small>
                <LiveText id="playing" text={renditionLabel(playing, texts)} />
              </small>
            )}
          </>,
        )}
        {choicesAmong(renditions, isOfCodec).map((rendition) =>
          link(
            rendition.name,
            factsOf(rendition, texts),
            <>
              {renditionLabel(rendition, texts)}
              <small>{playback.rate.replace('{n}', kilobits(rendition))}</small>
            </>,
          ),
        )}
      </span>
    </nav>
  );
}

/** The style rule that says, beside `auto`, what is played from now on. */
export function playingRule(rendition: RenditionInfo, texts: Texts): string {
  return textRule('playing', renditionLabel(rendition, texts));
}

function factsOf(rendition: RenditionInfo, { playback }: Texts): string {
  const { width, height } = rendition;
  const facts = width === undefined || height === undefined ? playback.soundFacts : playback.facts;
  return facts.replace('{w}', String(width)).replace('{h}', String(height)).replace('{n}', kilobits(rendition));
}

function kilobits({ bandwidth }: RenditionInfo): string {
  return String(Math.round(bandwidth / 1000));
}
