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
  modes: {
    captcha: 'Leia a imagem para entrar.',
    question: 'Responda à pergunta para entrar.',
    password: 'Este lugar se abre para quem conhece a sua senha.',
    members: 'Este lugar é aberto aos seus membros.',
  },
  password: 'Senha',
  passwordHints: {
    password: 'Aquela que lhe deram. Se você tem um convite, abra o link dele.',
    members: 'Aquela que forma o seu tripcode. Se você tem um convite, abra o link dele.',
  },
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
    password: 'Quem souber a senha',
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
  password: 'Senha da porta',
  newPassword: 'Nova senha, com pelo menos 8 caracteres',
  passwordIsSet: 'Já existe uma. Com outra, sai quem entrou com ela.',
  passwordIsUnset: 'Ainda não há nenhuma.',
  guests: {
    heading: 'Endereço privado',
    everybody: 'Todos encontram o endereço. Com tor.private = true, só quem tem uma chave o encontra.',
    hint: 'Só quem tem uma chave encontra o endereço. Para os demais, é como se não houvesse nada.',
    name: 'Para quem (a-z, algarismos, - e _)',
    create: 'Criar uma chave',
    once: 'O endereço e a chave são mostrados só agora:',
    key: 'Chave',
    keys: 'Chaves',
    steps:
      'No Navegador Tor de um computador: abra o endereço, cole a chave onde se pede a chave privada deste serviço onion (“Enter your private key for this onion service”) e marque para lembrá-la. O Navegador Tor para Android não aceita chaves.',
    none: 'Ninguém tem uma chave ainda.',
  },
  notices: {
    bounds: 'Um dos valores está faltando ou é grande demais.',
    'question-missing': 'Uma pergunta precisa do texto e de pelo menos uma resposta.',
    'password-bounds': 'Uma senha tem pelo menos 8 caracteres.',
    'password-missing': 'Defina antes uma senha: até lá ninguém poderia entrar.',
    'guest-name': 'Um nome tem de 1 a 32 letras a-z, algarismos, - e _, e começa com uma letra ou um algarismo.',
    'guest-known': 'Já existe uma chave com este nome.',
    'guest-many': 'Não há lugar para mais chaves. Revogue uma antes.',
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
