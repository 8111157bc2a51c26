/** Going back in the stream. `{t}` stands for a span or a time on the clock. */
export const rewindEn = {
  back: 'Go back {t}',
  forward: 'Go forward {t}',
  behind: '{t} behind live',
} as const;

/** Recordings and clips. `{t}` stands for a time on the clock, `{s}` for a size, `{n}` for seconds. */
export const recordingsEn = {
  heading: 'Recordings',
  none: 'There are no recordings.',
  all: 'All recordings',
  isClip: 'A clip of the stream.',
  onlyYou: 'Only you can see this.',
  save: 'Save',
  record: 'Recording',
  recording: 'Being recorded: {t}, {s}',
  waiting: 'Recording begins with the next picture of a broadcast.',
  off: 'Nothing is being recorded.',
  start: 'Start recording',
  stop: 'Stop recording',
  stopped: {
    full: 'Recording has stopped: the disk is nearly full. The stream goes on.',
    limit: 'Recording has stopped: recordings take as much as they may. The stream goes on.',
    slow: 'Recording has stopped: the disk does not keep up. The stream goes on.',
    failed: 'Recording has stopped: the disk refuses to write. The stream goes on.',
  },
  kept: 'What is kept',
  nothingKept: 'Nothing has been recorded yet.',
  clips: 'Clips',
  play: 'Play',
  published: 'published',
  notPublished: 'not published',
  publish: 'Publish',
  unpublish: 'Withdraw',
  delete: 'Delete',
  deleteHint: 'It cannot be brought back.',
  deleteForGood: 'Delete for good',
  notices: {
    gone: 'That recording is gone already.',
    'not-saved': 'The disk refuses: nothing has been changed.',
  },
  clip: {
    make: 'Make a clip',
    hint: 'A link to the last {n} s, for anybody you like',
    ready: 'The link to your clip:',
    watch: 'Watch the clip',
    busy: 'Many clips have just been made. Try again later.',
    nothing: 'There is nothing to make a clip of yet.',
    expired: 'This form was too old. Try again.',
  },
} as const;
