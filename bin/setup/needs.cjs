'use strict';

const fs = require('fs');
const path = require('path');
const { hasProgram } = require('./place.cjs');

/** Test source, FLV, RTMP, x264 and AAC: one plugin of each package. */
const gstreamer = [
  /^libgstvideotestsrc\.so$/,
  /^libgstflv\.so$/,
  /^libgstrtmp2?\.so$/,
  /^libgstx264\.so$/,
  /^libgstlibav\.so$/,
];

/**
 * What the system must bring, and how to see whether it does. `apt` names the Debian packages; of several in one entry (`a|b`) the first that
 * exists is taken. `isWanted` says whether these arguments ask for it at all. `without` completes "Without it, ...". `serve: true`: needed to broadcast; the rest only by the tests.
 */
const needs = [
  {
    name: 'FFmpeg',
    serve: true,
    isThere: () => hasProgram('ffmpeg') && hasProgram('ffprobe'),
    apt: ['ffmpeg'],
    dnf: ['ffmpeg'],
    pacman: ['ffmpeg'],
    brew: ['ffmpeg'],
    without: 'nothing can be broadcast',
  },
  {
    name: 'tor',
    serve: true,
    isThere: () => hasProgram('tor'),
    apt: ['tor'],
    dnf: ['tor'],
    pacman: ['tor'],
    brew: ['tor'],
    without: 'there is no onion address, only the local one',
  },
  {
    name: 'Onionbalance',
    serve: true,
    isWanted: (args, purpose) => (purpose === 'test' ? args.includes('long') : wantsOnionbalance(args)),
    isThere: () => hasProgram('onionbalance'),
    apt: ['onionbalance'],
    dnf: [],
    pacman: [],
    brew: [],
    without: 'there is no onion address, only the local one, or set tor.spread = "links"',
  },
  {
    name: 'obfs4proxy',
    serve: true,
    isWanted: (args, purpose) => purpose === 'test' || wantsObfs4(args),
    isThere: () => hasProgram('lyrebird') || hasProgram('obfs4proxy'),
    apt: ['obfs4proxy|lyrebird'],
    dnf: [],
    pacman: [],
    brew: [],
    without: 'tor goes by no obfs4 bridge, and is not started where you have set one',
  },
  {
    name: 'a font for the test card',
    serve: true,
    isThere: () => process.platform !== 'linux' || hasFile('/usr/share/fonts', /^DejaVuSans\.ttf$/),
    apt: ['fonts-dejavu-core'],
    dnf: ['dejavu-sans-fonts'],
    pacman: ['ttf-dejavu'],
    brew: [],
    without: 'the test card has no words',
  },
  forTests('Firefox ESR', () => hasProgram('firefox-esr'), ['firefox-esr|firefox']),
  forTests('Chromium', () => hasProgram('chromium'), ['chromium|chromium-browser']),
  // Firefox has no H.264 of its own on Linux; it takes the library that comes with the system's FFmpeg, even where the program comes from elsewhere.
  forTests('H.264 for Firefox', () => hasFile('/usr/lib', /^libavcodec\.so\.\d+$/), ['ffmpeg']),
  forTests('mpv', () => hasProgram('mpv'), ['mpv']),
  forTests('VLC', () => hasProgram('cvlc'), ['vlc-bin', 'vlc-plugin-base']),
  forTests('Xvfb', () => hasProgram('Xvfb'), ['xvfb']),
  forTests('PulseAudio', () => hasProgram('pulseaudio') && hasProgram('pactl'), ['pulseaudio', 'pulseaudio-utils']),
  forTests('GStreamer', () => hasProgram('gst-launch-1.0'), ['gstreamer1.0-tools']),
  forTests('GStreamer plugins', () => gstreamer.every((plugin) => hasFile('/usr/lib', plugin)), [
    'gstreamer1.0-plugins-base',
    'gstreamer1.0-plugins-good',
    'gstreamer1.0-plugins-bad',
    'gstreamer1.0-plugins-ugly',
    'gstreamer1.0-libav',
  ]),
  forTests('w3m', () => hasProgram('w3m'), ['w3m']),
  forTests('Lynx', () => hasProgram('lynx'), ['lynx']),
  forTests('strace', () => process.platform !== 'linux' || hasProgram('strace'), ['strace']),
];

function forTests(name, isThere, apt) {
  return { name, serve: false, isThere, apt, dnf: [], pacman: [], brew: [], without: 'some tests fail' };
}

/** Whether a file of that name is below the directory, three levels deep at most: far enough for fonts, libraries and plugins. */
function hasFile(directory, pattern, depth = 3) {
  let entries;
  try {
    entries = fs.readdirSync(directory, { withFileTypes: true });
  } catch {
    return false; // No such directory, or closed to us: the file is not to be had there.
  }
  if (entries.some((entry) => pattern.test(entry.name))) return true;
  return (
    depth > 0 &&
    entries.some((entry) => entry.isDirectory() && hasFile(path.join(directory, entry.name), pattern, depth - 1))
  );
}

function wantsOnionbalance(args) {
  if (process.env.ONIONCAST_TOR_SPREAD === 'onionbalance') return true;
  return /^\s*(tor\.)?spread\s*=\s*["']onionbalance["']/m.test(configuration(args));
}

function wantsObfs4(args) {
  if (args.includes('--no-tor')) return false;
  if (/(^|[["',])\s*(bridge\s+)?obfs4\s/i.test(process.env.ONIONCAST_TOR_BRIDGES || '')) return true;
  const text = configuration(args).replace(/^\s*#.*$/gm, '');
  return /^\s*(tor\.)?bridges\s*=/m.test(text) && /["']\s*(bridge\s+)?obfs4\s/i.test(text);
}

/**
 * The text of the configuration, if there is one. Our own reader of it is not there yet at this time; who says something in it in some other way than the
 * usual one is told to install what that needs by hand.
 */
function configuration(args) {
  const named = args.indexOf('--config') === -1 ? process.env.ONIONCAST_CONFIG : args[args.indexOf('--config') + 1];
  try {
    return fs.readFileSync(named || 'onioncast.toml', 'utf8');
  } catch {
    return ''; // No such file: whoever reads it next says so.
  }
}

/** What is missing to broadcast (`serve`) or to run every test (`test`). `--no-tor` among the arguments means that tor is not needed. */
function missingNeeds(purpose, args) {
  return needs.filter((need) => {
    if (purpose === 'serve' && (!need.serve || (need.name === 'tor' && args.indexOf('--no-tor') !== -1))) return false;
    if (need.isWanted && !need.isWanted(args, purpose)) return false;
    return !need.isThere();
  });
}

module.exports = { missingNeeds };
