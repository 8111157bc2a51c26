import type { Texts } from './en.ts';

/** The picture or question before the first message, and at the door, in Portuguese. */
export const captcha: Texts['captcha'] = {
  picture: 'Imagem com cinco letras e algarismos',
  pictureAnswer: 'Caracteres',
  questionAnswer: 'Resposta',
  another: 'Outra imagem',
  hint: 'Maiúsculas e minúsculas valem o mesmo.',
};

/** The page before everything, in Portuguese. It must not say what is behind it. */
export const gate: Texts['gate'] = {
  heading: 'Entre por aqui, por favor',
  captcha: 'Leia a imagem para entrar.',
  question: 'Responda à pergunta para entrar.',
  members: 'Este lugar é aberto aos seus membros.',
  password: 'Senha',
  passwordHint: 'Aquela que forma o seu tripcode. Se você tem um convite, abra o link dele.',
  enter: 'Entrar',
  invitation: 'Você recebeu um convite',
  invitationHint: 'O botão usa o convite para este navegador.',
  refusals: {
    needed: 'Falta alguma coisa.',
    wrong: 'Não estava certo.',
    expired: 'Esse teste estava velho demais ou já foi usado. Aqui vai outro.',
    'form-expired': 'Este formulário estava velho demais. Agora está renovado: tente de novo.',
    void: 'Este convite não abre nada (ou não abre mais).',
    wait: 'Tentativas demais. Tente de novo em {n} s.',
  },
};

/** The broadcaster’s page about who may come in, in Portuguese. */
export const door: Texts['door'] = {
  heading: 'Acesso',
  who: 'Quem pode entrar',
  modes: {
    open: 'Todos',
    captcha: 'Quem ler uma imagem',
    question: 'Quem responder à pergunta',
    members: 'Membros e pessoas convidadas',
  },
  tripcodes: 'Tripcodes dos membros, um por linha',
  apply: 'Aplicar',
  atOnce: 'Vale desde já, também para quem está aqui.',
  captcha: 'O que se pede antes da primeira mensagem',
  kinds: { picture: 'Uma imagem', question: 'A pergunta', both: 'Ambas' },
  question: 'Pergunta',
  answers: 'Respostas certas, uma por linha',
  invite: 'Convidar',
  label: 'Para quem (só você vê)',
  uses: 'Para quantas pessoas',
  days: 'Por quantos dias',
  create: 'Criar um link',
  link: 'Link',
  linkOnce: 'Este link só é mostrado agora:',
  invitations: 'Convites',
  used: '{n} de {m} usados.',
  states: { good: 'Aberto.', used: 'Esgotado.', old: 'Vencido.', revoked: 'Anulado: quem entrou com ele está fora.' },
  revoke: 'Anular',
  restore: 'Restaurar',
  notices: {
    bounds: 'Um dos valores está faltando ou é grande demais.',
    'question-missing': 'Uma pergunta precisa do texto e de pelo menos uma resposta.',
    'not-saved': 'Vale por agora, mas não foi possível salvar.',
  },
};

export const queue: Texts['queue'] = {
  heading: 'À espera de um lugar',
  reason: 'Há mais gente do que este servidor consegue atender. Os lugares são dados por ordem de chegada.',
  next: 'Você é a próxima pessoa.',
  place: 'Seu lugar na fila: {n}.',
  about: 'Há cerca de {n} pessoas antes de você.',
  hint: 'Deixe esta página aberta: ela se renova sozinha e deixa você entrar. Se a fechar, seu lugar fica guardado por três minutos.',
  again: 'Ver agora',
};
