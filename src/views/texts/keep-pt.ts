/** Going back in the stream, in Portuguese. */
export const rewindPt = {
  back: 'Voltar {t}',
  forward: 'Avançar {t}',
  behind: '{t} atrás do vivo',
} as const;

/** Recordings and clips. */
export const recordingsPt = {
  heading: 'Gravações',
  none: 'Não há gravações.',
  all: 'Todas as gravações',
  isClip: 'Um clipe da transmissão.',
  onlyYou: 'Só você vê isto.',
  save: 'Salvar',
  record: 'Gravação',
  recording: 'Gravando: {t}, {s}',
  waiting: 'A gravação começa com a próxima imagem de uma transmissão.',
  off: 'Nada está sendo gravado.',
  start: 'Começar a gravar',
  stop: 'Parar de gravar',
  stopped: {
    full: 'A gravação parou: o disco está quase cheio. A transmissão continua.',
    limit: 'A gravação parou: as gravações ocupam todo o espaço permitido. A transmissão continua.',
    slow: 'A gravação parou: o disco é lento demais. A transmissão continua.',
    failed: 'A gravação parou: o disco não aceita mais dados. A transmissão continua.',
  },
  kept: 'Guardadas',
  nothingKept: 'Nada foi gravado ainda.',
  clips: 'Clipes',
  play: 'Reproduzir',
  published: 'publicada',
  notPublished: 'não publicada',
  publish: 'Publicar',
  unpublish: 'Retirar',
  delete: 'Apagar',
  deleteHint: 'Não dá para recuperar.',
  deleteForGood: 'Apagar para sempre',
  notices: {
    gone: 'Essa gravação já não existe.',
    'not-saved': 'O disco não aceita dados: nada mudou.',
  },
  clip: {
    make: 'Criar um clipe',
    hint: 'Um link para os últimos {n} s, para compartilhar',
    ready: 'O link do seu clipe:',
    watch: 'Ver o clipe',
    busy: 'Muitos clipes acabaram de ser criados. Tente mais tarde.',
    nothing: 'Ainda não há nada para um clipe.',
    expired: 'O formulário era antigo demais. Tente de novo.',
  },
} as const;
