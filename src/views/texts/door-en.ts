/** The picture or question before the first message, and at the door. */
export const captcha = {
  picture: 'Picture with five letters and digits',
  pictureAnswer: 'What you see',
  questionAnswer: 'Answer',
  another: 'Another picture',
  hint: 'Upper and lower case are the same.',
} as const;

/** The page before everything, where not everybody may come in. It must not say what is behind it. */
export const gate = {
  heading: 'Please come in by the door',
  modes: {
    captcha: 'Read the picture to come in.',
    question: 'Answer the question to come in.',
    password: 'This place opens to those who know its password.',
    members: 'This place is open to its members.',
  },
  password: 'Password',
  passwordHints: {
    password: 'The one you were given. If you have an invitation, open its link.',
    members: 'The one that makes your tripcode. If you have an invitation, open its link.',
  },
  enter: 'Come in',
  invitation: 'You are invited',
  invitationHint: 'The button uses the invitation for this browser.',
  refusals: {
    needed: 'Something is missing.',
    wrong: 'That was not right.',
    expired: 'That one was too old or had been used. Here is another one.',
    'form-expired': 'This form was too old. It is fresh now: try again.',
    void: 'This invitation does not open anything (any more).',
    wait: 'Too many attempts. Try again in {n} s.',
  },
} as const;

/** The broadcaster’s page about who may come in. */
export const door = {
  heading: 'Access',
  who: 'Who may come in',
  modes: {
    open: 'Everybody',
    captcha: 'Who reads a picture',
    question: 'Who answers the question',
    password: 'Who knows the password',
    members: 'Members and invited people',
  },
  tripcodes: 'Tripcodes of members, one in a line',
  apply: 'Apply',
  atOnce: 'It holds at once, also for those who are here.',
  captcha: 'What is asked before the first message',
  kinds: { picture: 'A picture', question: 'The question', both: 'Both' },
  question: 'Question',
  answers: 'Answers that are right, one in a line',
  invite: 'Invite',
  label: 'For whom (only you see it)',
  uses: 'How many people',
  days: 'For how many days',
  create: 'Make a link',
  link: 'Link',
  linkOnce: 'This link is shown only now:',
  invitations: 'Invitations',
  used: '{n} of {m} used.',
  states: { good: 'Open.', used: 'Used up.', old: 'Too old.', revoked: 'Revoked: who came by it is out.' },
  revoke: 'Revoke',
  restore: 'Restore',
  password: 'Password of the door',
  newPassword: 'New password, 8 characters at least',
  passwordIsSet: 'There is one. Another one puts out whoever came by it.',
  passwordIsUnset: 'There is none yet.',
  guests: {
    heading: 'Private address',
    everybody: 'Everybody finds the address. With tor.private = true only those do who have a key.',
    hint: 'Only those who have a key find the address. To everybody else it is as if there were nothing.',
    name: 'For whom (a-z, digits, - and _)',
    create: 'Make a key',
    once: 'Address and key are shown only now:',
    key: 'Key',
    keys: 'Keys',
    steps:
      'In Tor Browser on a computer: open the address, paste the key where it says “Enter your private key for this onion service”, tick “Remember this key”. Tor Browser for Android cannot be given a key.',
    none: 'Nobody has a key yet.',
  },
  notices: {
    bounds: 'One of the values is missing or too large.',
    'question-missing': 'A question needs its text and at least one answer.',
    'password-bounds': 'A password has 8 characters at least.',
    'password-missing': 'Set a password first: until then nobody could come in.',
    'guest-name': 'A name has 1 to 32 letters a-z, digits, - and _, and begins with a letter or digit.',
    'guest-known': 'Somebody has a key by this name already.',
    'guest-many': 'There is no room for more keys. Revoke one first.',
    'not-saved': 'It holds for now, but it could not be saved.',
  },
} as const;

/** The page before a full house. `{n}`: a place, or a rough number of people. */
export const queue = {
  heading: 'Waiting for a place',
  reason: 'There are more people than this server can carry. Places are given in the order of the queue.',
  next: 'You are next.',
  place: 'Your place in the queue: {n}.',
  about: 'About {n} people are before you.',
  hint: 'Leave this page open: it renews itself and lets you in. If you close it, your place is kept for three minutes.',
  again: 'Look now',
} as const;
