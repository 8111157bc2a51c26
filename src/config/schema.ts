import type { z } from 'zod';
import { filters } from './filters.ts';
import * as kinds from './kinds.ts';
import { limitSettings } from './limit-settings.ts';
import { scheduleSection } from './schedule-section.ts';
import { section, setting } from './setting.ts';
import { pushSettings, splitSettings } from './split-settings.ts';

/**
 * Every setting: the one source of names, types, limits, defaults and documentation. The file writes names in snake case and leaves out the
 * unit that ends a name here (`graceMs` is `grace = "10s"`), the environment writes `ONIONCAST_INGEST_GRACE`.
 */
export const configSchema = section('', {
  title: setting(
    kinds.line(200),
    '',
    'Title of the stream; empty: "Live stream" in the language of each reader. A file title.txt in the data directory takes its place and may change while live.',
  ),
  data: setting(
    kinds.path('a directory'),
    './data',
    'Where keys, passwords and the chat are kept. Back it up: the onion address is in it.',
  ),
  source: setting(
    kinds.source,
    'test',
    'What is broadcast while no publisher is connected: a test card, nothing, screen and sound of this machine, a file again and again, ' +
      'or the segments that another program writes to a directory.',
  ),
  ephemeral: setting(
    kinds.flag,
    false,
    'Keep nothing on disk: a new onion address, key and password at each start, and no chat after the end.',
  ),
  site: section('What the page says about itself.', {
    name: setting(kinds.line(64), 'Onioncast', 'Name of the site.'),
    language: setting(
      kinds.oneOf(['en', 'de', 'es', 'pt', 'fr', 'ru', 'uk', 'fa', 'ar', 'zh', 'tr']),
      'en',
      'Language of the pages for those who have chosen none.',
    ),
    about: setting(kinds.paragraph(4000), '', 'A few sentences below the stream.'),
  }),
  broadcaster: section('Who broadcasts.', {
    name: setting(kinds.line(24), 'Broadcaster', 'The name that is shown.'),
    login: setting(kinds.word(64), 'broadcaster', 'The name to log in with at /broadcaster.'),
    door: setting(
      kinds.oneOf(['everywhere', 'local', 'desk']),
      'everywhere',
      'Where the broadcaster may log in: "everywhere"; "local", on the page of this machine alone; or "desk", there and at an onion service of its own, ' +
        'whose address and key "onioncast desk" prints. Elsewhere a login is not even asked for.',
    ),
  }),
  listen: section('Addresses without Tor.', {
    local: setting(kinds.address, '127.0.0.1:5000', 'For a browser on this machine, or "off".'),
  }),
  tor: section('The onion service.', {
    enabled: setting(kinds.flag, true, 'Whether there is one.'),
    binary: setting(kinds.path('a program'), 'tor', 'The tor program.'),
    mode: setting(
      kinds.oneOf(['managed', 'operator']),
      'managed',
      '"managed" starts a tor of its own. "operator" prints the lines for the torrc of a tor that you run.',
    ),
    address: setting(
      kinds.onionAddress,
      '',
      'For mode "operator": the onion address that your tor has made, from its file "hostname". Nothing is served under an address that is not known here.',
    ),
    deskAddress: setting(
      kinds.onionAddress,
      '',
      'The same for the onion service of the broadcaster, with broadcaster.door = "desk".',
    ),
    private: setting(
      kinds.flag,
      false,
      'Whether only those find the address who were invited with a key ("onioncast invite NAME"): to everybody else it is as if it did not exist, and tor turns them away ' +
        'before anything reaches the program. Tor Browser for desktop asks for the key; that for Android cannot, see access.mode for another door.',
    ),
    temporary: setting(
      kinds.flag,
      false,
      'A second onion address beside the lasting one, for this run alone: its key is thrown away at the end. For mode "managed".',
    ),
    bridges: setting(
      kinds.bridges,
      [],
      'For mode "managed", where Tor is blocked or is not to be seen: bridges, each a line as https://bridges.torproject.org gives it, plain ones or obfs4 ' +
        '(then lyrebird or obfs4proxy must be installed). tor then goes no other way.',
    ),
    instances: setting(
      kinds.integer(1, 8),
      1,
      'For mode "managed": how many tors carry the public service. One tor uses one core at most; with more than one, "spread" says how viewers come to all of them.',
    ),
    spread: setting(
      kinds.oneOf(['links', 'onionbalance']),
      'links',
      'With more than one of them: "links" gives each an address of its own, and who comes newly to the first is sent on to the one with the fewest viewers. "onionbalance" ' +
        'keeps the one address; the program Onionbalance must be installed, and there is neither proof of work nor tor.private.',
    ),
    onionbalance: setting(kinds.path('a program'), 'onionbalance', 'The Onionbalance program.'),
    extraTorrc: setting(kinds.lines(64), [], 'Lines added to the torrc of our own tor, of each if there are several.'),
    pow: section(
      'Proof of work: under attack, visitors wait in order of the work their Tor Browser did. It costs nothing in peace.',
      {
        enabled: setting(kinds.flag, true, 'Whether tor asks for it under load.'),
        rate: setting(
          kinds.integer(1, 10_000),
          25,
          'New circuits per second that are let in under load; what comes faster has to do more work each time. A rate below what honest visitors need locks them out.',
        ),
        burst: setting(
          kinds.integer(1, 100_000),
          250,
          'New circuits that are let in at once before that rate applies.',
        ),
      },
    ),
  }),
  ingest: section('How media comes in from a publisher such as OBS.', {
    rtmp: setting(kinds.address, '127.0.0.1:1935', 'RTMP, for OBS and FFmpeg on this machine, or "off".'),
    push: setting(kinds.flag, true, 'Whether FLV or fragmented MP4 may be sent by HTTP POST with the same key.'),
    graceMs: setting(
      kinds.duration('0s', '5m'),
      '10s',
      'How long a publisher who was cut off is waited for. Then a file or the screen comes back; after a test card the broadcast has ended.',
    ),
  }),
  split: splitSettings,
  push: pushSettings,
  encoder: section('How the picture is made.', {
    ffmpeg: setting(kinds.path('a program'), 'ffmpeg', 'The FFmpeg program.'),
    ffprobe: setting(kinds.path('a program'), 'ffprobe', 'The ffprobe program.'),
    ladder: setting(
      kinds.ladder,
      'auto',
      'Renditions on offer, besides the sound alone. "auto" takes as many as this machine encodes in real time with half of its CPU: it is measured once, ' +
        'after the first start, and until then there are "360p" and "240p". None is ever larger than what the source sends.',
    ),
    frameRate: setting(kinds.integer(1, 60), 30, 'Pictures per second, at most.'),
    rate: setting(
      kinds.oneOf(['quality', 'constant']),
      'quality',
      '"quality" spends bits where the picture needs them. "constant" sends as much every tenth of a second whatever is shown, so that who watches the ' +
        'line learns less; it costs bits, up to half a second of latency, and the renditions that are not encoded by us so (VP9).',
    ),
    preset: setting(
      kinds.oneOf(['auto', 'ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium']),
      'auto',
      'How much CPU is spent on quality, as x264 names it. "auto" spends on the small renditions, and on the others what the measurement leaves.',
    ),
    audioBitrate: setting(kinds.bitrate('16k', '256k'), '48k', 'Of the one sound that all renditions share.'),
    passthrough: setting(
      kinds.oneOf(['auto', 'off']),
      'off',
      'Whether the picture that a publisher sends is on offer as it is, as the rendition "source", where it fits: H.264, 8 bits, 4:2:0, keyframes at most 2 s ' +
        'apart, no B-frames, at most 8 Mbit/s. Remarks in it are taken out, but how it is coded may tell which program or graphics card made it, and it ' +
        'takes more than most circuits carry: hence "off". Never with rate = "constant".',
    ),
    secondCodec: setting(
      kinds.oneOf(['auto', 'off']),
      'auto',
      'VP9 for browsers without H.264 (Tor Browser and Firefox on a Linux without FFmpeg libraries). Encoded only while one of them is watching, at low priority; ' +
        'costs about a fifth of a core then.',
    ),
    stallMs: setting(kinds.duration('1s', '1m'), '5s', 'An encoder that says nothing for so long is started anew.'),
    fence: setting(
      kinds.oneOf(['auto', 'off']),
      'auto',
      'Keeps FFmpeg, which decodes what others have made, from network, files and much memory, as far as this machine has what it takes; the start and ' +
        '"onioncast doctor" say how far that is. Who shows a screen needs more, and gets it.',
    ),
  }),
  schedule: scheduleSection,
  hls: section('HTTP Live Streaming, for players such as mpv and VLC.', {
    segmentMs: setting(
      kinds.duration('1s', '10s'),
      '2s',
      'Length of a segment. Players are about three of them behind.',
    ),
    windowMs: setting(kinds.duration('6s', '5m'), '30s', 'How much is kept. At least three segments.'),
    memoryBytes: setting(
      kinds.size('1MiB', '1GiB'),
      '32MiB',
      'What a rendition may keep in memory; the oldest goes first.',
    ),
  }),
  live: section('The endless responses that the page plays.', {
    memoryBytes: setting(
      kinds.size('1MiB', '256MiB'),
      '8MiB',
      'What a rendition may keep in memory for those who join.',
    ),
    adapt: setting(
      kinds.flag,
      true,
      'Whether viewers without script who have chosen no quality are given, at each moment, what their connection carries.',
    ),
    maxViewerLagMs: setting(
      kinds.duration('500ms', '30s'),
      '2s',
      'A viewer whose connection is behind by more is brought back to the live edge.',
    ),
    rewindMs: setting(
      kinds.duration('0s', '6h'),
      '5m',
      'How far viewers may go back. It is kept in memory alone, about 2 MiB for a minute of 300 kbit/s; "0s" is not at all.',
    ),
    rewindMemoryBytes: setting(
      kinds.size('4MiB', '64GiB'),
      '128MiB',
      'What all renditions together may keep for that; the oldest goes first.',
    ),
  }),
  recording: section('Recordings of what is broadcast, in the data directory. Test cards are not recorded.', {
    enabled: setting(
      kinds.flag,
      false,
      'Whether every broadcast is recorded. The desk switches it on and off for the time until the next start.',
    ),
    renditions: setting(
      kinds.someOf(['720p', '480p', '360p', '240p', 'audio']),
      ['360p'],
      'Which are recorded, of those on offer; where none is, the smallest picture.',
    ),
    maxSizeBytes: setting(
      kinds.size('10MiB', '10240GiB'),
      '10GiB',
      'What all recordings may take. The oldest goes first, and what is not published before what is.',
    ),
    maxAgeMs: setting(kinds.duration('0s', '87600h'), '720h', 'How long a recording is kept; "0s" is for ever.'),
    keepFreeBytes: setting(
      kinds.size('0B', '1024GiB'),
      '256MiB',
      'So much of the disk is left alone: recording stops there, and goes on when there is room again. The stream does not notice.',
    ),
    publish: setting(
      kinds.flag,
      false,
      'Whether a recording is on the page /recordings as soon as it has ended. Otherwise the desk publishes it, or not.',
    ),
    dates: setting(
      kinds.flag,
      false,
      'Whether these pages say on which day a recording was made. It tells everybody when you broadcast.',
    ),
  }),
  clips: section('Clips: a viewer keeps the last 30 seconds and gets a link to them, for anybody.', {
    allowed: setting(kinds.flag, false, 'Whether viewers may. The desk lists them and deletes them.'),
    maxAgeMs: setting(kinds.duration('1h', '8760h'), '168h', 'How long a clip is kept.'),
  }),
  limits: limitSettings,
  chat: section('The chat.', {
    history: setting(kinds.integer(1, 4096), 256, 'Messages that somebody who comes in sees.'),
    keepMessages: setting(
      kinds.integer(1, 1_000_000),
      8192,
      'Messages kept on disk for the log page; never fewer than the history.',
    ),
    maxLength: setting(kinds.integer(16, 4096), 512, 'Characters in a message.'),
    keepMs: setting(
      kinds.duration('1h', '8760h'),
      '720h',
      "How long a viewer's name, colour and tripcode are remembered after the last visit.",
    ),
    classicTripcodes: setting(
      kinds.flag,
      false,
      'Whether a password that begins with # gives the tripcode it has on 2ch and 4chan. Such a tripcode is the same everywhere and is guessed within minutes; it is shown as weak.',
    ),
    filter: setting(
      filters,
      [],
      'Words that are not wanted. Each one is a block [[chat.filter]] (and this line then goes) with action = "censor" (a black bar), "hold" (staff are ' +
        'asked first), "block" or "ban", and either text = "...", found behind case, accents and look-alike letters, as whole words unless ' +
        'whole_words = false, or pattern = "..." in the syntax of RE2, found in any case.',
    ),
    modes: section(
      'Switches of the chat at the start. Staff turn them while live; what they have turned outlives a restart and stands above this.',
      {
        slowMs: setting(kinds.duration('0s', '24h'), '0s', 'Slow mode: one message of a viewer in this time.'),
        locked: setting(kinds.flag, false, 'Nobody but staff writes.'),
        members: setting(kinds.flag, false, 'Nobody but members (see access.tripcodes) and staff writes.'),
        holdFirst: setting(kinds.flag, false, 'Messages of people who are unknown here wait until staff approve them.'),
        minAgeMs: setting(
          kinds.duration('0s', '24h'),
          '0s',
          'How long somebody must be here before the first message.',
        ),
        newSpeakers: setting(
          kinds.integer(0, 10_000),
          30,
          'How many people may write their first message within a minute, all together: the brake against a raid of many. 0 is without limit.',
        ),
      },
    ),
    flood: section('How fast people may write. Staff are above it.', {
      windowMs: setting(kinds.duration('1s', '10m'), '20s', 'The time in which messages and lines are counted.'),
      messages: setting(kinds.integer(1, 1000), 4, 'Messages of one viewer in that time.'),
      lines: setting(
        kinds.integer(1, 1000),
        20,
        'Lines of one viewer in that time, as the chat breaks them (48 characters). A longer message than that is let through alone.',
      ),
      circuitMessages: setting(
        kinds.integer(1, 1000),
        8,
        'Messages of all who come over one Tor circuit in that time: who has many identities usually has one circuit for them.',
      ),
      circuitLines: setting(kinds.integer(1, 1000), 40, 'Lines of all who come over one Tor circuit in that time.'),
      gapMs: setting(kinds.duration('0s', '1m'), '0s', 'Least time between two messages of one viewer.'),
      repeatMs: setting(kinds.duration('0s', '10m'), '5s', 'How long the same viewer cannot say the same words again.'),
      copies: setting(
        kinds.integer(1, 1000),
        5,
        'How many viewers may say the same (12 letters or more) within copies_window.',
      ),
      copiesWindowMs: setting(kinds.duration('1s', '10m'), '30s', 'The time in which such copies are counted.'),
      roomMessages: setting(kinds.integer(1, 10_000), 60, 'Messages of all viewers within 10 seconds.'),
      roomLines: setting(kinds.integer(1, 10_000), 180, 'Lines of all viewers within 10 seconds.'),
    }),
  }),
  people: section('Who is told who is here.', {
    list: setting(
      kinds.oneOf(['everyone', 'staff', 'nobody']),
      'everyone',
      'Who may see the list of people: everybody, broadcaster and moderators, or nobody. Of more than ten people the list has only those who have written. The number of viewers is always shown, above ten a rough one.',
    ),
    refreshMs: setting(
      kinds.duration('10s', '1h'),
      '1m',
      'How often list and numbers are renewed, for staff every 10 seconds. Nobody can tell from them more exactly when somebody came or went, or put them beside what they know from elsewhere.',
    ),
  }),
  emotes: section('Pictures that stand in messages as :code:.', {
    directory: setting(
      kinds.optionalPath('a directory'),
      '',
      'Where they are: PNG, WebP, GIF or JPEG files of at most 256 KiB and 512 x 512 pixels. The name of the file without its ending is the code: ' +
        '2 to 24 of a-z, 0-9, _ and -. They are drawn anew, without anything that a file may tell besides.',
    ),
  }),
  captcha: section('What must be solved before writing. The desk can change kind, question and answers while live.', {
    ask: setting(
      kinds.oneOf(['off', 'flood', 'first']),
      'first',
      'When: never, after somebody has written too fast, or before the first message as well.',
    ),
    kind: setting(
      kinds.oneOf(['picture', 'question', 'both']),
      'picture',
      'What: a picture to be read, your own question, or both. Without a question it is the picture.',
    ),
    question: setting(kinds.line(200), '', 'Your own question, for example: What is on the table?'),
    answers: setting(kinds.lines(16), [], 'What is right. Case, accents, spaces and punctuation do not count.'),
    every: setting(
      kinds.integer(0, 10_000),
      0,
      'By chance, one message in so many brings another captcha; 0 is never.',
    ),
    pool: setting(kinds.integer(1, 1024), 64, 'Pictures drawn in advance, two kilobytes each.'),
  }),
  access: section('Who may come in. The desk can change it while live.', {
    mode: setting(
      kinds.oneOf(['open', 'captcha', 'question', 'password', 'members']),
      'open',
      'Everybody; who reads a picture; who answers the question of captcha.question; who knows the one password that "onioncast invite --password" or the desk sets; ' +
        'or who shows the password of a tripcode below, or an invitation. Invitations and these tripcodes open every door. ' +
        'Others learn nothing, not even whether something is live.',
    ),
    tripcodes: setting(kinds.lines(256), [], 'Tripcodes of members, as the chat shows them.'),
  }),
  log: section('What is written to the terminal while running, about the program and never about its visitors.', {
    level: setting(kinds.oneOf(['off', 'error', 'warn', 'info', 'debug']), 'off', 'How much.'),
  }),
});

type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;

/** A checked configuration. Durations are in milliseconds, sizes in bytes, bit rates in bits per second; paths are absolute. */
export type OnioncastConfig = Immutable<z.output<typeof configSchema>>;
