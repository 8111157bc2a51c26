import { addressesEn, scheduleEn } from './onion-en.ts';
import { recordingsEn, rewindEn } from './keep-en.ts';
import { playbackEn } from './playback-en.ts';
import { staffEn } from './staff-en.ts';
import type { StreamState } from '../../broadcast/stream-state.ts';
import type { ErrorCode } from '../../errors.ts';
import type { LanguageCode } from './languages.ts';
import type { Plural } from './words.ts';
import { captcha, door, gate, queue } from './door-en.ts';

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

/**
 * Why the chat refused something. `{t}` stands for a time in words, `{n}` for seconds, `{c}`, `{l}` and `{m}` for the limits of characters, lines and characters of a name,
 * `{w}` for the words that are not wanted.
 */
const refusals = {
  malformed: 'The message holds bytes that are not text.',
  'forbidden-character': 'The message holds a character that is not allowed: invisible, or one that changes direction.',
  'stacked-marks': 'The message holds too many accents on one letter.',
  empty: 'There is nothing in the message.',
  'too-many-lines': 'A message may have {l} lines at most.',
  'too-long': 'A message may have {c} characters at most.',
  'form-expired': 'This form was too old. It is fresh now: send again.',
  'reply-gone': 'The message you answer is gone. Send again to post yours without it.',
  'name-malformed': 'The name holds bytes that are not text.',
  'name-forbidden-character': 'The name holds a character that is not allowed: # or an invisible one.',
  'name-stacked-marks': 'The name holds too many accents on one letter.',
  'name-too-long': 'A name may have {m} characters at most.',
  'name-mixed-scripts': 'A name must be written in one alphabet.',
  'name-reserved': 'This name is kept for those who run the stream.',
  'tripcode-malformed': 'The password of a tripcode holds a character that is none.',
  'tripcode-too-long': 'The password of a tripcode may have 1024 bytes at most.',
  'tripcode-loses-place':
    'With this tripcode you would no longer be a member or moderator here. If you want it all the same, enter it again.',
  'tripcode-busy': 'Too many tripcodes are being made. Try again in {n} s.',
  'name-taken': 'Somebody here has this name, or one that looks like it.',
  colour: 'There is no such colour.',
  banned: 'You are banned from this chat.',
  'timed-out': 'You are timed out. Try again in {t}.',
  kicked: 'You have been sent out. Come back in {t}.',
  'slow-down': 'You are writing fast. Try again in {n} s.',
  'room-busy': 'The chat is very busy. Try again in {n} s.',
  'same-text': 'You have just sent the same. Try again in {n} s.',
  'too-quick': 'Your messages follow each other too quickly. Try again in {n} s.',
  'slow-mode': 'Slow mode is on. You can write again in {n} s.',
  'too-many-rows': 'You have filled many lines. Try again in {n} s.',
  'circuit-busy': 'Much is written over your connection. Try again in {n} s.',
  'copied-text': 'Several people have just sent the same. Try again in {n} s, or say it in your own words.',
  'too-new': 'Look around first: you can write in {n} s.',
  'new-speakers': 'Many people are beginning to write at the moment. Try again in {n} s.',
  'chat-closed': 'The chat is closed for the moment.',
  'members-only': 'Only members can write.',
  filtered: 'These words are not wanted here: \u201c{w}\u201d.',
  'hold-full': 'Too many messages are waiting for approval. Try again later.',
  'captcha-needed': 'Please solve this before you write. Your text is kept.',
  'captcha-wrong': 'That was not right. Here is another one; your text is kept.',
  'captcha-expired': 'That one was too old or had been used. Here is another one; your text is kept.',
  'captcha-too-often': 'Too many attempts. Try again in {n} s.',
  'appearance-too-often': 'You have changed your appearance often. Try again in {n} s.',
} as const;

/** The rules that hold for the moment, told before they bite. `{n}` stands for seconds. */
const modes = {
  slow: 'Slow mode: one message in {n} s.',
  locked: 'The chat is closed for the moment.',
  members: 'Only members can write.',
  wait: 'You can write again in {n} s.',
  held: {
    one: '{n} message of yours is waiting for approval.',
    other: '{n} messages of yours are waiting for approval.',
  },
} as const;

/** What stands above the talk, besides the rules of the moment. */
const banner = { pinned: 'Pinned' } as const;

