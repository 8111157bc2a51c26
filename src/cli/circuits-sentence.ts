import type { ServeEvent } from '../serve-event.ts';

type CircuitsEvent = Extract<ServeEvent, { kind: 'circuits' }>;

/** How our tor serves its visitors, for a person, in a line of a terminal. */
export function circuitsSentence({ descriptorUploads, introductionPoints, visitors, effort }: CircuitsEvent): string {
  const uploads = counted(descriptorUploads, 'upload');
  const points = counted(introductionPoints, 'introduction point');
  return `tor: online, ${uploads}, ${points}, ${counted(visitors, 'circuit')}, proof of work ${effort}`;
}

/** Whether a person would want to know of it who reads what scrolls by: not of each visitor, but of an attack, and of an address that cannot be asked for. */
export function isNewsOfCircuits(now: CircuitsEvent, before: CircuitsEvent | undefined): boolean {
  if (before === undefined) return true;
  return (
    Math.ceil(Math.log2(now.effort + 1)) !== Math.ceil(Math.log2(before.effort + 1)) ||
    (now.introductionPoints === 0) !== (before.introductionPoints === 0)
  );
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
