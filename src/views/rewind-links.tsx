import type { JSX } from 'preact';
import { playerHref } from './player-address.ts';
import type { InformationData } from './player-parts.tsx';
import type { Texts } from './texts/en.ts';
import { spanText } from './time-text.ts';

const steps = [-300, -30, 30] as const;

interface RewindLinksProps {
  readonly data: InformationData;
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
            {`${step < 0 ? '\u2212' : '+'}${stepText(step)}`}
          </a>
        ))}
    </span>
  );
}

function stepTitle(step: number, { rewind }: Texts): string {
  return (step < 0 ? rewind.back : rewind.forward).replace('{t}', stepText(step));
}

function stepText(step: number): string {
  return spanText(Math.abs(step) * 1000).replace(' ', '\u00a0');
}
