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
  captcha: 'Read the picture to come in.',
  question: 'Answer the question to come in.',
  members: 'This place is open to its members.',
  password: 'Password',
  passwordHint: 'The one that makes your tripcode. If you have an invitation, open its link.',
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
  notices: {
    bounds: 'One of the values is missing or too large.',
    'question-missing': 'A question needs its text and at least one answer.',
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
