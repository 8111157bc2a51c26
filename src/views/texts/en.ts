import type { StreamState } from '../../broadcast/stream-state.ts';

/** A state as people read it: a word for the screen, a sentence for the status line, what to do for the screen. */
export interface StateText {
  readonly heading: string;
  readonly sentence: string;
  readonly advice: string;
}

const untitled = 'Live stream';

const states: Readonly<Record<StreamState, StateText>> = {
  offline: {
    heading: 'Offline',
    sentence: 'The broadcast has not started yet.',
    advice: 'Stay on this page: the picture comes by itself.',
  },
  starting: {
    heading: 'Starting',
    sentence: 'The broadcast is about to begin.',
    advice: 'The picture comes in a moment.',
  },
  live: { heading: 'Live', sentence: 'Live now.', advice: '' },
  interrupted: {
    heading: 'Connection lost',
    sentence: 'Connection lost, waiting',
    advice: 'The broadcaster is gone for the moment. Stay on this page: the picture comes back by itself.',
  },
  ended: {
    heading: 'Ended',
    sentence: 'The broadcast has ended.',
    advice: 'Thank you for watching. A new broadcast starts here by itself.',
  },
};

/** Texts that the script needs; it gets them from the page, so that there is one catalogue per language. `{n}` stands for a number. */
const client = {
  states,
  untitled,
  video: 'Video',

  viewersOne: '{n} viewer',
  viewersMany: '{n} viewers',
  waited: '({n} s)',
  behind: '{n} s behind',
  liveEdge: 'Live',
  paused: 'Paused',
  goLive: 'Go live',
  play: 'Play',
  pause: 'Pause',
  mute: 'Mute',
  unmute: 'Sound on',
  audioOnly: 'Sound only',
  connecting: 'Connecting to the stream.',
  reconnecting: 'Nothing arrives here. Trying again.',
  restarted: 'The stream was restarted. Taking it up again.',
  clickToPlay: 'Your browser blocks media on this page: click the placeholder in the picture to play.',
  unsupported:
    'This browser cannot play the format of this stream. Try the version without script, or another quality.',
  needClick: 'Click to play.',
  newOne: '{n} new message',
  newMany: '{n} new messages',
  jump: 'jump to newest',
  left: '{n} left',
  tooLong: '{n} too many',
  sendFailed: 'Not sent: the server could not be reached. Your text is kept, try again.',
  chatLost: 'The chat is not connected. Trying again.',
} as const;

/** All words of the interface in English. Another language is another object of this shape. */
export const en = {
  lang: 'en',
  productName: 'Onioncast',
  untitled,
  states,
  client,
  video: client.video,
  information: 'About this stream',
  chat: 'Chat',
  chatMessages: 'Chat messages',
  writeMessage: 'Write a message',
  send: 'Send',
  settings: 'Name and colour',
  name: 'Name',
  colour: 'Colour',
  colourAuto: 'Chosen for you',
  colourNumber: 'Colour {n}',
  save: 'Save',
  saved: 'Saved.',
  limits: 'At most {c} characters in {l} lines.',
  log: 'Log',
  logTitle: 'All recent messages on a page of their own',
  chatLogTitle: 'Chat log',
  reload: 'Reload',
  reloadChat: 'Reload the chat',
  newestAtBottom: 'Newest at the bottom, times in UTC.',
  failed: 'This did not work.',
  backToStream: 'Back to the stream',
  noMessages: 'No messages yet. Say hello.',
  quality: 'Quality',
  soundOn: 'Sound on',
  soundOff: 'Sound off',
  audioOnly: 'Sound only',
  goLive: 'Go live',
  goLiveTitle: 'Load the picture again from the newest moment',
  clickToPlay: 'No picture? Click in it: some security levels wait for a click.',
  noVideo: 'This browser shows no video.',
  openStream: 'Open the stream itself',
  notWorking: 'Page not working?',
  withoutScript: 'Use the version without script',
  withScript: 'Use the version with script',
  otherPlayers: 'Open in mpv or VLC',
  skipToChat: 'Skip to the chat',
  broadcaster: 'Broadcaster',
  moderator: 'Moderator',
  play: 'Play',
  pause: 'Pause',
  mute: 'Mute',
  volume: 'Volume',
  fullScreen: 'Full screen',
  theatre: 'Theatre mode',
  pictureInPicture: 'Picture in picture',
  showChat: 'Show or hide the chat',
  more: 'More about the stream',
  keysTitle: 'Keys',
  close: 'Close',
  keys: [
    ['space, k', 'play or pause'],
    ['m', 'sound on or off'],
    ['f', 'full screen'],
    ['t', 'theatre mode'],
    ['c', 'show or hide the chat'],
    ['l', 'go live'],
    ['p', 'picture in picture'],
    ['/', 'write a message'],
    ['?', 'this list'],
  ],
} as const;

/** The texts the script needs, as it receives them. */
export type ClientTexts = typeof client;