/** Polls. `{n}` stands for a number of votes, `{p}` for percent, `{time}` for a time in UTC. */
const poll = {
  heading: 'Poll',
  ask: 'Ask everybody',
  question: 'Question',
  answer: 'Answer',
  closes: 'Closes',
  byHand: 'when staff close it',
  minutes: { one: 'after {n} minute', other: 'after {n} minutes' },
  open: 'Open the poll',
  close: 'Close the poll',
  vote: 'Vote',
  votes: { one: '{n} vote', other: '{n} votes' },
  closesAt: 'Open until {time} UTC.',
  none: 'There is no poll at the moment.',
  voted: 'Your vote: {option}. You can change it while the poll is open.',
  result: 'The poll is over: {question}',
  resultLine: '{option}: {n} ({p} %)',
  outcomes: {
    counted: 'Your vote counts.',
    'poll-closed': 'This poll is over.',
    'poll-no-option': 'There is no such answer in this poll.',
    'poll-circuit':
      'Somebody else has voted over the same connection. In Tor Browser, ask for a new circuit for this site and vote again.',
    'poll-full': 'The poll takes no more votes.',
    'form-expired': 'This form was too old. It is fresh now: vote again.',
    'nothing-chosen': 'Choose an answer first.',
    'not-allowed': 'You cannot vote while you may not write.',
  },
} as const;

/** The broadcaster's login and desk. */
const desk = {
  heading: 'Broadcaster\u2019s desk',
  login: 'Log in',
  logout: 'Log out',
  loginName: 'Name',
  password: 'Password',
  passwordHint: 'The password was shown in the terminal at the first start. Logging in needs cookies.',
  refusals: {
    wrong: 'Name or password is wrong.',
    'form-expired': 'This form was too old. It is fresh now: try again.',
    wait: 'Too many attempts. Try again in {n} s.',
  },
  notices: { 'title-not-saved': 'The title is changed for now, but it could not be saved.' },
  stream: 'Stream',
  toStream: 'To the stream',
  viewers: 'Viewers',
  qualities: 'Qualities',
  none: 'None',
  /** What the publisher could set better. */
  problems: {
    keyframes:
      'Not offered as the original: keyframes are more than 2 s apart. In OBS, set the keyframe interval to 1 s.',
    'b-frames':
      'Everybody sees the picture later than need be, since it has B-frames. In OBS, set B-frames to 0 (with x264: tune “zerolatency”).',
    format: 'Not offered as the original: the picture is not 8-bit 4:2:0. In OBS, set the colour format to NV12.',
    rate: 'Not offered as the original: it takes more than 8 Mbit/s. In OBS, lower the bitrate.',
    irregular:
      'Not offered as the original: its pictures come in an irregular way. In OBS, stop the stream and start it again.',
  },
  title: 'Title',
  titleHint: 'Everybody sees the change at once.',
  change: 'Change',
  chatHint: 'Slow mode and other switches, messages that wait for you, people, bans, moderators.',
  openChat: 'Moderate the chat',
  connect: 'Connect OBS',
  connectHint: 'In OBS: Settings, Stream, Service \u201cCustom\u201d. Then enter:',
  server: 'Server',
  key: 'Stream key',
  showKey: 'Show the key',
  hideKey: 'Hide the key',
  keyHint: 'Whoever has the key can broadcast. Do not show it in the stream.',
  otherWays: 'Other programs',
  push: 'Send FLV or fragmented MP4 by HTTP POST, with the key in the header X-Stream-Key, to:',
  noServer: 'RTMP is switched off in the configuration.',
} as const;

/** Who is here. `{n}` stands for a number of people. */
const people = {
  heading: 'People',
  count: 'People ({n})',
  moderators: 'Moderators',
  watching: 'Watching ({n})',
  notWatching: 'Not watching ({n})',
  you: '(you)',
  more: { one: 'and {n} more', other: 'and {n} more' },
  /** Of a large room, behind those who have written. */
  others: 'and others',
  none: 'Nobody is here.',
  late: 'Who comes or goes shows here a little later.',
} as const;

/** Tripcodes: what proves that two messages come from whoever knows one password. */
const tripcode = {
  password: 'Tripcode password',
  hint: 'The same password gives you the same code again, here, for ever, and nobody else can show it.',
  classicHint: 'A password that begins with # gives the classic code of 2ch, which can be guessed.',
  remove: 'Remove',
  weak: 'A classic tripcode: it can be guessed.',
} as const;

/** What the screen says to somebody who is not let in. */
const full: StateText = {
  heading: 'Full',
  sentence: 'Live now.',
  advice: 'As many people are watching as this stream can carry. Stay on this page: it tries again by itself.',
};

/** Texts that the script needs; it gets them from the page, so that there is one catalogue per language. `{n}` stands for a number. */
const client = {
  states,
  full,
  untitled,
  video: 'Video',

  viewers: { one: '{n} viewer', other: '{n} viewers' },
  waited: '({n} s)',
  behind: '{n} s behind',
  liveEdge: 'Live',
  behindLive: rewindEn.behind,
  timeline: 'Time in the stream',
  paused: 'Paused',
  goLive: 'Go live',
  play: 'Play',
  pause: 'Pause',
  mute: 'Mute',
  unmute: 'Sound on',
  audioOnly: 'Sound only',
  original: 'Original',
  connecting: 'Connecting to the stream.',
  reconnecting: 'Nothing arrives here. Trying again.',
  restarted: 'The stream was restarted. Taking it up again.',
  tooSlow: 'Your connection is slower than this quality needs.',
  auto: playbackEn.auto,
  figures: '{q}, {k} kbit/s, {b} s behind, {a} s in hand',
  clickToPlay: 'Your browser blocks media on this page: click the placeholder in the picture to play.',
  unsupported:
    'This browser cannot play the format of this stream. Try the version without script, or another quality.',
  needClick: 'Click to play.',
  newMessages: { one: '{n} new message, jump to newest', other: '{n} new messages, jump to newest' },
  left: '{n} left',
  tooLong: '{n} too many',
  sendFailed: 'Not sent: the server could not be reached. Your text is kept, try again.',
  chatLost: 'The chat is not connected. Trying again.',
} as const;

