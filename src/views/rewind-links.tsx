import type { JSX } from 'preact';
import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import { playerHref } from './player-address.ts';
import type { Reader } from './reader.ts';
import { en, type Texts } from './texts/en.ts';
import { inOwnOrder, spanText } from './time-text.ts';

const steps = [-300, -30, 30] as const;

interface RewindLinksProps {
  readonly data: Reader & {
    readonly snapshot: Pick<StreamSnapshot, 'rewindSeconds'>;
    readonly view: string;
    /** How far behind the newest moment the picture is, if it was begun behind it. */
    readonly behindSeconds?: number;
  };
  /** What the links keep: rendition and sound. */
  readonly wishes: Readonly<Record<string, string>>;
  readonly target: '_parent' | undefined;
}

/** Ways back in the stream, as links to player documents. Nothing where nobody may go back. */
export function RewindLinks({ data, wishes, target }: RewindLinksProps): JSX.Element | null {
  const { texts, snapshot, behindSeconds = 0 } = data;
  if (snapshot.rewindSeconds === undefined) return null;
  const behind = Math.round(behindSeconds);
  return (
    <span class="segments">
      {steps
        .filter((step) => step < 0 || behind > step)
        .map((step) => (
          <a
            key={step}
            class="segment"
            href={playerHref(data, { ...wishes, ago: String(behind - step) })}
            target={target}
            title={stepTitle(step, texts)}
          >
            {stepText(step, texts, step < 0 ? '\u2212' : '+')}
          </a>
        ))}
    </span>
  );
}

function stepTitle(step: number, texts: Texts): string {
  const { rewind } = texts;
  return (step < 0 ? rewind.back : rewind.forward).replace('{t}', stepText(step, texts, ''));
}

/** The sign belongs to the number in whichever direction the page is read. */
function stepText(step: number, texts: Texts, sign: string): string {
  const span = spanText(Math.abs(step) * 1000, en).replace(' ', '\u00a0');
  return inOwnOrder(`${sign}${span}`, texts);
}
