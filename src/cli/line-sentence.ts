import type { ServeEvent } from '../serve-event.ts';

type LineEvent = Extract<ServeEvent, { kind: 'line' | 'sending' }>;

/** How the line between a publisher and its server is, for the person at either end. */
export function lineSentence(event: LineEvent): string {
  return event.kind === 'sending' ? sendingSentence(event) : receivingSentence(event);
}

function sendingSentence({ state, waitingSeconds, message }: Extract<LineEvent, { kind: 'sending' }>): string {
  const waiting = waitingSeconds > 0 ? ` ${waitingSeconds} s wait to be sent.` : '';
  switch (state) {
    case 'connecting':
      return `Connecting to the server ...${waiting}`;
    case 'sending':
      return `Sending.${waiting}`;
    case 'resumed':
      return `Sending again where the line broke off.${waiting}`;
    case 'lost':
      return `The line is lost. ${message ?? ''}${waiting}`;
  }
}

function receivingSentence({ isConnected, play, bufferedSeconds }: Extract<LineEvent, { kind: 'line' }>): string {
  const who = isConnected ? 'The publisher is connected.' : 'The publisher is not connected.';
  const what = {
    off: '',
    filling: ' The buffer is being filled.',
    playing: ` Playing, with ${bufferedSeconds} s in the buffer.`,
    slate: ' Nothing is left to play: the slate is shown.',
  };
  return `${who}${what[play]}`;
}
