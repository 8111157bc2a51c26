import { constantBytesPerSecond, type FlowRates } from '../mp4/padding.ts';
import { frameHeadBytes } from './frame.ts';
import { sealBytes } from './sealed.ts';

/** How often a frame goes out. */
export const tickMs = 100;
/** How often the server says what it has received. */
export const ackEveryMs = 500;

/** An eighth more than the media takes, so that what was held up by a cut can be caught up with: five seconds in forty. */
const headroom = 1.125;

/** The size of every frame, sealed, for media of these rates. Sizes depend on settings alone. */
export function frameBytesFor(rates: FlowRates): number {
  const perSecond = constantBytesPerSecond(rates) * headroom;
  return Math.ceil((perSecond * tickMs) / 1000) + frameHeadBytes + sealBytes;
}

/** What of a frame of this size is for media. */
export function payloadBytesOf(frameBytes: number): number {
  return frameBytes - frameHeadBytes - sealBytes;
}
