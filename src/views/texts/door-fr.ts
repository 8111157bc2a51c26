import type { Texts } from './en.ts';

/** The picture or question before the first message, and at the door, in French. */
export const captcha: Texts['captcha'] = {
  picture: 'Image avec cinq lettres et chiffres',
  pictureAnswer: 'Caractères',
  questionAnswer: 'Réponse',
  another: 'Autre image',
  hint: 'Majuscules ou minuscules, peu importe.',
};

/** The page before everything, in French. It must not say what is behind it. */
export const gate: Texts['gate'] = {
  heading: 'L’entrée, c’est par ici',
  modes: {
    captcha: 'Lisez l’image pour entrer.',
    question: 'Répondez à la question pour entrer.',
    password: 'Ce lieu s’ouvre à qui connaît son mot de passe.',
    members: 'Ce lieu est ouvert à ses membres.',
  },
  password: 'Mot de passe',
  passwordHints: {
    password: 'Celui qu’on vous a donné. Si vous avez une invitation, ouvrez son lien.',
    members: 'Celui qui forme votre tripcode. Si vous avez une invitation, ouvrez son lien.',
  },
  enter: 'Entrer',
  invitation: 'Vous avez une invitation',
  invitationHint: 'Le bouton utilise l’invitation pour ce navigateur.',
  refusals: {
    needed: 'Il manque quelque chose.',
    wrong: 'Ce n’était pas la bonne réponse.',
    expired: 'Ce test était trop ancien ou avait déjà servi. En voici un autre.',
    'form-expired': 'Ce formulaire était trop ancien. Le voici renouvelé\u00a0: réessayez.',
    void: 'Cette invitation n’ouvre rien (ou plus rien).',
    wait: 'Trop d’essais. Réessayez dans {n} s.',
  },
};

/** The broadcaster’s page about who may come in, in French. */
export const door: Texts['door'] = {
  heading: 'Accès',
  who: 'Qui peut entrer',
  modes: {
    open: 'Tout le monde',
    captcha: 'Qui lit une image',
    question: 'Qui répond à la question',
    password: 'Qui connaît le mot de passe',
    members: 'Membres et invités',
  },
  tripcodes: 'Tripcodes des membres, un par ligne',
  apply: 'Appliquer',
  atOnce: 'Cela vaut dès maintenant, aussi pour celles et ceux qui sont déjà là.',
  captcha: 'Ce qui est demandé avant le premier message',
  kinds: { picture: 'Une image', question: 'La question', both: 'Les deux' },
  question: 'Question',
  answers: 'Bonnes réponses, une par ligne',
  invite: 'Inviter',
  label: 'Pour qui (visible ici seulement)',
  uses: 'Pour combien de personnes',
  days: 'Pour combien de jours',
  create: 'Créer un lien',
  link: 'Lien',
  linkOnce: 'Ce lien n’est montré que maintenant\u00a0:',
  invitations: 'Invitations',
  used: '{n} sur {m} utilisées.',
  states: {
    good: 'Ouverte.',
    used: 'Épuisée.',
    old: 'Trop ancienne.',
    revoked: 'Annulée\u00a0: qui est entré avec elle est dehors.',
  },
  revoke: 'Annuler',
  restore: 'Rétablir',
  password: 'Mot de passe de la porte',
  newPassword: 'Nouveau mot de passe, 8 caractères au moins',
  passwordIsSet: 'Il y en a un. Un autre fait sortir celles et ceux qui sont entrés avec lui.',
  passwordIsUnset: 'Il n’y en a pas encore.',
  guests: {
    heading: 'Adresse privée',
    everybody: 'Tout le monde trouve l’adresse. Avec tor.private = true, seuls la trouvent ceux qui ont une clé.',
    hint: 'Seuls ceux qui ont une clé trouvent l’adresse. Pour les autres, c’est comme s’il n’y avait rien.',
    name: 'Pour qui (a-z, chiffres, - et _)',
    create: 'Créer une clé',
    once: 'L’adresse et la clé ne sont montrées que maintenant :',
    key: 'Clé',
    keys: 'Clés',
    steps:
      'Dans le Navigateur Tor d’un ordinateur : ouvrez l’adresse, collez la clé là où la clé privée de ce service onion est demandée (« Enter your private key for this onion service ») et cochez la case pour la retenir. Le Navigateur Tor pour Android n’accepte pas de clé.',
    none: 'Personne n’a encore de clé.',
  },
  notices: {
    bounds: 'Une des valeurs manque ou est trop grande.',
    'question-missing': 'Une question a besoin de son texte et d’au moins une réponse.',
    'password-bounds': 'Un mot de passe a au moins 8 caractères.',
    'password-missing': 'Choisissez d’abord un mot de passe : sans lui, personne ne pourrait entrer.',
    'guest-name': 'Un nom a de 1 à 32 lettres a-z, chiffres, - et _, et commence par une lettre ou un chiffre.',
    'guest-known': 'Il y a déjà une clé à ce nom.',
    'guest-many': 'Il n’y a plus de place pour d’autres clés. Révoquez-en une d’abord.',
    'not-saved': 'Cela vaut pour l’instant, mais n’a pas pu être enregistré.',
  },
};

export const queue: Texts['queue'] = {
  heading: 'En attente d’une place',
  reason: 'Il y a plus de monde que ce serveur ne peut en accueillir. Les places sont données dans l’ordre de la file.',
  next: 'C’est bientôt à vous.',
  place: 'Votre place dans la file : {n}.',
  about: 'Environ {n} personnes sont avant vous.',
  hint: 'Laissez cette page ouverte : elle se renouvelle d’elle-même et vous laisse entrer. Si vous la fermez, votre place est gardée trois minutes.',
  again: 'Regarder maintenant',
};
