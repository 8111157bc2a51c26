import { sourceRendition } from '../broadcast/renditions.ts';
import type { AppError, ErrorCode } from '../errors.ts';

/** What the operator is told of media that cannot be sent, and what is to be done. */
export interface RefusedMedia {
  readonly message: string;
  readonly code: ErrorCode;
  readonly next: 'encode-again' | 'leave-out-source' | 'stop';
}

/**
 * What follows when the packager has refused what an output of the encoder holds. Media that would betray somebody stops the stream: encoding again would give
 * the same. What comes from a publisher as it is can be left out instead.
 */
// Threat: T05
export function refuseMedia(output: string, { code, message }: AppError): RefusedMedia {
  if (code !== 'MEDIA_METADATA') {
    const said = `The encoder's output could not be read: ${message}`;
    return { message: said, code: 'SOURCE_UNUSABLE', next: 'encode-again' };
  }
  const next = output === sourceRendition ? 'leave-out-source' : 'stop';
  const todo =
    next === 'stop'
      ? 'and the stream has stopped. Install another FFmpeg, and start again.'
      : 'and your picture is not offered as it is.';
  return { message: `${message} None of it was sent, ${todo}`, code, next };
}
