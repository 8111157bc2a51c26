import type { Texts } from './en.ts';

/** The picture or question before the first message, and at the door, in Spanish. */
export const captcha: Texts['captcha'] = {
  picture: 'Imagen con cinco letras y cifras',
  pictureAnswer: 'Caracteres',
  questionAnswer: 'Respuesta',
  another: 'Otra imagen',
  hint: 'Da igual usar mayúsculas o minúsculas.',
};

/** The page before everything, in Spanish. It must not say what is behind it. */
export const gate: Texts['gate'] = {
  heading: 'La entrada es por aquí',
  modes: {
    captcha: 'Lee la imagen para entrar.',
    question: 'Responde a la pregunta para entrar.',
    password: 'Este lugar se abre a quien conoce su contraseña.',
    members: 'Este lugar está abierto a sus miembros.',
  },
  password: 'Contraseña',
  passwordHints: {
    password: 'La que te han dado. Con una invitación, basta con abrir su enlace.',
    members: 'La que forma tu tripcode. Con una invitación, basta con abrir su enlace.',
  },
  enter: 'Entrar',
  invitation: 'Tienes una invitación',
  invitationHint: 'El botón usa la invitación para este navegador.',
  refusals: {
    needed: 'Falta algo.',
    wrong: 'No era correcto.',
    expired: 'Esa prueba había caducado o ya se había usado. Aquí tienes otra.',
    'form-expired': 'Este formulario había caducado. Ya está renovado: inténtalo otra vez.',
    void: 'Esta invitación no abre nada (o ya no).',
    wait: 'Demasiados intentos. Inténtalo de nuevo en {n} s.',
  },
};

/** The broadcaster’s page about who may come in, in Spanish. */
export const door: Texts['door'] = {
  heading: 'Acceso',
  who: 'Quién puede entrar',
  modes: {
    open: 'Todo el mundo',
    captcha: 'Quien lea una imagen',
    question: 'Quien responda a la pregunta',
    password: 'Quien conozca la contraseña',
    members: 'Miembros y personas invitadas',
  },
  tripcodes: 'Tripcodes de los miembros, uno por línea',
  apply: 'Aplicar',
  atOnce: 'Vale desde ya, también para quienes están aquí.',
  captcha: 'Qué se pide antes del primer mensaje',
  kinds: { picture: 'Una imagen', question: 'La pregunta', both: 'Ambas' },
  question: 'Pregunta',
  answers: 'Respuestas correctas, una por línea',
  invite: 'Invitar',
  label: 'Para quién (solo se ve aquí)',
  uses: 'Para cuántas personas',
  days: 'Para cuántos días',
  create: 'Crear un enlace',
  link: 'Enlace',
  linkOnce: 'Este enlace solo se muestra ahora:',
  invitations: 'Invitaciones',
  used: '{n} de {m} usadas.',
  states: {
    good: 'Abierta.',
    used: 'Agotada.',
    old: 'Caducada.',
    revoked: 'Anulada: quien entró con ella está fuera.',
  },
  revoke: 'Anular',
  restore: 'Restaurar',
  password: 'Contraseña de la puerta',
  newPassword: 'Contraseña nueva, de 8 caracteres como mínimo',
  passwordIsSet: 'Hay una. Con otra, sale quien entró con ella.',
  passwordIsUnset: 'Aún no hay ninguna.',
  guests: {
    heading: 'Dirección privada',
    everybody: 'Todo el mundo encuentra la dirección. Con tor.private = true solo la encuentra quien tiene una clave.',
    hint: 'Solo quien tiene una clave encuentra la dirección. Para los demás es como si no existiera.',
    name: 'Para quién (a-z, cifras, - y _)',
    create: 'Crear una clave',
    once: 'La dirección y la clave se muestran solo ahora:',
    key: 'Clave',
    keys: 'Claves',
    steps:
      'En el Navegador Tor de un ordenador: abre la dirección, pega la clave donde pide la clave privada de este servicio cebolla («Enter your private key for this onion service») y marca que la recuerde. El Navegador Tor para Android no admite claves.',
    none: 'Nadie tiene todavía una clave.',
  },
  notices: {
    bounds: 'Uno de los valores falta o es demasiado grande.',
    'question-missing': 'Una pregunta necesita su texto y al menos una respuesta.',
    'password-bounds': 'Una contraseña tiene al menos 8 caracteres.',
    'password-missing': 'Pon antes una contraseña: hasta entonces no podría entrar nadie.',
    'guest-name': 'Un nombre tiene de 1 a 32 letras a-z, cifras, - y _, y empieza por una letra o una cifra.',
    'guest-known': 'Ya hay una clave con este nombre.',
    'guest-many': 'No caben más claves. Revoca antes alguna.',
    'not-saved': 'Vale por ahora, pero no se ha podido guardar.',
  },
};

export const queue: Texts['queue'] = {
  heading: 'Esperando un lugar',
  reason: 'Hay más gente de la que este servidor puede atender. Los lugares se dan por orden de llegada.',
  next: 'Eres la próxima persona.',
  place: 'Tu lugar en la cola: {n}.',
  about: 'Hay unas {n} personas antes que tú.',
  hint: 'Deja esta página abierta: se renueva sola y te deja entrar. Si la cierras, tu lugar se guarda tres minutos.',
  again: 'Mirar ahora',
};