/** What an error page says; errors that only the operator can meet have the words of `INTERNAL`. */
const errors = {
  BAD_REQUEST: 'The request could not be understood.',
  FORBIDDEN: 'This is not allowed.',
  LOGIN_NEEDED: 'This is for the broadcaster: log in first.',
  FORM_EXPIRED: 'This form was too old. Open its page again.',
  STAFF_ONLY: 'This is for moderators and the broadcaster.',
  NOT_FOUND: 'There is nothing at this address.',
  METHOD_NOT_ALLOWED: 'This address does not accept that kind of request.',
  BODY_TOO_LARGE: 'That is more than this server accepts.',
  UNSUPPORTED_TYPE: 'This kind of content is not accepted here.',
  TOO_MANY: 'Too many requests. Wait a moment and try again.',
  INTERNAL: 'Something went wrong on this server.',
  OFFLINE: 'There is no stream at the moment.',
  OVERLOADED: 'The server is full. Try again in a moment.',
} as const satisfies Partial<Record<ErrorCode, string>>;
/** All words of the interface in English. Another language is another object of this shape. */
export const en = {
  lang: 'en',
  language: 'Language',
  productName: 'Onioncast',
  errors,
  untitled,
  states,
  full,
  client,
  refusals,
  modes,
  captcha,
  gate,
  queue,
  door,
  desk,
  tripcode,
  people,
  staff: staffEn,
  video: client.video,
  information: 'About this stream',
  chat: 'Chat',
  chatMessages: 'Chat messages',
  writeMessage: 'Write a message',
  send: 'Send',
  settings: 'Name, colour and tripcode',
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
  chatStalled: 'The connection to the chat has stalled.',
  search: 'Search',
  nothingFound: 'No message holds all of these words.',
  older: 'Older messages',
  newestAtBottom: 'Newest at the bottom, times in UTC.',
  backToStream: 'Back to the stream',
  backToMessages: 'Back to the messages',
  removed: 'Removed',
  removedBy: 'Removed by {name}',
  noMessages: 'No messages yet. Say hello.',
  quality: 'Quality',
  soundOn: 'Sound on',
  soundOff: 'Sound off',
  audioOnly: 'Sound only',
  original: 'Original',
  goLive: 'Go live',
  rewind: rewindEn,
  playback: playbackEn,
  recordings: recordingsEn,
  addresses: addressesEn,
  schedule: scheduleEn,
  goLiveTitle: 'Load the picture again from the newest moment',
  clickToPlay: 'No picture? Click in it: some security levels wait for a click.',
  noVideo: 'This browser shows no video.',
  openStream: 'Open the stream itself',
  notWorking: 'Page not working?',
  withoutScript: 'Use the version without script',
  withScript: 'Use the version with script',
  otherPlayers: 'Open in mpv or VLC',
  alsoAt: 'The same stream at:',
  hlsPlayer: 'You are watching with a player for HLS. If no picture comes, this browser cannot play it.',
  usualPlayer: 'Use the usual player',
  skipToChat: 'Skip to the chat',
  broadcaster: 'Broadcaster',
  moderator: 'Moderator',
  banner,
  poll,
  emotes: 'Emotes',
  /** What people without a name are called; their tag stands behind it. */
  anonymous: 'Anonymous',
  reply: 'Reply',
  answering: 'Answering',
  cancelReply: 'Do not answer',
  announcement: 'Announcement',
  messageRemoved: 'Message removed',
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
    ['←, →', '10 s back or forward'],
    ['p', 'picture in picture'],
    ['s', 'figures of the connection'],
    ['/', 'write a message'],
    ['?', 'this list'],
  ],
} as const;

/** The shape of a value of the catalogue, whatever its words are. */
type Shape<T> = T extends string
  ? string
  : T extends { readonly other: string }
    ? Plural
    : { readonly [Key in keyof T]: Shape<T[Key]> };

/** A catalogue: all words of the interface in one language. */
export interface Texts extends Omit<Shape<typeof en>, 'lang'> {
  readonly lang: LanguageCode;
}

/** The texts the script needs, as it receives them. */
export type ClientTexts = Texts['client'];
